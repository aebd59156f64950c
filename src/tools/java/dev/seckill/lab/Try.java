package dev.seckill.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One try of a purchase: a new connection, which the router sends on a way of its own choice, one request and one answer.
 *
 * @param port it came from; 0 if it never had one
 * @param reservation its id; empty unless one was heard of
 */
record Try(Heard heard, int port, String reservation) {
    private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.1 (\\d{3}) ");
    private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*\"([^\"]+)\"");
    private static final int PIECE = 4096;

    /** Patience is for all of it. */
    static Try make(InetSocketAddress address, byte[] request, Duration patience) {
        long giveUp = System.nanoTime() + patience.toNanos();
        int port = 0;
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(address, leftMs(giveUp));
            port = socket.getLocalPort();
            socket.getOutputStream().write(request);
            return heard(readAll(socket, giveUp), port);
        } catch (SocketTimeoutException e) {
            return new Try(Heard.SILENT, port, "");
        } catch (IOException e) {
            return new Try(Heard.BROKEN, port, "");
        }
    }

    private static int leftMs(long giveUp) throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(giveUp - System.nanoTime());
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        return (int) left;
    }

    private static String readAll(Socket socket, long giveUp) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        InputStream in = socket.getInputStream();
        while (true) {
            socket.setSoTimeout(leftMs(giveUp));
            int read = in.read(piece);
            if (read < 0) {
                return answer.toString(StandardCharsets.UTF_8);
            }
            answer.write(piece, 0, read);
        }
    }

    /** An answer that is not whole is none. */
    static Try heard(String answer, int port) {
        Matcher status = STATUS.matcher(answer);
        if (!status.find()) {
            return new Try(Heard.BROKEN, port, "");
        }
        Heard heard = Heard.ofStatus(Integer.parseInt(status.group(1)));
        if (heard != Heard.RESERVED) {
            return new Try(heard, port, "");
        }
        Matcher id = ID.matcher(answer);
        return id.find() ? new Try(heard, port, id.group(1)) : new Try(Heard.BROKEN, port, "");
    }
}
