package dev.seckill.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.lab.Network.Taken;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Touches memory. */
class NetworkTest {
    @Test
    void readsWhatTheRouterHasSentOnEachLink() {
        String table = """
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
                    a1:  123456    1001    0    0    0     0          0         0   654321    2002    0    0    0     0       0          0
                    b3:       7       8    0    0    0     0          0         0        9      10    0    0    0     0       0          0
                """;

        assertThat(Network.sentPackets(table)).isEqualTo(Map.of("a1", 2002L, "b3", 10L));
    }

    @Test
    void readsWhatADirectorHasTaken() {
        String services = """
                IP Virtual Server version 1.2.1 (size=4096)
                Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
                  -> RemoteAddress:Port
                TCP  10.99.0.100:80                    155     1240        0   201000        0
                  -> 10.20.0.21:80                      80      640        0   101000        0
                  -> 10.20.0.22:80                      75      600        0   100000        0
                """;

        assertThat(Taken.parse(services)).isEqualTo(new Taken(155, 1240));
        assertThat(Taken.parse("")).isEqualTo(Taken.NOTHING);
    }
}
