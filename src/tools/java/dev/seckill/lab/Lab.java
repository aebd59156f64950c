package dev.seckill.lab;

import dev.seckill.trial.Child;
import dev.seckill.trial.Cluster;
import dev.seckill.trial.ClusterPlan;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.Front;
import dev.seckill.trial.NginxFiles;
import dev.seckill.trial.NginxPlace;
import dev.seckill.trial.NginxProcess;
import dev.seckill.trial.Pause;
import dev.seckill.trial.Signal;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The lab that is up: who opens it may look, run commands on its machines, take the power from a part and give it back. All of it
 * runs on when the process that started it ends. Whoever opens it is a process of the nodes' namespace, so that the
 * {@link Cluster} is on its loopback.
 */
final class Lab implements AutoCloseable {
    /** Where buyers come to: the virtual IP. */
    static final URI ADDRESS = URI.create("http://10.99.0.100");

    /** At each nginx: a file of {@link #DOWNLOAD_BYTES} that takes {@link #DOWNLOAD_BYTES} / {@link #DOWNLOAD_BYTES_PER_SECOND} s. */
    static final String DOWNLOAD = "/lab/download";

    static final int DOWNLOAD_BYTES = 1 << 19;
    static final int DOWNLOAD_BYTES_PER_SECOND = 1 << 16;

    /** At each nginx: what comes in pieces of {@link #EVENTS_BYTES_PER_SECOND} a second, as a stream of events does; the application has none yet. */
    static final String EVENTS = "/lab/events";

    static final int EVENTS_BYTES = 1 << 9;
    static final int EVENTS_BYTES_PER_SECOND = 1 << 6;

    /** Of the three to each director. */
    static final int LINKS = 6;

    static final List<Machine> DIRECTORS = List.of(Machine.DIRECTOR_A, Machine.DIRECTOR_B);
    static final List<Machine> NGINX = List.of(Machine.NGINX_A, Machine.NGINX_B);

    private static final String ROUTER = Machine.ROUTER.label();
    private static final String REDIS = "redis";
    private static final int FIRST_NODE_PORT = 3001;
    private static final int HTTP_PORT = 80;
    private static final String CLIENTS = "10.10.0.0/24";
    private static final String NODES_LAN = "10.30.0.0/24";
    private static final String NODES_HOST = "10.30.0.10";
    private static final String ANY = "0.0.0.0";

    /** A guest boots in 3 s on two idle cores. */
    private static final Duration BOOT = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(200);

    private final Path home;
    private final Path folder;
    private final Cluster cluster;
    private final Map<String, Part> parts = new LinkedHashMap<>();

    private Lab(Path home, Path folder, Cluster cluster) {
        this.home = home;
        this.folder = folder;
        this.cluster = cluster;
        add(new Part(
                ROUTER,
                () -> child(ROUTER),
                Optional::empty,
                () -> launch(
                        ROUTER, List.of(script("router"), partFolder(ROUTER).toString())),
                () -> Child.killLeftover(ROUTER, partFolder(ROUTER))));
        DIRECTORS.forEach(this::addDirector);
        NGINX.forEach(this::addNginx);
        add(new Part(REDIS, cluster::redis, Optional::empty, cluster::startRedis, cluster::killRedis));
        for (int node = 0; node < cluster.size(); node++) {
            addNode(node);
        }
    }

    /** The one in that folder, which goes on as it is if any of it runs. Starts nothing. */
    static Lab open(Path home, DataFolder data, List<String> nodeOptions) {
        Front front = new Front(ADDRESS, ANY, NODES_LAN, CLIENTS);
        ClusterPlan plan = ClusterPlan.behind(front, FIRST_NODE_PORT, nodeOptions);
        return new Lab(home, data.path(), Cluster.open(home, data, plan));
    }

    /** The one that is up in that folder, to change it. */
    static Lab openExisting(Path home, DataFolder data) {
        return new Lab(home, data.path(), Cluster.openExisting(home, data));
    }

    /** To look at it and to take the power from parts, whoever holds it. */
    static Lab look(Path home, Path folder) {
        return new Lab(home, folder, Cluster.look(home, folder));
    }

    // --- parts ------------------------------------------------------------------------------------------------------

    private void add(Part part) {
        parts.put(part.name(), part);
    }

    private void addDirector(Machine director) {
        String name = director.label();
        Path files = partFolder(name);
        add(new Part(
                name,
                () -> child(name),
                Optional::empty,
                () -> {
                    launchDirector(director);
                    awaitBooted(director);
                },
                () -> Child.killLeftover(name, files)));
    }

    private void addNginx(Machine machine) {
        String name = machine.label();
        Path files = partFolder(name);
        add(new Part(
                name,
                () -> NginxProcess.find(files),
                () -> NginxProcess.findWatcher(files),
                () -> startNginx(machine),
                () -> NginxProcess.killLeftover(files)));
    }

    private void addNode(int node) {
        add(new Part(
                cluster.name(node),
                () -> cluster.node(node),
                Optional::empty,
                () -> cluster.startNode(node),
                () -> cluster.killNode(node)));
    }

    List<Part> parts() {
        return List.copyOf(parts.values());
    }

    private Part part(String name) {
        return Optional.ofNullable(parts.get(name))
                .orElseThrow(() -> new StartFailure(
                        "The lab has no part " + name + ", but " + String.join(" ", parts.keySet()) + "."));
    }

    boolean runs(String part) {
        return part(part).runs();
    }

    /** Ends all of it at once, as when the power fails. */
    void kill(String part) {
        part(part).cut().run();
    }

    /** A director stands still until it goes on. Its links keep their carrier. */
    void hang(Machine director) {
        guest(director).ifPresent(Signal.STOP::sendTo);
    }

    void goOn(Machine director) {
        guest(director).ifPresent(Signal.CONT::sendTo);
    }

    /** The guest's kernel; its programs are processes of their own that wait for it. */
    private Optional<ProcessHandle> guest(Machine director) {
        return part(director.label()).process();
    }

    /** Starts it, unless it runs, and returns when its processes run; the network needs a moment more to use it. */
    void start(String part) {
        Part it = part(part);
        if (!it.runs()) {
            it.begin().run();
        }
    }

    /** Starts what a director needs to boot and waits for nothing, so that two boot together. */
    void launchDirector(Machine director) {
        String name = director.label();
        if (runs(name)) {
            return;
        }
        launch(
                name,
                List.of(
                        script("director"),
                        name.substring(name.length() - 1),
                        partFolder(name).toString()));
    }

    void awaitBooted(Machine director) {
        long giveUp = System.nanoTime() + BOOT.toNanos();
        while (!answers(director)) {
            if (!runs(director.label())) {
                throw new StartFailure(
                        director.label() + " ended by itself: see " + partFolder(director.label()) + ".");
            }
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure(director.label() + " did not boot within " + BOOT.toSeconds() + " s: see "
                        + partFolder(director.label()) + ".");
            }
            Pause.of(POLL);
        }
    }

    private boolean answers(Machine machine) {
        try {
            exec(machine, "true");
            return true;
        } catch (StartFailure e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return false;
        }
    }

    private void startNginx(Machine machine) {
        Path files = partFolder(machine.label());
        NginxPlace place = place(machine);
        NginxProcess.endLeftover(files);
        NginxFiles copy = NginxFiles.copy(home, files, place);
        // the buyers of the lab are one machine
        copy.change("limits.conf", "    127.0.0.0/8 0;\n", "    127.0.0.0/8 0;\n    " + CLIENTS + " 0;\n");
        copy.append("site.conf", slowly(DOWNLOAD, files, DOWNLOAD_BYTES, DOWNLOAD_BYTES_PER_SECOND));
        copy.append("site.conf", slowly(EVENTS, files, EVENTS_BYTES, EVENTS_BYTES_PER_SECOND));
        NginxProcess.start(copy);
    }

    private static List<String> slowly(String path, Path folder, int bytes, int bytesPerSecond) {
        Path file = folder.resolve(path.substring(path.lastIndexOf('/') + 1));
        try {
            Files.write(file, new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return """
                location = %s {
                    alias %s;
                    limit_rate %d;
                }
                """.formatted(path, file, bytesPerSecond).lines().toList();
    }

    private NginxPlace place(Machine machine) {
        List<Integer> ports = IntStream.range(0, cluster.size())
                .mapToObj(node -> cluster.endpoint(node).address().getPort())
                .toList();
        return new NginxPlace(
                ANY, HTTP_PORT, NODES_HOST, ports, machine.namespace().prefix());
    }

    private void launch(String name, List<String> command) {
        try {
            Files.createDirectories(partFolder(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Child.start(name, partFolder(name), command, Map.of());
    }

    private Optional<ProcessHandle> child(String name) {
        return Child.find(name, partFolder(name));
    }

    private Path partFolder(String name) {
        return folder.resolve(name);
    }

    private String script(String name) {
        return home.resolve("lvs/lab").resolve(name).toString();
    }

    // --- commands ---------------------------------------------------------------------------------------------------

    /** Runs a command there and gives what it wrote; it has to end well, and soon. */
    String exec(Machine machine, String... command) {
        List<String> line = new ArrayList<>(List.of(script("exec"), machine.label()));
        line.addAll(List.of(command));
        return Exec.run(line);
    }

    /** The command line that runs it there, as long as it likes to; on a director not for long. */
    List<String> inside(Machine machine, List<String> command) {
        List<String> line = new ArrayList<>(
                machine.isGuest()
                        ? List.of(script("exec"), machine.label())
                        : machine.namespace().prefix());
        line.addAll(command);
        return line;
    }

    // --- how it stands ----------------------------------------------------------------------------------------------

    /** The links over which the router's kernel sends what goes to the virtual IP. */
    List<String> nextHops() {
        return NextHops.links(exec(Machine.ROUTER, "ip", "route", "show", ADDRESS.getHost()));
    }

    /** Each nginx that a director sends buyers to. */
    List<RealServer> realServers(Machine director) {
        return RealServer.of(ADDRESS.getHost() + ":" + HTTP_PORT, exec(director, "ipvsadm", "-Ln"));
    }

    /** How many nodes an nginx, if it runs, sends buyers to. */
    int nodesIn(Machine nginx) {
        return runs(nginx.label())
                ? NginxProcess.nodesIn(partFolder(nginx.label())).size()
                : 0;
    }

    /** Whether the router uses all six links, each director both nginx, and each nginx all four nodes. */
    boolean isWhole() {
        return missing().isEmpty();
    }

    void awaitWhole(Duration patience) {
        long giveUp = System.nanoTime() + patience.toNanos();
        while (!isWhole()) {
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure("The lab is not whole after " + patience.toSeconds() + " s: " + missing() + ".");
            }
            Pause.of(POLL);
        }
    }

    /** What keeps it from being whole, in words, the first that is found; empty if it is. */
    String missing() {
        for (Part part : parts()) {
            if (!part.runs()) {
                return part.name() + " does not run";
            }
        }
        for (Machine nginx : NGINX) {
            if (nodesIn(nginx) != cluster.size()) {
                return nginx.label() + " has " + nodesIn(nginx) + " of " + cluster.size() + " nodes";
            }
        }
        try {
            for (Machine director : DIRECTORS) {
                int servers = realServers(director).size();
                if (servers != NGINX.size()) {
                    return director.label() + " has " + servers + " of " + NGINX.size() + " nginx";
                }
            }
            List<String> hops = nextHops();
            return hops.size() == LINKS ? "" : "the router has " + hops.size() + " of " + LINKS + " next hops: " + hops;
        } catch (StartFailure e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return e.getMessage();
        }
    }

    /** The nodes, Redis and PostgreSQL. */
    Cluster cluster() {
        return cluster;
    }

    Path folder() {
        return folder;
    }

    /** Lets others open the folder; what runs there runs on. */
    @Override
    public void close() {
        cluster.close();
    }
}
