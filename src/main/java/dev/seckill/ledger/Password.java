package dev.seckill.ledger;

import dev.seckill.trade.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * A password that is set, or stands in a file that is: a file shows in no list of processes, and whoever replaces it changes the
 * password of all later connections.
 */
public final class Password {
    private static final int MOST_BYTES = 1_000;

    private Password() {}

    /** That of the setting, or the one line of the file that the setting with "-file" behind it names. */
    public static Optional<String> of(Config config, String setting) {
        Optional<String> said = config.getOptionalValue(setting, String.class);
        Optional<String> file = config.getOptionalValue(setting + "-file", String.class);
        if (said.isPresent() && file.isPresent()) {
            throw new BadInput(setting + " and " + setting + "-file are both set: unset one of them.");
        }
        return said.or(() -> file.map(name -> inFile(setting + "-file", name)));
    }

    /** The one line of a file, which that setting names. */
    public static String inFile(String setting, String name) {
        try (InputStream file = Files.newInputStream(Path.of(name))) {
            String text = new String(file.readNBytes(MOST_BYTES + 1), StandardCharsets.UTF_8);
            List<String> lines = text.lines().toList();
            if (lines.size() == 1 && !lines.get(0).isEmpty() && text.length() <= MOST_BYTES) {
                return lines.get(0);
            }
        } catch (IOException | InvalidPathException e) {
            throw new BadInput(setting + " can't be read: " + e);
        }
        throw new BadInput(
                setting + " holds a password of one line and at most " + MOST_BYTES + " bytes, not what is in " + name);
    }
}
