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
    CORRECT,
    REBUILD,
    REFILL,
    REPLAY,
    RESTORE,
    OWE,
    RESUME;

    private final String own;
    private final String text;

    Script() {
        own = read(name().toLowerCase(Locale.ROOT));
        text = read("stock") + own;
    }

    String text() {
        return text;
    }

    /** The same for a rebuild, which alone acts on a sale that it has adopted under this name. */
    String text(String adopter) {
        return read("stock") + "adopter = function() return '" + adopter + "' end\n" + own;
    }

    private static String read(String name) {
        try (InputStream file = Script.class.getResourceAsStream(name + ".lua")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
