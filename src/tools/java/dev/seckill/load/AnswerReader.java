package dev.seckill.load;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Reads one answer after the other as they come on one connection, and as little of each as tells what it says: the
 * status, of a refusal the problem's type, of a reservation its address.
 */
final class AnswerReader {
    /** The type is a problem's first member. */
    private static final int MOST_BODY = 256;

    private static final int MOST_RETRY_SECONDS = 60;
    private static final int CODE_LENGTH = 22;

    private final byte[] body = new byte[MOST_BODY];
    private int length;
    private int status;
    private String address;
    private boolean isLast;
    private long retryAfterSeconds;

    void begin(HttpResponse response) {
        status = response.status().code();
        length = 0;
        isLast = !HttpUtil.isKeepAlive(response);
        address = null;
        retryAfterSeconds = 0;
        if (status == 201 || status == 200) {
            address = response.headers().get(HttpHeaderNames.LOCATION);
        } else if (status == 429 || status == 202) {
            retryAfterSeconds = seconds(response.headers().get(HttpHeaderNames.RETRY_AFTER));
        }
    }

    private static long seconds(String header) {
        try {
            return header == null ? 0 : Math.min(MOST_RETRY_SECONDS, Long.parseLong(header));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    void append(ByteBuf part) {
        if (status == 409 || status == 429) {
            int most = Math.min(part.readableBytes(), body.length - length);
            part.getBytes(part.readerIndex(), body, length, most);
            length += most;
        }
    }

    Verdict verdict() {
        return switch (status) {
            case 201 -> hasCode() ? Verdict.RESERVED : Verdict.OTHER;
            case 200 -> hasCode() ? Verdict.ALREADY_RESERVED : Verdict.OTHER;
            case 202 -> Verdict.UNKNOWN;
            case 409, 429 -> refusal();
            // of nginx, which had none from a node
            case 502 -> Verdict.NO_ANSWER;
            default -> Verdict.OTHER;
        };
    }

    private Verdict refusal() {
        int type = 0;
        while (type < length && body[type] != '#') {
            type++;
        }
        if (is("#sold-out\"", type)) {
            return Verdict.SOLD_OUT;
        }
        if (is("#busy\"", type)) {
            return Verdict.BUSY;
        }
        if (is("#limit-reached\"", type)) {
            return Verdict.LIMIT_REACHED;
        }
        return is("#not-open\"", type) ? Verdict.NOT_OPEN : Verdict.OTHER;
    }

    private boolean is(String text, int at) {
        if (at + text.length() > length) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (body[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasCode() {
        if (address == null || address.lastIndexOf('.') != address.length() - CODE_LENGTH - 1) {
            return false;
        }
        for (int i = address.length() - CODE_LENGTH; i < address.length(); i++) {
            if (!isOfCode(address.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOfCode(char each) {
        return (each >= 'A' && each <= 'Z')
                || (each >= 'a' && each <= 'z')
                || (each >= '0' && each <= '9')
                || each == '-'
                || each == '_';
    }

    /** The 128 bits by which a reservation is named. */
    ByteBuffer code() {
        return code(address.substring(address.length() - CODE_LENGTH));
    }

    static ByteBuffer code(String text) {
        return ByteBuffer.wrap(Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** As the answer advises; 0 for no advice. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** Whether the server closes the connection after it. */
    boolean isLast() {
        return isLast;
    }
}
