package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Touches one Redis. */
class RedisServerTest {
    @Test
    void keepsWhatItAnsweredWhenItIsKilled() throws IOException {
        try (RedisServer redis = RedisServer.start()) {
            assertThat(ask(redis, "SET ticket sold")).isEqualTo("+OK\r\n");

            redis.kill();
            redis.restart();

            assertThat(ask(redis, "GET ticket")).isEqualTo("$4\r\nsold\r\n");
        }
    }

    @Test
    void isSilentWhileFrozen() throws IOException {
        try (RedisServer redis = RedisServer.start()) {
            redis.freeze();

            assertThatThrownBy(() -> ask(redis, "PING")).isInstanceOf(SocketTimeoutException.class);

            redis.unfreeze();
            assertThat(ask(redis, "PING")).isEqualTo("+PONG\r\n");
        }
    }

    @Test
    void hasTheSettingsOfProductionAndThoseOfTheTest() throws IOException {
        try (RedisServer redis = RedisServer.start("maxclients 77")) {
            assertThat(ask(redis, "CONFIG GET appendfsync")).contains("always");
            assertThat(ask(redis, "CONFIG GET maxmemory-policy")).contains("noeviction");
            assertThat(ask(redis, "CONFIG GET maxclients")).contains("77");
        }
    }

    private static String ask(RedisServer redis, String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
            socket.setSoTimeout(500);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream answers = socket.getInputStream();
            byte[] answer = new byte[1000];
            return new String(answer, 0, answers.read(answer), StandardCharsets.US_ASCII);
        }
    }
}
