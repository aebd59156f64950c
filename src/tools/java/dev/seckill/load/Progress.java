package dev.seckill.load;

import java.io.PrintWriter;
import java.time.Duration;

/**
 * Tells the person at the terminal what happens and how long it still takes; one line that changes, if it is a
 * terminal.
 */
public final class Progress {
    private static final int WIDTH = 100;

    private final PrintWriter out;
    private final boolean isTerminal;
    private boolean lineIsOpen;

    public Progress(PrintWriter out) {
        this(out, Boolean.getBoolean("seckill.terminal"));
    }

    Progress(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    /** Says something that stays. */
    public synchronized void say(String line) {
        if (lineIsOpen) {
            out.print("\r" + " ".repeat(WIDTH) + "\r");
            lineIsOpen = false;
        }
        out.println(line);
        out.flush();
    }

    /** Says how it stands, and how long it still takes. */
    public synchronized void step(String line, Duration left) {
        String full = line + (left.isZero() ? "" : ", " + readable(left) + " left");
        if (!isTerminal) {
            say(full);
            return;
        }
        String fitting = full.length() > WIDTH ? full.substring(0, WIDTH) : full;
        out.print("\r" + fitting + " ".repeat(WIDTH - fitting.length()));
        out.flush();
        lineIsOpen = true;
    }

    static String readable(Duration time) {
        long seconds = Math.max(1, time.toSeconds());
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
    }
}
