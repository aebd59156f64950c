package dev.seckill.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Sends the attempts of many buyers to a node, each when it is due whatever the node does, and keeps what each of them
 * heard.
 *
 * <p>One thread does all of it, so that nothing is contended and little of the machine is taken from the node: Netty
 * with its HTTP decoder, 15 to 20 µs of CPU an attempt with what the kernel does for it. An attempt that waits for a
 * connection costs nothing: attempts are due in the order of their numbers, so the ones that wait are the numbers
 * between the last one sent and the newest one due. Patience bounds how many those are.
 *
 * <p>Whatever is thrown on that thread ends the run with it: an attempt that is lost by a mistake here would never be
 * settled.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class LoadClient implements AutoCloseable {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long RECONNECT_MS = 50;
    private static final int CONNECT_PATIENCE_MS = 2_000;
    private static final long OPENING_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** Connections on their way at once: a server's backlog holds them. */
    private static final int OPENING = 64;

    /** Those who heard the same at the same time do not come back at the same time. */
    private static final double RETRY_SPREAD = 0.5;

    private static final int FIRST_ENDS = 1 << 16;

    private final LoadPlan plan;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Bootstrap bootstrap;
    private final long patienceNanos;

    private final List<Connection> connections = new ArrayList<>();
    private final ArrayDeque<Connection> free = new ArrayDeque<>();
    private final PriorityQueue<Retry> retries = new PriorityQueue<>(Comparator.comparingLong(Retry::dueNanos));
    private final Tally tally;
    private final Histogram settling = new Histogram(TimeUnit.MINUTES.toMicros(10), 3);
    private final Winnings won = new Winnings();
    private final Random random = new Random(1);
    private final CompletableFuture<LoadRun> over = new CompletableFuture<>();
    private volatile Pulse pulse = new Pulse(0, 0, 0, 0, Map.of());
    private Verdict[] ends;
    private int opening;
    private int next;
    private int settled;
    private int unsent;
    private boolean isRunning;
    private long startNanos;
    private long beganAtMs;
    private long cpuAtStart;
    private long sweptNanos;
    private long pulseNanos;

    /** A try of an attempt whose earlier one took nothing, as far as its buyer knows. */
    private record Retry(int attempt, int tries, long firstDueNanos, long dueNanos) {}

    private LoadClient(LoadPlan plan) {
        this.plan = plan;
        patienceNanos = plan.patience().toNanos();
        tally = new Tally(plan.good().toNanos());
        int known = plan.arrivals().isClosed() ? FIRST_ENDS : plan.arrivals().attempts();
        ends = new Verdict[known];
        boolean isNative = Epoll.isAvailable();
        group = new MultiThreadIoEventLoopGroup(1, isNative ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        loop = group.next();
        bootstrap = new Bootstrap()
                .group(group)
                .channel(isNative ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_PATIENCE_MS)
                .remoteAddress(plan.node().getHost(), plan.node().getPort())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpResponseDecoder(), new Connection(LoadClient.this));
                    }
                });
    }

    /** Makes the run, and tells every second how far it is. Interrupted, it ends at once and leaves nothing. */
    static LoadRun run(LoadPlan plan, Consumer<Pulse> progress) throws IOException, InterruptedException {
        try (LoadClient client = new LoadClient(plan)) {
            client.loop.execute(client.orFail(client::open));
            return client.await(progress);
        }
    }

    private LoadRun await(Consumer<Pulse> progress) throws IOException, InterruptedException {
        while (true) {
            try {
                return over.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                progress.accept(pulse);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException) {
                    throw new IOException(e.getCause().getMessage(), e.getCause());
                }
                throw new IllegalStateException("The load client failed.", e.getCause());
            }
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Ends the run with what was thrown. */
    void fail(Throwable cause) {
        over.completeExceptionally(cause);
    }

    private Runnable orFail(Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (Throwable e) {
                fail(e);
            }
        };
    }

    private void open() {
        startNanos = System.nanoTime();
        fill();
        loop.scheduleAtFixedRate(orFail(this::tick), TICK_NANOS, TICK_NANOS, TimeUnit.NANOSECONDS);
    }

    private void fill() {
        while (opening < OPENING && connections.size() + opening < plan.connections()) {
            opening++;
            bootstrap.connect().addListener((ChannelFuture connected) -> {
                if (!connected.isSuccess()) {
                    orFail(() -> refused(connected.cause())).run();
                }
            });
        }
    }

    void opened(Connection connection) {
        opening--;
        connections.add(connection);
        free.add(connection);
        if (!isRunning && connections.size() == plan.connections()) {
            begin();
        }
        fill();
    }

    private void refused(Throwable cause) {
        if (!isRunning && connections.isEmpty()) {
            fail(new IOException(cause.getMessage(), cause));
        }
        loop.schedule(
                orFail(() -> {
                    opening--;
                    fill();
                }),
                RECONNECT_MS,
                TimeUnit.MILLISECONDS);
    }

    void closed(Connection connection, boolean wasBusy) {
        connections.remove(connection);
        if (wasBusy) {
            settle(connection, Verdict.NO_ANSWER, 0);
        }
        fill();
    }

    private void begin() {
        isRunning = true;
        cpuAtStart = cpuNanos();
        startNanos = System.nanoTime();
        beganAtMs = System.currentTimeMillis();
        sendDue();
    }

    private long now() {
        return System.nanoTime() - startNanos;
    }

    private void tick() {
        long now = now();
        if (!isRunning) {
            if (now > OPENING_PATIENCE_NANOS) {
                fail(new IOException(connections.size() + " of " + plan.connections()
                        + " connections could be opened within " + TimeUnit.NANOSECONDS.toSeconds(now) + " s"));
            }
            return;
        }
        sendDue();
        if (now - sweptNanos > SWEEP_NANOS) {
            sweptNanos = now;
            giveUpLate(now);
        }
        if (now - pulseNanos > SECOND_NANOS) {
            pulseNanos = now;
            pulse = pulse(now);
        }
        endWhenSettled();
    }

    /** Sends what is due, the oldest first, while a connection is free. */
    void sendDue() {
        if (!isRunning || over.isDone()) {
            return;
        }
        while (!free.isEmpty()) {
            Connection connection = free.peek();
            if (!connection.isOpen()) {
                free.remove();
            } else if (!take(connection, now())) {
                return;
            } else if (connection.sentNanos - connection.dueNanos > patienceNanos) {
                unsent++;
                settle(connection, Verdict.NO_ANSWER, 0);
            } else {
                free.remove();
                connection.send(plan.request());
            }
        }
    }

    /** Gives the connection the attempt that has been due longest; false if none is. */
    private boolean take(Connection connection, long now) {
        Retry retry = retries.peek();
        long nextDue = nextDueNanos(now);
        if (retry != null && retry.dueNanos() <= Math.min(now, nextDue)) {
            retries.remove();
            connection.attempt = retry.attempt();
            connection.tries = retry.tries() + 1;
            connection.firstDueNanos = retry.firstDueNanos();
            connection.dueNanos = retry.dueNanos();
        } else if (nextDue <= now) {
            connection.attempt = next++;
            connection.tries = 1;
            connection.firstDueNanos = nextDue;
            connection.dueNanos = nextDue;
        } else {
            return false;
        }
        connection.sentNanos = now;
        return true;
    }

    private long nextDueNanos(long now) {
        if (plan.arrivals().isClosed()) {
            return now < plan.arrivals().endNanos() ? now : Long.MAX_VALUE;
        }
        return next < ends.length ? plan.arrivals().dueNanos(next) : Long.MAX_VALUE;
    }

    void heard(Connection connection, AnswerReader answer) {
        Verdict verdict = answer.verdict();
        if (verdict.isWin()) {
            won.add(connection.attempt, answer.code());
        }
        settle(connection, verdict, answer.retryAfterSeconds());
        if (connection.isOpen()) {
            free.add(connection);
        }
    }

    /** Keeps what a try heard; the attempt is settled by it, or will be tried again. */
    private void settle(Connection connection, Verdict verdict, long retryAfterSeconds) {
        long now = now();
        boolean wasSent = connection.sentNanos - connection.dueNanos <= patienceNanos;
        tally.hear(verdict, connection.dueNanos, wasSent ? connection.sentNanos : -1, now);
        int attempt = connection.attempt;
        if (verdict.isRepeatable() && connection.tries < plan.mostTries()) {
            long due = now
                    + (long) (Math.max(1, retryAfterSeconds) * SECOND_NANOS * (1 + RETRY_SPREAD * random.nextDouble()));
            retries.add(new Retry(attempt, connection.tries, connection.firstDueNanos, due));
            return;
        }
        if (attempt >= ends.length) {
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        ends[attempt] = verdict;
        settling.recordValue(Math.min(
                settling.getHighestTrackableValue(), TimeUnit.NANOSECONDS.toMicros(now - connection.firstDueNanos)));
        settled++;
    }

    private void giveUpLate(long now) {
        for (Connection connection : List.copyOf(connections)) {
            if (connection.isBusy() && now - connection.sentNanos > patienceNanos) {
                settle(connection, Verdict.NO_ANSWER, 0);
                connection.giveUp();
            }
        }
        // Also while no connection is free.
        Connection nobody = new Connection(this);
        while (dueForSoLong(now) && take(nobody, now)) {
            unsent++;
            settle(nobody, Verdict.NO_ANSWER, 0);
        }
    }

    private boolean dueForSoLong(long now) {
        Retry retry = retries.peek();
        long oldest = Math.min(nextDueNanos(now), retry == null ? Long.MAX_VALUE : retry.dueNanos());
        return oldest < now - patienceNanos;
    }

    private void endWhenSettled() {
        boolean allBegun = plan.arrivals().isClosed() ? now() >= plan.arrivals().endNanos() : next == ends.length;
        if (allBegun && settled == next && !over.isDone()) {
            over.complete(new LoadRun(
                    beganAtMs,
                    next,
                    tally,
                    new LoadRun.Ends(List.of(Arrays.copyOf(ends, next))),
                    settling,
                    won,
                    unsent,
                    now(),
                    cpuNanos() - cpuAtStart));
        }
    }

    private Pulse pulse(long now) {
        Map<Verdict, Long> heard = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            if (tally.count(verdict) > 0) {
                heard.put(verdict, tally.count(verdict));
            }
        }
        return new Pulse(now, next, settled, connections.size(), heard);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
