package dev.seckill.load;

import java.net.URI;
import java.util.OptionalLong;

/**
 * What is loaded.
 *
 * @param pid its process, if that runs on this machine and is known
 */
public record Target(String name, URI address, OptionalLong pid) {
    /** What sells. */
    public static final String SECKILL = "seckill";

    /** What answers the same requests with a constant. */
    public static final String CONSTANT = "constant";
}
