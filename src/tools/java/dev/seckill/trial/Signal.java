package dev.seckill.trial;

import java.io.IOException;

/** What Java can't send to a process, or not to a whole group. */
public enum Signal {
    KILL,
    /** Hangs: it does nothing until {@link #CONT}. */
    STOP,
    CONT;

    public void sendTo(ProcessHandle process) {
        sendTo(process.pid());
    }

    /** To one that has ended it goes unheard. */
    void sendTo(long pid) {
        try {
            // bash has it built in; the program is in a package that not every machine has
            new ProcessBuilder("bash", "-c", "kill -%s -- %d".formatted(name(), pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new StartFailure("Can't send SIG%s to a process (%s).".formatted(name(), e.getMessage()), e);
        }
    }
}
