package dev.seckill;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One connection to a node, byte by byte: for requests that no HTTP client would send. */
final class RawClient implements AutoCloseable {
    private static final int LONGEST_LINE = 65_536;

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream());
    }

    static RawClient connect(int port, Duration patience) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) patience.toMillis());
        socket.setSoTimeout((int) patience.toMillis());
        return new RawClient(socket);
    }

    /** What came back; header names in lower case, a header that is there twice has its values with commas between. */
    record Answer(int status, Map<String, String> headers, String text) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        boolean closes() {
            return header("Connection").equalsIgnoreCase("close");
        }
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The next answer; empty if the node has closed the connection without one. */
    Optional<Answer> answer(boolean hasBody) throws IOException {
        String line;
        try {
            line = line();
        } catch (EOFException e) {
            return Optional.empty();
        }
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new ProtocolException("no status line: " + line);
        }
        int status = Integer.parseInt(line.substring(9, 12));
        Map<String, String> headers = headers();
        if (status < 200) {
            return answer(hasBody);
        }
        boolean bodiless = !hasBody || status == 204 || status == 304;
        return Optional.of(
                new Answer(status, headers, bodiless ? "" : new String(body(headers), StandardCharsets.UTF_8)));
    }

    /** The next answer, if it begins so soon. */
    Optional<Answer> answerWithin(Duration time) throws IOException {
        int patience = socket.getSoTimeout();
        socket.setSoTimeout((int) time.toMillis());
        try {
            in.mark(1);
            if (in.read() >= 0) {
                in.reset();
            }
        } catch (SocketTimeoutException e) {
            return Optional.empty();
        } finally {
            socket.setSoTimeout(patience);
        }
        return answer(true);
    }

    /** All answers until the connection ends or nothing more comes. */
    List<Answer> answers() throws IOException {
        List<Answer> answers = new ArrayList<>();
        try {
            for (Optional<Answer> next = answer(true); next.isPresent(); next = answer(true)) {
                answers.add(next.get());
            }
        } catch (SocketTimeoutException e) {
            // it waits for more
        } catch (SocketException e) {
            // it has closed while there was more to read
        }
        return answers;
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("no header: " + line);
            }
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (a, b) -> a + "," + b);
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if (headers.containsKey("content-length")) {
            return exactly(Integer.parseInt(headers.get("content-length")));
        }
        if (!headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            return in.readAllBytes();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            body.write(exactly(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().strip(), 16);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the body ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ends in a line: " + line);
            }
            if (line.size() > LONGEST_LINE) {
                throw new IOException("a line without an end");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
