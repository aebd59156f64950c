package dev.seckill;

import dev.seckill.ApiDocument.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One request as it goes over the wire, good or bad.
 *
 * @param operation the one of the API's document that it is meant for, if method and path are such that it gets there
 * @param body a character for each byte; null for none
 * @param chunks bytes in each chunk; 0: sent as a whole, with its length
 */
record Shot(
        Optional<Operation> operation, String method, String target, List<Header> headers, String body, int chunks) {
    record Header(String name, String value) {}

    Optional<String> header(String name) {
        return headers.stream()
                .filter(header -> header.name.equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }

    byte[] bytes() {
        StringBuilder head =
                new StringBuilder().append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: node\r\n");
        headers.forEach(header ->
                head.append(header.name).append(": ").append(header.value).append("\r\n"));
        if (body != null) {
            head.append(chunks > 0 ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + body.length() + "\r\n");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(bytes, head.append("\r\n").toString());
        if (body != null && chunks > 0) {
            for (int from = 0; from < body.length(); from += chunks) {
                int length = Math.min(chunks, body.length() - from);
                write(bytes, Integer.toHexString(length) + "\r\n");
                write(bytes, body.substring(from, from + length));
                write(bytes, "\r\n");
            }
            write(bytes, "0\r\n\r\n");
        } else if (body != null) {
            write(bytes, body);
        }
        return bytes.toByteArray();
    }

    private static void write(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What goes over the wire, to be read by people and to be sent again: {@code printf '%b' '…' | nc …}. */
    @Override
    public String toString() {
        return printable(bytes());
    }

    static String printable(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            if (each == '\n') {
                text.append("\\n\n");
            } else if (each == '\r') {
                text.append("\\r");
            } else if (each == '\\' || each == '\'' || each < ' ' || each == 127) {
                text.append(String.format("\\x%02x", each));
            } else {
                text.append((char) each);
            }
        }
        return text.toString();
    }
}
