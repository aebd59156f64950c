package dev.seckill.load;

import java.util.List;

/**
 * The answer to one question, as the report shows it.
 *
 * @param about what was done, in a sentence or two
 * @param load how it was loaded: with what, over how many connections, how long
 * @param highlights the figures to look at first; may be none, where those of the measurements are
 * @param figures that belong to no single measurement
 * @param remarks what a reader must know not to misread the figures
 */
public record Chapter(
        String title,
        String about,
        String load,
        List<Figure> highlights,
        List<Measurement> measurements,
        List<Figure> figures,
        List<String> remarks) {}
