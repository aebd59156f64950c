package dev.seckill.load;

import java.util.Arrays;

/** The median of several measurements of one thing, with the least and the most of them. */
public record Spread(double median, double least, double most) {
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
