package dev.seckill;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stretch of cable between a node and its Redis or PostgreSQL, which can be long, and can lose Redis' replies: the request has
 * arrived and done its work, and then the connection is cut instead of the reply passed on.
 */
final class Relay implements AutoCloseable {
    private static final int MOST_BYTES = 65_536;

    private final ServerSocket door;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger repliesToLose = new AtomicInteger();
    private volatile int target;
    private volatile int delayMs;

    private Relay(ServerSocket door, int target) {
        this.door = door;
        this.target = target;
    }

    static Relay to(int port) {
        try {
            Relay relay = new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
            start(relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return "redis://127.0.0.1:" + port();
    }

    int port() {
        return door.getLocalPort();
    }

    /** From now on, whatever is sent either way arrives so much later. */
    void delay(int ms) {
        delayMs = ms;
    }

    /** From now on it leads elsewhere; who is connected is cut off, and what is on its way is lost. */
    void turnTo(int port) {
        target = port;
        cut();
    }

    private void cut() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Loses the next reply that says that somebody has got a ticket. */
    void loseAReply() {
        repliesToLose.incrementAndGet();
    }

    /** How many replies are still to be lost. */
    int repliesToLose() {
        return repliesToLose.get();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket node = door.accept();
                try {
                    Socket redis = new Socket(InetAddress.getLoopbackAddress(), target);
                    node.setTcpNoDelay(true);
                    redis.setTcpNoDelay(true);
                    open.add(node);
                    open.add(redis);
                    start(() -> pass(node, redis, false));
                    start(() -> pass(redis, node, true));
                } catch (IOException e) {
                    node.close();
                }
            } catch (IOException e) {
                // closed, here or there
            }
        }
    }

    private void pass(Socket from, Socket to, boolean replies) {
        byte[] bytes = new byte[MOST_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int count = in.read(bytes); count > 0; count = in.read(bytes)) {
                if (replies
                        && saysReserved(bytes, count)
                        && repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    return;
                }
                Thread.sleep(delayMs);
                to.getOutputStream().write(bytes, 0, count);
            }
        } catch (IOException | InterruptedException e) {
            // the end of one side is the end of both
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static boolean saysReserved(byte[] bytes, int count) {
        return new String(bytes, 0, count, StandardCharsets.ISO_8859_1).contains("$8\r\nRESERVED\r\n");
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            door.close();
            cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
