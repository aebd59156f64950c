package dev.seckill.lab;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which ways packets to the virtual IP take, as the router's kernel and the directors' tell it. */
final class Network {
    static final Set<String> LINKS_A = Set.of("a1", "a2", "a3");
    static final Set<String> LINKS_B = Set.of("b1", "b2", "b3");
    static final Set<String> LINKS = Set.of("a1", "a2", "a3", "b1", "b2", "b3");

    private static final Pattern INTERFACE = Pattern.compile("(?m)^\\s*(\\S+):\\s*(.*)$");
    private static final int SENT_PACKETS = 9;
    private static final Pattern SERVICE =
            Pattern.compile("(?m)^TCP\\s+" + Pattern.quote(Lab.ADDRESS.getHost()) + ":80\\s+(\\d+)\\s+(\\d+)\\s");

    private final Lab lab;

    Network(Lab lab) {
        this.lab = lab;
    }

    /** The router's links on which it sends to the virtual IP. */
    Set<String> linksUsed() {
        return new TreeSet<>(lab.nextHops());
    }

    /** The addresses of the nginx that a director gives connections to. */
    Set<String> realServers(Machine director) {
        return lab.realServers(director).stream()
                .map(server -> server.address().replaceFirst(":.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** How many packets the router has sent on each link. */
    Map<String, Long> sentPackets() {
        return sentPackets(lab.exec(Machine.ROUTER, "cat", "/proc/net/dev"));
    }

    /** From the table in proc(5). */
    static Map<String, Long> sentPackets(String table) {
        Map<String, Long> sent = new HashMap<>();
        Matcher line = INTERFACE.matcher(table);
        while (line.find()) {
            if (LINKS.contains(line.group(1))) {
                sent.put(line.group(1), Long.valueOf(line.group(2).split("\\s+", -1)[SENT_PACKETS]));
            }
        }
        return sent;
    }

    /**
     * What a director has ever been sent for the virtual IP.
     *
     * @param connections it has taken
     * @param packets of these and of all others
     */
    record Taken(long connections, long packets) {
        static final Taken NOTHING = new Taken(0, 0);

        /** From what {@code ipvsadm -Ln --stats --exact} says. */
        static Taken parse(String services) {
            return SERVICE.matcher(services)
                    .results()
                    .map(each -> new Taken(Long.parseLong(each.group(1)), Long.parseLong(each.group(2))))
                    .findFirst()
                    .orElse(NOTHING);
        }
    }

    Taken taken(Machine director) {
        return Taken.parse(lab.exec(director, "ipvsadm", "-Ln", "--stats", "--exact"));
    }
}
