package dev.seckill.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An nginx as a director sees it.
 *
 * @param active connections that are open
 * @param inactive those that are known still
 */
record RealServer(String address, int weight, int active, int inactive) {
    private static final Pattern SERVICE = Pattern.compile("^(TCP|UDP|FWM)\\s+(\\S+).*");
    private static final Pattern SERVER =
            Pattern.compile("^\\s+->\\s+(\\S+:\\d+)\\s+\\S+\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s*");

    /** Those that get connections of a virtual service, from what {@code ipvsadm -Ln} says. */
    static List<RealServer> of(String service, String table) {
        List<RealServer> servers = new ArrayList<>();
        boolean isIt = false;
        for (String line : table.lines().toList()) {
            Matcher begin = SERVICE.matcher(line);
            Matcher server = SERVER.matcher(line);
            if (begin.matches()) {
                isIt = begin.group(2).equals(service);
            } else if (isIt && server.matches() && !server.group(2).equals("0")) {
                servers.add(new RealServer(
                        server.group(1),
                        Integer.parseInt(server.group(2)),
                        Integer.parseInt(server.group(3)),
                        Integer.parseInt(server.group(4))));
            }
        }
        return List.copyOf(servers);
    }
}
