package dev.seckill.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What processes take of the machine's memory. */
final class Memory {
    private static final Pattern PROPORTIONAL = Pattern.compile("(?m)^Pss:\\s+(\\d+) kB$");

    private Memory() {}

    /** In KiB; of what it shares with n others its part. Nothing if it has ended. */
    static long ofProcess(ProcessHandle process) {
        try {
            Matcher line = PROPORTIONAL.matcher(
                    Files.readString(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup")));
            return line.find() ? Long.parseLong(line.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
