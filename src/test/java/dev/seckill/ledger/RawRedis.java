package dev.seckill.ledger;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks a Redis past everything that is tested: one connection per question, errors thrown. */
final class RawRedis {
    private static final int PATIENCE_MS = 3_000;

    private final int port;

    RawRedis(int port) {
        this.port = port;
    }

    /** A string, a Long, a list of these, or null. */
    Object ask(Object... words) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MS);
            ByteArrayOutputStream question = new ByteArrayOutputStream();
            write(question, "*" + words.length);
            for (Object word : words) {
                byte[] bytes = word.toString().getBytes(StandardCharsets.UTF_8);
                write(question, "$" + bytes.length);
                question.writeBytes(bytes);
                write(question, "");
            }
            socket.getOutputStream().write(question.toByteArray());
            return read(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text(Object... words) {
        return (String) ask(words);
    }

    @SuppressWarnings("unchecked")
    List<Object> list(Object... words) {
        return (List<Object>) ask(words);
    }

    /** What comes in pairs: a hash, or a sorted set with its scores. */
    Map<String, String> map(Object... words) {
        return pairs(list(words));
    }

    static Map<String, String> pairs(List<?> flat) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.put((String) flat.get(i), (String) flat.get(i + 1));
        }
        return pairs;
    }

    private static void write(ByteArrayOutputStream to, String line) {
        to.writeBytes((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static Object read(InputStream from) throws IOException {
        String line = line(from);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> Long.valueOf(rest);
            case '$' -> bulk(from, Integer.parseInt(rest));
            case '*' -> {
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < Integer.parseInt(rest); i++) {
                    values.add(read(from));
                }
                yield values;
            }
            default -> throw new IOException("Redis answered " + line);
        };
    }

    private static String bulk(InputStream from, int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = from.readNBytes(length + 2);
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static String line(InputStream from) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = from.read(); next != '\r'; next = from.read()) {
            if (next < 0) {
                throw new EOFException("Redis hung up");
            }
            line.write(next);
        }
        if (from.read() != '\n') {
            throw new IOException("Redis answered half a line");
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
