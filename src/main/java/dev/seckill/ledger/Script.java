package dev.seckill.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The scripts, one Lua file each; what they share ({@code stock.lua}) stands before every one. */
enum Script {
    CREATE,
    SHOW,
    CHANGE,
    ARCHIVE,
    ADOPT,
    DEDUCT,
    RELEASE,
    EXPIRE,
    EXTEND,
    CONFIRM,
    REFUND,
    FIND,
    SHARE,
    LEAVE,
    BUYERS,
    READ,
    RECORDS,
    CORRECT;

    private final String text;

    Script() {
        text = read("stock") + read(name().toLowerCase(Locale.ROOT));
    }

    String text() {
        return text;
    }

    private static String read(String name) {
        try (InputStream file = Script.class.getResourceAsStream(name + ".lua")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
