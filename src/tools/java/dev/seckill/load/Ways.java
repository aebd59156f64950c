package dev.seckill.load;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** The same load by several ways to the same nodes, in turns, each compared with the last: what a way costs. By wrk. */
public final class Ways {
    /** One is enough for what two cores answer, and leaves them the other. */
    private static final int THREADS = 1;

    /** What they use is not asked for. */
    private static final Reading NOTHING = new Reading(0, Map.of(), Map.of(), 0);

    private final Path folder;
    private final List<String> prefix;
    private final int connections;
    private final Pace pace;
    private final Progress progress;

    /**
     * Loads from wherever that prefix of its command line puts wrk.
     *
     * @param folder for what wrk reads and writes
     */
    public Ways(Path folder, List<String> prefix, int connections, Pace pace, Progress progress) {
        Foreground.require(Generator.WRK);
        this.folder = folder;
        this.prefix = List.copyOf(prefix);
        this.connections = connections;
        this.pace = pace;
        this.progress = progress;
    }

    /** What is loaded, and this machine as it is before. */
    public static Map<String, String> conditions(Path home) {
        return Conditions.ofMachine(home, Set.of(Generator.WRK));
    }

    /** The same GET by each way, all answered by 2xx. */
    public List<Measurement> get(Map<String, URI> ways, String path) {
        return compare("get", ways, path, Wrk.getting(folder, connections, THREADS));
    }

    /** Purchases of a sale by so many buyers by each way, all of which win. */
    public List<Measurement> buy(Map<String, URI> ways, String path, Path keyFile, int buyers) {
        TokenFile tokens = SignedTokens.of(keyFile, buyers, folder, progress);
        return compare("buy", ways, path, Wrk.in(folder, connections, THREADS, tokens));
    }

    private List<Measurement> compare(String verb, Map<String, URI> ways, String path, Wrk wrk) {
        Wrk there = wrk.startedBy(prefix);
        List<Purchases> cases = new ArrayList<>();
        ways.forEach((name, address) -> cases.add(new Purchases(
                name, new Target(name, address, OptionalLong.empty()), address.resolve(path), there, true)));
        Rounds rounds = new Rounds(verb, cases, pace, progress);
        rounds.warmUp();
        Map<String, Turns> all = rounds.run(target -> NOTHING);
        String last = cases.get(cases.size() - 1).name();
        return all.entrySet().stream()
                .map(each -> each.getValue().measurement(each.getKey(), last, all.get(last), List.of()))
                .toList();
    }
}
