package dev.seckill.trial;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The private key that a trial's tokens are signed with: made once, in a file that only its owner may read. */
public final class TrialKey {
    private static final String NAME = "trial-key.jwk";
    private static final int BITS = 2048;

    private TrialKey() {}

    /** The file in that folder; tokens live on as long as it is there. */
    public static Path in(Path folder) {
        Path file = folder.resolve(NAME);
        try {
            if (!Files.exists(file)) {
                Path draft = folder.resolve(NAME + ".new");
                Files.deleteIfExists(draft);
                Files.createFile(
                        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(
                        draft,
                        new RSAKeyGenerator(BITS)
                                .keyUse(KeyUse.SIGNATURE)
                                .keyIDFromThumbprint(true)
                                .generate()
                                .toJSONString());
                Files.move(draft, file);
            }
            return file;
        } catch (IOException | JOSEException e) {
            throw new StartFailure("The key of the trial can't be kept in " + file + " (" + e + ").", e);
        }
    }
}
