package dev.seckill.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is read from the words of {@code ip route}. Touches memory. */
class NextHopsTest {
    @Test
    void readsEveryLinkThatIsUsed() {
        assertThat(NextHops.links("""
                10.99.0.100 proto ospf metric 20\s
                \tnexthop via 10.12.1.2 dev a1 weight 1\s
                \tnexthop via 10.12.2.2 dev a2 weight 1\s
                \tnexthop via 10.12.4.2 dev b1 weight 1\s
                """)).containsExactly("a1", "a2", "b1");
    }

    @Test
    void leavesOutLinksThatAreDead() {
        assertThat(NextHops.links("""
                10.99.0.100 proto ospf metric 20\s
                \tnexthop via 10.12.1.2 dev a1 weight 1 dead linkdown\s
                \tnexthop via 10.12.2.2 dev a2 weight 1 linkdown\s
                \tnexthop via 10.12.3.2 dev a3 weight 1\s
                """)).containsExactly("a3");
    }

    @Test
    void readsTheOnlyLink() {
        assertThat(NextHops.links("10.99.0.100 via 10.20.0.100 dev lan proto static metric 20 \n"))
                .containsExactly("lan");
    }

    @Test
    void findsNoneWithoutARoute() {
        assertThat(NextHops.links("")).isEmpty();
    }
}
