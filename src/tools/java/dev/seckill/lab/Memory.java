package dev.seckill.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What processes take of the machine's memory. */
final class Memory {
    private static final Pattern PROPORTIONAL = Pattern.compile("(?m)^Pss:\\s+(\\d+) kB$");

    /** Of the kernel that a guest is. */
    private static final String GUEST = "linux.uml";

    private static final Pattern UNTRACED = Pattern.compile("(?m)^TracerPid:\\s+0$");

    private Memory() {}

    /** In KiB; of what it shares with n others its part. */
    static long ofProcess(ProcessHandle process) {
        if (isThreadOfGuest(process)) {
            return 0;
        }
        Matcher line = PROPORTIONAL.matcher(read(process, "smaps_rollup"));
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    /** The kernel of a guest has two that look like processes and have all of its memory; what runs in the guest is traced. */
    private static boolean isThreadOfGuest(ProcessHandle process) {
        return process.parent().filter(Memory::isGuest).isPresent()
                && isGuest(process)
                && UNTRACED.matcher(read(process, "status")).find();
    }

    private static boolean isGuest(ProcessHandle process) {
        return read(process, "comm").strip().equals(GUEST);
    }

    /** Nothing if it has ended. */
    private static String read(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
        } catch (IOException e) {
            return "";
        }
    }
}
