package dev.seckill.lab;

/**
 * What a buyer heard of its purchase: at first, and at last, having asked again with the same key.
 *
 * @param number counted from 0; each is another buyer's
 * @param dueMs since 1970
 * @param firstMs from then to what it heard at first
 * @param port that the first try came from
 * @param tries so many until now
 * @param reservation its id; empty unless it has heard of one
 */
record Purchase(
        int number, long dueMs, long firstMs, int port, Heard first, Heard last, int tries, String reservation) {
    private static final String NONE = "-";
    private static final int WORDS = 8;

    /** From a line of {@link #toLine}. */
    static Purchase parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != WORDS) {
            throw new IllegalArgumentException("no purchase: " + line);
        }
        return new Purchase(
                Integer.parseInt(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Integer.parseInt(words[3]),
                Heard.valueOf(words[4]),
                Heard.valueOf(words[5]),
                Integer.parseInt(words[6]),
                words[7].equals(NONE) ? "" : words[7]);
    }

    String toLine() {
        return String.join(
                " ",
                Integer.toString(number),
                Long.toString(dueMs),
                Long.toString(firstMs),
                Integer.toString(port),
                first.name(),
                last.name(),
                Integer.toString(tries),
                reservation.isEmpty() ? NONE : reservation);
    }

    boolean isFailedAtFirst() {
        return first.isRepeatable();
    }

    /** When it heard something at first, since 1970. */
    long heardAtMs() {
        return dueMs + firstMs;
    }
}
