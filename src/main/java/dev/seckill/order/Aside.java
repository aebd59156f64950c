package dev.seckill.order;

/** A step that could not be written, and why. */
record Aside(Step step, String reason) {
    /** A database's message may quote a whole row. */
    private static final int LONGEST_REASON = 500;

    Aside {
        String text = reason.replace('\0', '?');
        reason = text.substring(0, Math.min(text.length(), LONGEST_REASON));
    }

    static Aside behind(Step step) {
        return new Aside(step, "follows one that is kept aside");
    }

    /** The subject as a database can hold it. */
    String subject() {
        return step.subject().replace('\0', '?');
    }
}
