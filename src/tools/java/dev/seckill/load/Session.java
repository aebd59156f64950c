package dev.seckill.load;

import java.nio.file.Path;

/**
 * What a verb works with.
 *
 * @param folder for the files of this run's generators
 */
public record Session(LoadOptions options, Stand stand, Path folder, Progress progress) {}
