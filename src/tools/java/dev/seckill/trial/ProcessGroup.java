package dev.seckill.trial;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Processes that one signal reaches: what a {@link Child} is with all that it started and that did not leave. */
public record ProcessGroup(long id) {
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    /** In what follows the name in /proc/PID/stat. */
    private static final int STATE = 0;

    private static final int GROUP = 2;

    /** The one that a process began, or is in. */
    public static ProcessGroup of(long id) {
        return new ProcessGroup(id);
    }

    /** The one that a process is in; that of nobody, 0, if it has ended. */
    public static ProcessGroup around(ProcessHandle process) {
        String[] stat = stat(process);
        return new ProcessGroup(stat.length > GROUP ? Long.parseLong(stat[GROUP]) : 0);
    }

    /** Those that have not ended; who waits to be asked how it ended, has. */
    public List<ProcessHandle> members() {
        String wanted = Long.toString(id);
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    String[] stat = stat(process);
                    return stat.length > GROUP && stat[GROUP].equals(wanted) && !stat[STATE].equals("Z");
                })
                .toList();
    }

    boolean isOf(Path folder) {
        return members().stream().anyMatch(process -> Child.isOf(folder, process));
    }

    /** Ends all by one SIGKILL and returns when they have ended. */
    public void kill() {
        if (id <= 1) {
            throw new IllegalArgumentException("no group of a child: " + id);
        }
        // Java can signal one process only
        Signal.KILL.sendTo(-id);
        long giveUp = System.nanoTime() + END_PATIENCE.toNanos();
        while (!members().isEmpty()) {
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure("These processes do not end: "
                        + members().stream().map(ProcessHandle::pid).toList());
            }
            Pause.of(POLL);
        }
    }

    /** What /proc says of it behind its name, which may have anything in it; nothing if it has ended. */
    private static String[] stat(ProcessHandle process) {
        try {
            String all = new String(
                    Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "stat")), StandardCharsets.UTF_8);
            return all.substring(all.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            return new String[0];
        }
    }
}
