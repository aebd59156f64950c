package dev.seckill.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is read from the words of {@code ipvsadm}. Touches memory. */
class RealServerTest {
    private static final String TABLE = """
            IP Virtual Server version 1.2.1 (size=4096)
            Prot LocalAddress:Port Scheduler Flags
              -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
            TCP  10.20.0.100:80 mh (mh-port)
              -> 10.20.0.21:80                Route   1      7          8
            TCP  10.99.0.100:80 mh (mh-port)
              -> 10.20.0.21:80                Route   1      2          30        \s
              -> 10.20.0.22:80                Route   0      1          28        \s
            """;

    @Test
    void readsWhoGetsConnectionsOfThatServiceAndHowMany() {
        assertThat(RealServer.of("10.99.0.100:80", TABLE)).containsExactly(new RealServer("10.20.0.21:80", 1, 2, 30));
        assertThat(RealServer.of("10.20.0.100:80", TABLE)).containsExactly(new RealServer("10.20.0.21:80", 1, 7, 8));
    }

    @Test
    void findsNobodyForAServiceThatIsNotThere() {
        assertThat(RealServer.of("10.99.0.100:443", TABLE)).isEmpty();
    }
}
