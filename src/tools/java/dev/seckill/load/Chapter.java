package dev.seckill.load;

import java.util.List;

/**
 * The answer to one question, as the report shows it.
 *
 * @param about what was done, in a sentence or two
 * @param figures that belong to no single measurement
 * @param remarks what a reader must know not to misread the figures
 */
public record Chapter(
        String title, String about, List<Measurement> measurements, List<Figure> figures, List<String> remarks) {}
