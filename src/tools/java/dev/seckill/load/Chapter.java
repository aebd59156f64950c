package dev.seckill.load;

import java.util.List;
import java.util.Map;

/**
 * The answer to one question, as the report shows it.
 *
 * @param about what was done, in a sentence or two
 * @param load how it was loaded: with what, over how many connections, how long
 * @param highlights the figures to look at first; may be none, where those of the measurements are
 * @param figures that belong to no single measurement
 * @param remarks what a reader must know not to misread the figures
 * @param curves that are no throughput
 */
public record Chapter(
        String title,
        String about,
        String load,
        List<Figure> highlights,
        List<Measurement> measurements,
        List<Figure> figures,
        List<String> remarks,
        List<Curve> curves) {
    public Chapter(
            String title,
            String about,
            String load,
            List<Figure> highlights,
            List<Measurement> measurements,
            List<Figure> figures,
            List<String> remarks) {
        this(title, about, load, highlights, measurements, figures, remarks, List.of());
    }

    /**
     * Something that changed with time.
     *
     * @param points by second
     */
    public record Curve(String name, String unit, Map<Double, Double> points) {}
}
