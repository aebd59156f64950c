package dev.seckill.load;

/**
 * One figure of a report.
 *
 * @param remark how it was taken, where the name does not say it; may be empty
 */
public record Figure(String name, double value, String unit, String remark) {
    public Figure(String name, double value, String unit) {
        this(name, value, unit, "");
    }
}
