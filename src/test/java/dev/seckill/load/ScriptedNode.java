package dev.seckill.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on one thread that answers attempts as a test says, and nothing else. */
@SuppressWarnings("FutureReturnValueIgnored")
final class ScriptedNode implements AutoCloseable {
    private static final int MOST_BODY = 1024;

    final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    final AtomicInteger mostConnections = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();
    final Map<String, String> lastKeyOfBuyer = new ConcurrentHashMap<>();

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server;

    /** Says what an attempt hears at its first, second … try; null: nothing, but the connection is kept. */
    interface Script {
        String answer(int attempt, int tries);
    }

    ScriptedNode(Script script) {
        Map<Integer, Integer> tries = new ConcurrentHashMap<>();
        server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpRequestDecoder())
                                .addLast(new HttpObjectAggregator(MOST_BODY))
                                .addLast(new Clerk(script, tries));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    private final class Clerk extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final Script script;
        private final Map<Integer, Integer> tries;

        Clerk(Script script, Map<Integer, Integer> tries) {
            this.script = script;
            this.tries = tries;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            connections.add(context.channel());
            mostConnections.accumulateAndGet(connections.size(), Math::max);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            connections.remove(context.channel());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            requests.incrementAndGet();
            String buyer = FakeTokens.buyerOf(request.headers().get("Authorization"));
            String key = request.headers().get("Idempotency-Key");
            String sameKey = lastKeyOfBuyer.putIfAbsent(buyer, key);
            if (!request.content().toString(StandardCharsets.US_ASCII).equals("{\"quantity\":1}")
                    || (sameKey != null && !sameKey.equals(key))) {
                context.writeAndFlush(bytes(answer("400 Bad Request", "", "{}")));
                return;
            }
            int attempt = AttemptRequest.attemptOf(buyer).orElseThrow();
            String answer = script.answer(attempt, tries.merge(attempt, 1, Integer::sum));
            if (answer != null) {
                context.writeAndFlush(bytes(answer));
            }
        }

        private Object bytes(String answer) {
            return Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII);
        }
    }

    static String answer(String status, String headers, String body) {
        return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    static String reserved(String code) {
        return answer(
                "201 Created", "Location: /api/reservations/demo." + code + "\r\n", "{\"id\":\"demo." + code + "\"}");
    }

    static String refused(String type) {
        return answer("409 Conflict", "", "{\"type\":\"/problems.html#" + type + "\",\"title\":\"\"}");
    }

    static String busy() {
        return answer("429 Too Many Requests", "Retry-After: 1\r\n", "{\"type\":\"/problems.html#busy\"}");
    }

    /** Answers nobody for that time; what comes meanwhile waits in the sockets. */
    void stall(long afterMs, long forMs) {
        group.schedule(
                () -> {
                    try {
                        Thread.sleep(forMs);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                afterMs,
                TimeUnit.MILLISECONDS);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort());
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
