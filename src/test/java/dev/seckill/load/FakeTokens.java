package dev.seckill.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Tokens that nobody has signed, for a node that believes everything. */
final class FakeTokens {
    private FakeTokens() {}

    /** Of so many buyers. */
    static TokenFile of(int buyers) {
        try {
            Path file = Files.createTempFile("tokens", ".txt");
            StringBuilder lines = new StringBuilder();
            for (int buyer = 0; buyer < buyers; buyer++) {
                lines.append("head.").append(claims(buyer)).append(".signature\n");
            }
            Files.writeString(file, lines);
            TokenFile tokens = TokenFile.open(file);
            Files.delete(file);
            return tokens;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String claims(int buyer) {
        String json = "{\"sub\":\"" + AttemptRequest.buyer(buyer) + "\"}";
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.US_ASCII));
    }

    /** The buyer of a request. */
    static String buyerOf(String authorization) {
        String claims = authorization.split("\\.", -1)[1];
        return new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.US_ASCII)
                .replaceAll(".*\"sub\":\"([^\"]*)\".*", "$1");
    }
}
