package dev.seckill;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A purchase as it may not be written in HTTP: with one thing wrong that has a name, or with some bytes changed. */
final class HardlyHttp {
    private static final String BODY = "{\"quantity\":1}";
    private static final String LENGTH = "Content-Length: " + BODY.length() + "\r\n";
    private static final String VERSION = " HTTP/1.1\r\n";
    private static final String HOST = "Host: node\r\n";
    private static final String END = "\r\n\r\n";

    private static final List<String> VERSIONS = List.of(
            " HTTP/0.9\r\n",
            " HTTP/1.0\r\n",
            " HTTP/2.0\r\n",
            " HTTP/9.9\r\n",
            " http/1.1\r\n",
            " HTTP/\r\n",
            " HTTP/1.11111111111111111111\r\n",
            " HTTP/1.1 HTTP/1.1\r\n",
            "\r\n",
            " \r\n");
    private static final List<String> HOSTS = List.of(
            "",
            "Host:\r\n",
            HOST + HOST,
            "Host: a b\r\n",
            "Host: a/../b\r\n",
            "Host: \u00ff\r\n",
            "Host: [::1\r\n",
            "Host: a:b:c\r\n");
    private static final List<String> LENGTHS = List.of(
            "Content-Length: -1\r\n",
            "Content-Length: +14\r\n",
            "Content-Length: 0x0e\r\n",
            "Content-Length: 14, 14\r\n",
            "Content-Length: 14abc\r\n",
            "Content-Length:\r\n",
            "Content-Length: 0\r\n",
            "Content-Length: 13\r\n",
            "Content-Length: 15\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 9223372036854775807\r\n",
            LENGTH + LENGTH,
            LENGTH + "Content-Length: 13\r\n",
            LENGTH + "Transfer-Encoding: chunked\r\n",
            LENGTH + "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "");
    private static final List<String> CHUNKS = List.of(
            "e\r\n" + BODY + "\r\n0\r\n\r\n",
            "E;name=value\r\n" + BODY + "\r\n0\r\n\r\n",
            "e;" + "x".repeat(20_000) + "\r\n" + BODY + "\r\n0\r\n\r\n",
            "e\r\n" + BODY + "\r\n0\r\nTrailer: 1\r\n\r\n",
            "-1\r\n" + BODY + "\r\n0\r\n\r\n",
            "ffffffffffffffffff\r\n" + BODY,
            "7fffffff\r\n" + BODY,
            "g\r\n" + BODY + "\r\n0\r\n\r\n",
            "\r\n" + BODY + "\r\n0\r\n\r\n",
            "e\n" + BODY + "\n0\n\n",
            "d\r\n" + BODY + "\r\n0\r\n\r\n",
            "e\r\n" + BODY + "\r\n",
            "0\r\n\r\n",
            "1\r\n{\r\n".repeat(3_000) + "0\r\n\r\n");
    private static final List<String> HEADERS = List.of(
            "no colon\r\n",
            ": no name\r\n",
            "Space : before\r\n",
            "Folded: a\r\n b\r\n",
            "Nul: a\0b\r\n",
            "N\0l: a\r\n",
            "Return: a\rb\r\n",
            "\u00fc: a\r\n",
            "Long: " + "x".repeat(9_000) + "\r\n",
            "Long: " + "x".repeat(1_000_000) + "\r\n",
            "x".repeat(9_000) + ": long\r\n",
            "Many: x\r\n".repeat(101),
            "Many: x\r\n".repeat(5_000),
            "Expect: 100-continue\r\n",
            "Expect: nonsense\r\n",
            "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\n",
            "Connection: keep-alive, close, \r\n");
    private static final List<String> TARGETS = List.of(
            "*", "", "/", "//", "http://", "http://node", "?", "/%", "/\0", "/" + "x".repeat(20_000), "node:80", "\\");
    private static final List<String> WHOLE = List.of(
            "",
            "\r\n".repeat(100),
            "\0".repeat(1_000),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
            "\u0016\u0003\u0001\0\u00a5\u0001\0\0\u00a1\u0003\u0003",
            "GET\r\n\r\n",
            "GET /api/sales\r\n",
            "x".repeat(100_000));

    private HardlyHttp() {}

    static byte[] purchase(SplittableRandom random, String sale, String buyer) {
        String target = "/api/sales/" + sale + "/reservations";
        String right = "POST " + target + VERSION + HOST + "Authorization: Bearer " + TestIssuer.buyer(buyer) + "\r\n"
                + Api.KEY + ": 1\r\nContent-Type: application/json\r\n" + LENGTH + "Connection: close" + END + BODY;
        String chunked = right.replace(LENGTH, "Transfer-Encoding: chunked\r\n").replace(END + BODY, END);
        String wrong =
                switch (random.nextInt(10)) {
                    case 0 -> right.replace(VERSION, pick(random, VERSIONS));
                    case 1 -> right.replace(HOST, pick(random, HOSTS));
                    case 2 -> right.replace(LENGTH, pick(random, LENGTHS));
                    case 3 -> chunked + pick(random, CHUNKS);
                    case 4 -> right.replace(HOST, HOST + pick(random, HEADERS));
                    case 5 -> right.replace(target, pick(random, TARGETS));
                    case 6 ->
                        pick(random, List.of(right.replace("\r\n", "\n"), "\r\n" + right, " " + right, right + right));
                    case 7 -> pick(random, WHOLE);
                    default -> null;
                };
        return wrong == null ? changed(random, right) : wrong.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] changed(SplittableRandom random, String right) {
        byte[] bytes = right.getBytes(StandardCharsets.ISO_8859_1);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            byte other = (byte) random.nextInt(256);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = other;
                case 1 -> bytes = Arrays.copyOf(bytes, at + 1);
                default -> {
                    byte[] longer = new byte[bytes.length + 1];
                    System.arraycopy(bytes, 0, longer, 0, at);
                    longer[at] = other;
                    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private static String pick(SplittableRandom random, List<String> all) {
        return all.get(random.nextInt(all.size()));
    }
}
