package dev.seckill.ledger;

import dev.failsafe.CircuitBreaker;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.OptionalOptions;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamRangeArgs;
import org.redisson.client.RedisBusyException;
import org.redisson.client.RedisClusterDownException;
import org.redisson.client.RedisException;
import org.redisson.client.RedisLoadingException;
import org.redisson.client.RedisMasterDownException;
import org.redisson.client.RedisNoReplicasException;
import org.redisson.client.RedisNoScriptException;
import org.redisson.client.RedisNodeNotFoundException;
import org.redisson.client.RedisOutOfMemoryException;
import org.redisson.client.RedisReadonlyException;
import org.redisson.client.RedisResponseTimeoutException;
import org.redisson.client.RedisTimeoutException;
import org.redisson.client.RedisTryAgainException;
import org.redisson.client.WriteRedisConnectionException;
import org.redisson.client.codec.StringCodec;

/**
 * The way to Redis: sends a script once and tells what became of it.
 *
 * <p>Redisson never re-sends here (its default does, after a timeout, unseen), so a fault is one of two: {@link LedgerAway},
 * proved not to have run, or {@link LedgerInDoubt}. While Redis is away the calls fail at once, and one of them tries
 * every so often.
 */
final class Redis implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Redis.class.getName());

    /** So many faults in a row mean away; then one call tries after each delay. */
    private static final int FAULTS_UNTIL_AWAY = 3;

    private static final Duration AWAY_DELAY = Duration.ofMillis(500);
    private static final long AGAIN_DELAY_MS = 50;

    /** Server errors without a class of their own in Redisson that come before anything is written. */
    private static final Set<String> NOTHING_WRITTEN = Set.of("MISCONF", "NOREPLICAS", "LOADING", "READONLY", "OOM");

    private final LedgerConfig config;
    private final Durability durability;
    /** In a cluster one per sale, so that a dead server keeps nobody from the sales on the living ones; else one. */
    private final Map<String, CircuitBreaker<Object>> breakers = new ConcurrentHashMap<>();

    private volatile RedissonClient client;
    private volatile boolean closed;

    Redis(LedgerConfig config) {
        this.config = config;
        this.durability = new Durability(config);
    }

    /** Whether calls fail at once at the moment. */
    boolean isAway(String key) {
        CircuitBreaker<Object> breaker = breaker(key);
        return client == null
                || (breaker.isOpen() && !breaker.getRemainingDelay().isZero());
    }

    /** Whether some calls have failed of late, and none has come through since. */
    boolean isAway() {
        return client == null || !breakers.values().stream().allMatch(CircuitBreaker::isClosed);
    }

    /** Asks for what was away the last time, so that it is known to be back although nobody needs it. */
    void askAway() {
        breakers.forEach((home, breaker) -> {
            if (!breaker.isClosed()) {
                call(home, redisson -> redisson.getBucket(home).isExistsAsync());
            }
        });
    }

    private CircuitBreaker<Object> breaker(String key) {
        String home = config.topology() == LedgerConfig.Topology.CLUSTER ? Keys.tag(key) : Keys.SALES;
        return breakers.computeIfAbsent(home, name -> CircuitBreaker.builder()
                .withFailureThreshold(FAULTS_UNTIL_AWAY)
                .withSuccessThreshold(1)
                .withDelay(AWAY_DELAY)
                .build());
    }

    /** Runs a script once. */
    CompletionStage<Reply> run(Script script, List<Object> keys, Object... args) {
        return call(keys.get(0), redisson -> script(redisson)
                        .<List<Object>>evalAsync(Mode.READ_WRITE, script.text(), ReturnType.LIST, keys, args))
                .thenApply(Redis::reply);
    }

    /** Runs a script once; done when as many replicas as configured have what it wrote, in doubt if they don't. */
    CompletionStage<Reply> runDurably(Script script, List<Object> keys, Object... args) {
        if (config.replicas() == 0) {
            return run(script, keys, args);
        }
        return runReplicated(script, keys, args)
                .exceptionallyCompose(fault -> fault.getCause() instanceof NoScript
                        ? load(keys.get(0), script).thenCompose(loaded -> runReplicated(script, keys, args))
                        : CompletableFuture.failedStage(fault));
    }

    /**
     * Runs a script that may run twice, again and again while in doubt, until its budget is used up. The check may turn a
     * reply into {@link LedgerAway}, which after a doubt leaves it in doubt.
     */
    CompletionStage<Reply> runAgainDurably(
            UnaryOperator<Reply> check, Script script, List<Object> keys, Object... args) {
        return again(
                () -> runDurably(script, keys, args).thenApply(check),
                System.nanoTime() + config.budget().toNanos());
    }

    private static <T> CompletionStage<T> again(Supplier<CompletionStage<T>> call, long untilNanos) {
        return call.get().exceptionallyCompose(fault -> {
            if (LedgerAway.is(fault) || System.nanoTime() - untilNanos > 0) {
                return CompletableFuture.failedStage(fault);
            }
            return CompletableFuture.supplyAsync(
                            () -> null, CompletableFuture.delayedExecutor(AGAIN_DELAY_MS, TimeUnit.MILLISECONDS))
                    // Once in doubt, "not sent this time" leaves it in doubt.
                    .thenCompose(waited -> again(call, untilNanos))
                    .exceptionallyCompose(
                            later -> CompletableFuture.failedStage(LedgerAway.is(later) ? inDoubt(later) : later));
        });
    }

    private CompletionStage<Reply> runReplicated(Script script, List<Object> keys, Object... args) {
        return call(keys.get(0), redisson -> {
                    RBatch batch = redisson.createBatch(BatchOptions.defaults()
                            .executionMode(BatchOptions.ExecutionMode.IN_MEMORY)
                            .retryAttempts(0)
                            .responseTimeout(config.timeout().toMillis(), TimeUnit.MILLISECONDS)
                            .sync(config.replicas(), config.timeout().dividedBy(2)));
                    CompletionStage<List<Object>> replied = batch.getScript(StringCodec.INSTANCE)
                            .evalAsync(Mode.READ_WRITE, script.text(), ReturnType.LIST, keys, args);
                    return batch.executeAsync().thenCombine(replied, (result, values) -> {
                        if (result.getSyncedSlaves() < config.replicas()) {
                            throw new LedgerInDoubt("too few replicas have it", null);
                        }
                        return values;
                    });
                })
                .thenApply(Redis::reply);
    }

    private CompletionStage<String> load(Object key, Script script) {
        return call(key, redisson -> script(redisson).scriptLoadAsync(script.text()))
                .thenApply(Sent::value);
    }

    /** Movements after that place. */
    CompletionStage<List<Movement>> range(String stream, long epoch, long seq, int count) {
        return range(
                stream,
                StreamRangeArgs.startIdExclusive(new StreamMessageId(epoch, seq))
                        .endId(StreamMessageId.MAX)
                        .count(count));
    }

    /** The movement at that place, if it is there. */
    CompletionStage<List<Movement>> at(String stream, long epoch, long seq) {
        StreamMessageId id = new StreamMessageId(epoch, seq);
        return range(stream, StreamRangeArgs.startId(id).endId(id).count(1));
    }

    private CompletionStage<List<Movement>> range(String stream, StreamRangeArgs range) {
        return call(stream, redisson -> redisson.<String, String>getStream(stream, StringCodec.INSTANCE)
                        .rangeAsync(range))
                .thenApply(sent -> {
                    List<Movement> movements = new ArrayList<>(sent.value.size());
                    sent.value.forEach(
                            (id, fields) -> movements.add(Movement.of(id.getId0(), id.getId1(), fields.entrySet())));
                    return movements;
                });
    }

    CompletionStage<Set<String>> members(String set) {
        return call(set, redisson -> redisson.<String>getSet(set, StringCodec.INSTANCE)
                        .readAllAsync())
                .thenApply(Sent::value);
    }

    CompletionStage<Boolean> addMember(String set, String member) {
        return call(set, redisson -> redisson.<String>getSet(set, StringCodec.INSTANCE)
                        .addAsync(member))
                .thenApply(Sent::value);
    }

    /** Why what this Redis acknowledges is not kept, or ''. Blocks; connects if it has not yet. */
    String notDurable() {
        try {
            connect();
            return durability.problem(client);
        } catch (RuntimeException e) {
            // Away is not a reason to doubt it; what it kept then is asked again when it is back.
            return client == null ? "No contact with " + config + " yet: " + e.getMessage() : durability.lastProblem();
        }
    }

    /** The time in ms that Redis told when it was asked whether it is durable; nothing if it did not answer. */
    OptionalLong nowMs() {
        return durability.nowMs();
    }

    /** The runs of the servers that answered last. */
    Set<String> runs() {
        return durability.runs();
    }

    private void connect() {
        if (client == null && !closed) {
            RedissonClient created = Redisson.create(RedissonConfig.of(config));
            client = created;
            if (closed) {
                created.shutdown();
            }
            LOG.log(Level.INFO, "The ledger is at {0}.", config);
        }
    }

    @Override
    public void close() {
        closed = true;
        RedissonClient open = client;
        if (open != null) {
            open.shutdown();
        }
    }

    private RScript script(RedissonClient redisson) {
        return redisson.getScript(OptionalOptions.defaults()
                .codec(StringCodec.INSTANCE)
                .retryAttempts(0)
                .timeout(config.timeout()));
    }

    private record Sent<T>(T value, long atNanos) {}

    private static Reply reply(Sent<List<Object>> sent) {
        return new Reply(sent.value, sent.atNanos);
    }

    private <T> CompletionStage<Sent<T>> call(Object key, Function<RedissonClient, CompletionStage<T>> what) {
        RedissonClient redisson = client;
        CircuitBreaker<Object> breaker = breaker(key.toString());
        if (redisson == null || !breaker.tryAcquirePermit()) {
            return CompletableFuture.failedStage(new LedgerAway("The ledger is away."));
        }
        long sentAt = System.nanoTime();
        CompletionStage<T> sent;
        try {
            sent = what.apply(redisson);
        } catch (RuntimeException e) {
            sent = CompletableFuture.failedStage(e);
        }
        return sent.handle((value, fault) -> {
            Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
            if (cause == null || cause instanceof LedgerInDoubt || isAnswer(cause)) {
                breaker.recordSuccess();
            } else {
                breaker.recordFailure();
            }
            if (cause == null) {
                return new Sent<>(value, sentAt);
            }
            throw new CompletionException(translate(cause));
        });
    }

    private RuntimeException translate(Throwable fault) {
        if (fault instanceof LedgerInDoubt doubt) {
            return doubt;
        }
        if (fault instanceof RedisNoScriptException) {
            return new NoScript();
        }
        if (isAnswer(fault) || isNotSent(fault)) {
            return new LedgerAway(fault.getMessage());
        }
        if (!(fault instanceof RedisResponseTimeoutException)) {
            LOG.log(Level.WARNING, "A call to the ledger is in doubt", fault);
        }
        return inDoubt(fault);
    }

    private static LedgerInDoubt inDoubt(Throwable fault) {
        return new LedgerInDoubt("The ledger did not answer in time.", fault);
    }

    /** The server answered that it runs nothing now; a script's first write is refused so too, never a later one. */
    private static boolean isAnswer(Throwable fault) {
        return fault instanceof RedisLoadingException
                || fault instanceof RedisTryAgainException
                || fault instanceof RedisClusterDownException
                || fault instanceof RedisMasterDownException
                || fault instanceof RedisBusyException
                || fault instanceof RedisNoReplicasException
                || fault instanceof RedisReadonlyException
                || fault instanceof RedisOutOfMemoryException
                || fault instanceof RedisNoScriptException
                || (fault.getClass() == RedisException.class
                        && fault.getCause() == null
                        && fault.getMessage() != null
                        && NOTHING_WRITTEN.contains(fault.getMessage().split(" ", 2)[0]));
    }

    /** Redisson gave up before the call was on its way. A part of a replicated run may have been, so there it is doubt. */
    private boolean isNotSent(Throwable fault) {
        if (fault instanceof RedisResponseTimeoutException) {
            return false;
        }
        if (fault instanceof WriteRedisConnectionException) {
            return config.replicas() == 0;
        }
        return fault instanceof RedisTimeoutException
                || fault instanceof RedisNodeNotFoundException
                || (fault.getClass() == RedisException.class && fault.getCause() instanceof ConnectException);
    }

    /** Redisson loads a lost script again by itself, but not in a batch. */
    private static final class NoScript extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoScript() {
            super("script not loaded", null, false, false);
        }
    }
}
