package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The settings of {@code payara-config} have their effect. Touches a node and one Redis. */
@NodeTest
class NodeConfigurationIT {
    private static final int REQUESTS = 1000;

    @ArquillianResource
    private URL node;

    @org.jboss.arquillian.container.test.api.Deployment(testable = false)
    static WebArchive war() {
        return Deployment.war();
    }

    @Test
    void keepsAConnectionForMoreRequestsThanTheDefaultAllows() throws IOException {
        try (Socket socket = new Socket(node.getHost(), node.getPort())) {
            OutputStream out = socket.getOutputStream();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));

            for (int i = 0; i < REQUESTS; i++) {
                out.write("HEAD /health/live HTTP/1.1\r\nHost: node\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

                assertThat(in.readLine()).as("answer %d", i).startsWith("HTTP/1.1 ");
                while (!in.readLine().isEmpty()) {
                    // headers
                }
            }
        }
    }

    @Test
    void listensOnNoOtherAddressThanTold() throws IOException {
        Optional<InetAddress> outside = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .findAny();
        Assumptions.assumeTrue(outside.isPresent(), "this machine has no network");

        assertThatThrownBy(() -> new Socket(outside.orElseThrow(), node.getPort()).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void saysThatNoOrdersAreWrittenWithoutADatabase() {
        Api.Reply health = Api.of(URI.create(node.toString())).get("/health/ready");

        assertThat(health.status()).isEqualTo(200);
        assertThat(health.text()).contains("\"orders\"").contains("\"OFF\"");
    }

    @Test
    void servesAtTheRoot() {
        assertThat(URI.create(node.toString()).getPath()).isEqualTo("/");
    }
}
