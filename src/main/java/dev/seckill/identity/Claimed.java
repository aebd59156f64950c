package dev.seckill.identity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import java.io.IOException;
import java.util.Base64;

/**
 * Whom a token claims to be of, unverified: good enough to be told what everybody may hear, and for nothing else. A
 * hundredth of a verification (scripts/load micro IdentityBench).
 */
final class Claimed {
    private static final JsonFactory JSON = new JsonFactory();

    private Claimed() {}

    /** The anonymous buyer if it claims nothing that can be one. */
    static BuyerId buyer(String token) {
        String subject = subject(token);
        try {
            return subject == null ? BuyerId.ANONYMOUS : new BuyerId(subject);
        } catch (BadInput e) {
            return BuyerId.ANONYMOUS;
        }
    }

    /** Null if it claims to be of nobody. */
    static String subject(String token) {
        int begin = token.indexOf('.') + 1;
        int end = token.indexOf('.', begin);
        if (begin == 0 || end < 0) {
            return null;
        }
        try {
            return subject(Base64.getUrlDecoder().decode(token.substring(begin, end)));
        } catch (IllegalArgumentException | IOException e) {
            return null;
        }
    }

    private static String subject(byte[] claims) throws IOException {
        try (JsonParser json = JSON.createParser(claims)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("sub")) {
                    return value == JsonToken.VALUE_STRING ? json.getText() : null;
                }
                json.skipChildren();
            }
            return null;
        }
    }
}
