package dev.seckill.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.trade.BadInput;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request comes from whom trusted proxies name, and from its peer whatever anybody else writes. Touches memory. */
class OriginTest {
    private static final String PROXY = "10.1.2.3";
    private static final String BUYER = "198.51.100.7";

    private final Origin origin = new Origin(networks("10.0.0.0/8", "2001:db8:aaaa::/48"));

    private static List<Network> networks(String... texts) {
        return Stream.of(texts)
                .map(text -> Network.parse("seckill.limit.trusted-proxies", text))
                .toList();
    }

    private static Address address(String text) {
        return Address.parse(text).orElseThrow();
    }

    private Address of(String peer, String... forwardedFor) {
        return origin.of(peer, () -> Collections.enumeration(Arrays.asList(forwardedFor)));
    }

    @Test
    void isThePeerIfNobodyIsTrusted() {
        assertThat(of(BUYER)).isEqualTo(address(BUYER));
        assertThat(of(BUYER, "203.0.113.9")).isEqualTo(address(BUYER));
        assertThat(of(BUYER, PROXY)).isEqualTo(address(BUYER));
    }

    @Test
    void isTheRightmostAddressThatIsNoTrustedProxy() {
        assertThat(of(PROXY, BUYER)).isEqualTo(address(BUYER));
        assertThat(of(PROXY, "203.0.113.9, " + BUYER))
                .as("what the buyer wrote")
                .isEqualTo(address(BUYER));
        assertThat(of(PROXY, BUYER + ", 10.9.9.9")).as("two proxies").isEqualTo(address(BUYER));
        assertThat(of(PROXY, "203.0.113.9", BUYER, "10.9.9.9 ,\t10.8.8.8"))
                .as("several lines")
                .isEqualTo(address(BUYER));
        assertThat(of("2001:db8:aaaa::1", "2001:db8:bbbb::7")).isEqualTo(address("2001:db8:bbbb::7"));
        assertThat(of(PROXY, "10.4.4.4, 10.5.5.5")).as("only proxies").isEqualTo(address("10.4.4.4"));
        assertThat(of(PROXY)).as("the proxy itself asks").isEqualTo(address(PROXY));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:4711, 192.0.2.1",
        "[2001:db8::1]:4711, 2001:db8::1",
        "[2001:db8::1], 2001:db8::1",
        "::ffff:192.0.2.1, 192.0.2.1",
        "2001:DB8:0:0::1, 2001:db8::1"
    })
    void readsAnAddressHoweverProxiesWriteIt(String written, String meant) {
        assertThat(of(PROXY, written)).isEqualTo(address(meant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                "unknown",
                "_hidden",
                "localhost",
                "abc.de",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "0x7f.1",
                "2130706433",
                "1.2.3.4:99999999",
                "[1.2.3.4",
                ":::",
                "2001:db8::g",
                "1.2.3.4 5.6.7.8",
                "\u0661.\u0662.\u0663.\u0664"
            })
    void countsWhatIsNoAddressAsWhoeverPassedItOn(String nonsense) {
        assertThat(of(PROXY, nonsense)).isEqualTo(address(PROXY));
        assertThat(of(PROXY, BUYER + "," + nonsense))
                .as("to the right of an address")
                .isEqualTo(address(PROXY));
        assertThat(of(PROXY, nonsense + "," + BUYER)).as("to the left of one").isEqualTo(address(BUYER));
        assertThat(of(PROXY, nonsense + ",10.7.7.7")).as("beyond a proxy").isEqualTo(address("10.7.7.7"));
    }

    @Test
    void cannotBeToldOfAPeerWithoutAnAddress() {
        assertThat(of(null, BUYER)).isEqualTo(Address.NONE);
        assertThat(of("", BUYER)).isEqualTo(Address.NONE);
    }

    @Test
    void takesTheAddressesThatOneHouseHasInIpv6AsOne() {
        assertThat(address("2001:db8:1:2::1").site())
                .isEqualTo(address("2001:db8:1:2:ffff:ffff:ffff:ffff").site());
        assertThat(address("2001:db8:1:2::1").site())
                .isNotEqualTo(address("2001:db8:1:3::1").site());
        assertThat(address("192.0.2.1").site())
                .isNotEqualTo(address("192.0.2.2").site());
        assertThat(address("192.0.2.1").site())
                .isEqualTo(address("::ffff:192.0.2.1").site());
        assertThat(address("::1").site()).isNotEqualTo(address("127.0.0.1").site());
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 203.0.113.9, true",
        "127.0.0.1/8, 127.9.9.9, true",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "2001:db8::/65, 2001:db8:0:0:7fff::1, true",
        "2001:db8::/65, 2001:db8:0:0:8000::1, false",
        "2001:db8::1/128, 2001:db8::1, true",
        "2001:db8::1/128, 2001:db8::2, false"
    })
    void knowsWhichAddressesANetworkHas(String network, String address, boolean has) {
        assertThat(networks(network).get(0).contains(address(address))).isEqualTo(has);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "example.org", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/", "192.0.2/24", "::/129", "::/x"})
    void refusesWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> networks(text))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("seckill.limit.trusted-proxies");
    }

    @Test
    void readsWhateverAddressTheJdkWrites() throws UnknownHostException {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            if (bytes.length == 16 && random.nextBoolean()) {
                Arrays.fill(bytes, random.nextInt(16), 16, (byte) 0);
            }
            InetAddress written = InetAddress.getByAddress(bytes);
            Address read = address(written.getHostAddress());

            ByteBuffer both = ByteBuffer.allocate(16).putLong(read.high()).putLong(read.low());
            assertThat(InetAddress.getByAddress(both.array())).isEqualTo(written);
        }
    }

    /** Whatever stands to the left of what the proxy wrote, and however it is written, changes nothing. */
    @Test
    void noHeaderThatABuyerWritesIsAWayAround() {
        String pieces = "0123456789abcdef.:,[]% \t;=\"/-_\u0000\u00e9";
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            StringBuilder nonsense = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                nonsense.append(pieces.charAt(random.nextInt(pieces.length())));
            }
            assertThat(of(PROXY, nonsense + "," + BUYER))
                    .as(() -> Arrays.toString(nonsense.toString().getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(address(BUYER));
            assertThat(of(BUYER, nonsense.toString())).isEqualTo(address(BUYER));
        }
    }

    @Test
    void doesNotTakeLongOverALongHeader() {
        String proxies = "10.1.1.1,".repeat(100_000);

        long start = System.nanoTime();
        Address found = of(PROXY, BUYER + "," + proxies + "10.1.1.1");

        assertThat(found).isEqualTo(address(BUYER));
        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    }
}
