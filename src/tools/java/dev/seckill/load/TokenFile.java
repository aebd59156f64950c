package dev.seckill.load;

import dev.seckill.trial.StartFailure;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** The tokens of many buyers, one a line, read where they lie: a million of them are 600 MB. */
final class TokenFile {
    private final ByteBuffer content;

    /** Where each line begins, and after them where the next one would. */
    private final int[] begins;

    private final int size;

    private TokenFile(ByteBuffer content, int[] begins, int size) {
        this.content = content;
        this.begins = begins;
        this.size = size;
    }

    static TokenFile open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new StartFailure(file + " is larger than 2 GB: three million tokens are the most.");
            }
            ByteBuffer content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            int[] begins = new int[1 << 10];
            int size = 0;
            for (int i = 0; i < content.limit(); i++) {
                if (content.get(i) == '\n') {
                    size++;
                    begins = size == begins.length ? Arrays.copyOf(begins, 2 * size) : begins;
                    begins[size] = i + 1;
                }
            }
            if (size == 0) {
                throw new StartFailure("There is no token in " + file + ": it has one on each line.");
            }
            return new TokenFile(content, begins, size);
        } catch (IOException e) {
            throw new StartFailure("The tokens can't be read from " + file + " (" + e + ").", e);
        }
    }

    int size() {
        return size;
    }

    /** In bytes, as it is sent. */
    int length(int index) {
        return begins[index + 1] - begins[index] - 1;
    }

    void write(int index, ByteBuf target) {
        target.writeBytes(content.duplicate().limit(begins[index + 1] - 1).position(begins[index]));
    }

    String token(int index) {
        byte[] bytes = new byte[length(index)];
        content.duplicate().position(begins[index]).get(bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
