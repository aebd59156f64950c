package dev.seckill;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a Redis by hand, past the ledger: to look, to count calls, and to do harm. */
public final class RedisShell {
    private static final int PATIENCE_MS = 5_000;

    private final int port;

    public RedisShell(RedisServer redis) {
        this(redis.port());
    }

    public RedisShell(int port) {
        this.port = port;
    }

    /** Sends a command of words without blanks; gives the reply as text, an array as one line for each element. */
    public String ask(String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            return reply(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Redis time. */
    public long nowMs() {
        String[] time = ask("TIME").split("\n", -1);
        return Long.parseLong(time[0]) * 1_000 + Long.parseLong(time[1]) / 1_000;
    }

    /** Starts {@link #scriptCalls} at zero. */
    public void forgetCalls() {
        ask("CONFIG RESETSTAT");
    }

    /** How many scripts have been run since. */
    public long scriptCalls() {
        Matcher calls = Pattern.compile("cmdstat_eval(?:sha)?:calls=(\\d+)").matcher(ask("INFO commandstats"));
        return calls.results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }

    private static String reply(InputStream in) throws IOException {
        String head = line(in);
        String rest = head.substring(1);
        switch (head.charAt(0)) {
            case '+', ':' -> {
                return rest;
            }
            case '$' -> {
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    return "";
                }
                byte[] bytes = in.readNBytes(length);
                line(in);
                return new String(bytes, StandardCharsets.UTF_8);
            }
            case '*' -> {
                StringBuilder all = new StringBuilder();
                for (int i = Integer.parseInt(rest); i > 0; i--) {
                    all.append(all.isEmpty() ? "" : "\n").append(reply(in));
                }
                return all.toString();
            }
            default -> throw new IOException(rest);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new IOException("Redis hung up");
            }
            line.append((char) c);
        }
        in.read();
        return line.toString();
    }
}
