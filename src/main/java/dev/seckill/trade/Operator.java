package dev.seckill.trade;

/**
 * Who changes a sale, by the subject of its token. An identity provider may put anything there, and nothing may fail for it on
 * its way to the log of what operators did: what is not printed is shown as ?, and what is longer is cut.
 */
public record Operator(String name) {
    /** A tool or a test: nothing is logged of it. */
    public static final Operator NOBODY = new Operator("");

    private static final int LONGEST = 200;

    public Operator {
        String shown = name.replaceAll("\\p{C}", "?");
        name = shown.substring(
                0, shown.offsetByCodePoints(0, Math.min(LONGEST, shown.codePointCount(0, shown.length()))));
    }

    public boolean isNobody() {
        return name.isEmpty();
    }

    @Override
    public String toString() {
        return name;
    }
}
