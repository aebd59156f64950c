package dev.seckill;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The machines of {@code lvs/} mean the same by the same: addresses, links, timers, paths. Touches files. */
class LvsFilesTest {
    private static final Path LVS = Path.of("lvs");
    private static final String VIRTUAL_IP = "10.99.0.100";
    private static final String FALLBACK = "10.20.0.100";
    private static final List<String> LINKS = List.of("a1", "a2", "a3", "b1", "b2", "b3");
    private static final List<String> UPLINKS = List.of("up1", "up2", "up3");
    private static final List<String> DIRECTORS = List.of("a", "b");
    private static final Pattern INTERFACE =
            Pattern.compile("^interface (\\S+)\\n(.*?)^exit", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern ADDRESS = Pattern.compile("ip address 10\\.12\\.(\\d+)\\.(\\d+)/30");
    private static final Pattern ROUTER_ID = Pattern.compile("^ip router-id (\\S+)", Pattern.MULTILINE);
    private static final Pattern BFD = Pattern.compile("^bfd\\n.*?^exit", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern REAL_SERVER =
            Pattern.compile("real_server (\\S+) 80 \\{(.*?)\\n    }", Pattern.DOTALL);
    private static final Pattern PRIORITY = Pattern.compile("priority (\\d+)");

    @Test
    void theVirtualIpIsTheSameEverywhere() {
        assertThat(read("router/frr.conf")).contains("\nip route " + VIRTUAL_IP + "/32 " + FALLBACK + " 250\n");
        assertThat(read("directors/virtual-server.conf"))
                .contains("\nvirtual_server " + VIRTUAL_IP + " 80 {\n")
                .contains("quorum_up \"/sbin/ip address replace " + VIRTUAL_IP + "/32 dev vip0\"")
                .contains("quorum_down \"/sbin/ip address delete " + VIRTUAL_IP + "/32 dev vip0\"");
        assertThat(read("real-server/virtual-ip.service"))
                .contains("ExecStart=/sbin/ip address replace " + VIRTUAL_IP + "/32 dev lo\n")
                .contains("ExecStop=/sbin/ip address delete " + VIRTUAL_IP + "/32 dev lo\n");
    }

    @Test
    void theLinksEndWhereTheyShould() {
        Map<String, String> router = interfaces("router");
        assertThat(router).containsOnlyKeys(LINKS);

        for (String link : LINKS) {
            String uplink = "up" + link.charAt(1);
            MatchResult here = only(ADDRESS, router.get(link));
            MatchResult there =
                    only(ADDRESS, interfaces("director-" + link.charAt(0)).get(uplink));
            assertThat(here.group(1)).as(link).isEqualTo(there.group(1));
            assertThat(List.of(here.group(2), there.group(2))).as(link).containsExactly("1", "2");
        }
        assertThat(router.values().stream().map(lines -> only(ADDRESS, lines).group(1)))
                .doesNotHaveDuplicates();
    }

    @Test
    void bothEndsOfEachLinkSpeakAlike() {
        String speech = speech(interfaces("router").get("a1"));
        assertThat(speech)
                .contains(
                        "ip ospf network point-to-point\n",
                        "ip ospf bfd profile link\n",
                        "authentication message-digest\n");

        assertThat(interfaces("router").values())
                .allMatch(lines -> speech(lines).equals(speech));
        for (String director : DIRECTORS) {
            Map<String, String> all = interfaces("director-" + director);
            assertThat(all)
                    .containsOnlyKeys(
                            Stream.concat(UPLINKS.stream(), Stream.of("vip0")).toList());
            assertThat(all.get("vip0")).contains("ip ospf passive\n");
            assertThat(UPLINKS).allMatch(uplink -> speech(all.get(uplink)).equals(speech));
            assertThat(only(BFD, frr("director-" + director)).group())
                    .isEqualTo(only(BFD, frr("router")).group());
        }
    }

    @Test
    void eachMachineHasANameOfItsOwn() {
        assertThat(Stream.of("router", "director-a", "director-b").map(machine -> {
                    assertThat(frr(machine)).contains("\nhostname " + machine + "\n");
                    return only(ROUTER_ID, frr(machine)).group(1);
                }))
                .doesNotHaveDuplicates();
    }

    @Test
    void theRouterUsesEveryPathThereIs() {
        assertThat(frr("router")).contains("\n maximum-paths " + LINKS.size() + "\n");
        assertThat(read("router/sysctl.conf")).contains("\nnet.ipv4.fib_multipath_hash_policy = 1\n");
        assertThat(Stream.of("router", "director-a", "director-b").map(LvsFilesTest::frr))
                .allMatch(frr -> frr.contains("\nno zebra nexthop kernel enable\n"));
    }

    @Test
    void aConnectionKeepsItsRealServerWhicheverDirectorItGoesThrough() {
        assertThat(read("directors/virtual-server.conf"))
                .contains("    lvs_sched mh\n    mh-port\n", "    lvs_method DR\n", "    alpha\n", "    omega\n");
        assertThat(read("directors/sysctl.conf")).contains("\nnet.ipv4.vs.sloppy_tcp = 1\n");
        assertThat(read("directors/modules.conf")).contains("\nip_vs_mh\n");
        for (String director : DIRECTORS) {
            assertThat(keepalived(director))
                    .as("the same virtual server as the other's")
                    .contains("\ninclude virtual-server.conf\n")
                    .doesNotContain("virtual_server ");
        }
    }

    @Test
    void realServersAreAskedForWhatNginxAnswersAndAreEquals() {
        Map<String, String> servers = REAL_SERVER
                .matcher(read("directors/virtual-server.conf"))
                .results()
                .collect(toMap(server -> server.group(1), server -> server.group(2)));

        assertThat(servers).containsOnlyKeys("10.20.0.21", "10.20.0.22");
        assertThat(servers.values().stream().distinct())
                .singleElement()
                .asString()
                .contains("weight 1\n", "path /health/nginx\n", "status_code 200\n");
        assertThat(file(Path.of("nginx/site.conf"))).contains("\nlocation = /health/nginx {\n");
    }

    @Test
    void vrrpIsTheFallbackAndNeverTakesAnythingBackInHaste() {
        for (String director : DIRECTORS) {
            assertThat(keepalived(director))
                    .contains("        " + FALLBACK + "/24 dev lan\n", "    interface lan\n", "    state BACKUP\n")
                    .contains(
                            "    preempt_delay ",
                            "    vrrp_startup_delay ",
                            "    router_id director-" + director + "\n");
        }
        assertThat(keepalived("a").lines().filter(LvsFilesTest::isShared))
                .isNotEmpty()
                .containsExactlyElementsOf(
                        keepalived("b").lines().filter(LvsFilesTest::isShared).toList());
        assertThat(DIRECTORS.stream()
                        .map(director -> only(PRIORITY, keepalived(director)).group(1)))
                .doesNotHaveDuplicates();
    }

    @Test
    void theLabGivesMachinesTheAddressesThatTheFilesExpect() {
        assertThat(read("lab/director")).contains("a) lan=10.20.0.11/24 ", "b) lan=10.20.0.12/24 ");
        assertThat(read("lab/network"))
                .contains("plug router lan 10.20.0.1/24 ", "echo 21 || echo 22", "\"10.20.0.$host/24\"");
        assertThat(read("lab/frr.conf").lines().filter(line -> !line.startsWith("!")))
                .as("only timers differ from the real files")
                .isNotEmpty()
                .allMatch(line -> line.matches("bfd| profile link|  (receive|transmit)-interval \\d+| ?exit"));
    }

    @Test
    void theReadmeNamesEveryFile() throws IOException {
        String readme = read("README.md");

        try (Stream<Path> all = Files.walk(LVS)) {
            assertThat(all.filter(Files::isRegularFile)
                            .map(LVS::relativize)
                            .filter(file -> !file.startsWith("lab") && !file.endsWith("README.md"))
                            .map(Path::toString))
                    .hasSizeGreaterThan(10)
                    .allMatch(file -> readme.contains("`" + file.replaceFirst("^director-[ab]/", "director-*/") + "`"));
        }
    }

    private static boolean isShared(String line) {
        return !line.startsWith("#") && !line.contains("priority") && !line.contains("router_id director-");
    }

    /** What is said on a link, without the address, which differs. */
    private static String speech(String lines) {
        return ADDRESS.matcher(lines).replaceAll("");
    }

    private static Map<String, String> interfaces(String machine) {
        return INTERFACE
                .matcher(frr(machine))
                .results()
                .collect(toMap(
                        found -> found.group(1), found -> found.group(2), (one, other) -> one + other, TreeMap::new));
    }

    private static MatchResult only(Pattern pattern, String text) {
        List<MatchResult> found = pattern.matcher(text).results().toList();
        assertThat(found).as("%s in %s", pattern, text).hasSize(1);
        return found.get(0);
    }

    private static String frr(String machine) {
        return read(machine + "/frr.conf");
    }

    private static String keepalived(String director) {
        return read("director-" + director + "/keepalived.conf");
    }

    private static String read(String name) {
        return file(LVS.resolve(name));
    }

    private static String file(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
