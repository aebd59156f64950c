package dev.seckill.lab;

import java.util.List;
import java.util.regex.Pattern;

/** Reads from {@code ip route show} over which links packets to an address go out. */
final class NextHops {
    private static final Pattern VIA = Pattern.compile("(?m)\\bvia \\S+ dev (\\S+)(?!.*\\b(dead|linkdown)\\b)");

    private NextHops() {}

    /** The names of the links that are used, in the order of the kernel. */
    static List<String> links(String routes) {
        return VIA.matcher(routes).results().map(hop -> hop.group(1)).toList();
    }
}
