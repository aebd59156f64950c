package dev.seckill.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Stands for a token where the token itself must not lie about: its SHA-256. */
record TokenHash(long first, long second, long third, long fourth) {
    static TokenHash of(String token) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.ISO_8859_1));
            ByteBuffer parts = ByteBuffer.wrap(hash);
            return new TokenHash(parts.getLong(), parts.getLong(), parts.getLong(), parts.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
