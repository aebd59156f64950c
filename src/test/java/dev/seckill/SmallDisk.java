package dev.seckill;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A disk of a few megabytes, in memory, that can be full. Needs root. */
public final class SmallDisk implements AutoCloseable {
    /** Redis itself has 6 MB, and its data and their rewriting must fit in. */
    private static final int MEGABYTES = 64;

    private static final int BLOCK = 4_096;

    private final Path folder;

    private final Thread lastResort = new Thread(this::unmount);

    private SmallDisk(Path folder) {
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    static SmallDisk mount() {
        return mount(MEGABYTES);
    }

    public static SmallDisk mount(int megabytes) {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/disk")), "")
                    .toAbsolutePath();
            run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
            return new SmallDisk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path folder() {
        return folder;
    }

    /** Leaves no room for anybody. */
    public void fill() {
        try (OutputStream filler = Files.newOutputStream(filler())) {
            while (true) {
                filler.write(new byte[BLOCK]);
            }
        } catch (IOException full) {
            // which is what was wanted
        }
    }

    public void free() {
        try {
            Files.deleteIfExists(filler());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    private static void run(String... command) {
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IllegalStateException("failed: " + List.of(command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Lazily: whoever still writes there ends with the test. */
    private void unmount() {
        run("umount", "--lazy", folder.toString());
    }

    @Override
    public void close() {
        unmount();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
