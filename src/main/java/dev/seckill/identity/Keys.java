package dev.seckill.identity;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import dev.seckill.trade.BadInput;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The issuer's public keys. A thread of its own reads them at the start, every few minutes, and soon after somebody came
 * with a key id that nobody knows; whoever asks meanwhile is answered from memory and never waits for the issuer.
 *
 * <p>A token with an unknown key id is no token to refuse before the issuer was asked: it may have a new key. Its bearer
 * is told to come again; after the next reading the id is known, or known not to be there. How often strange ids can make
 * this node ask is bounded, and so is how many of them it remembers.
 *
 * <p>When the issuer is away the keys stay for as long as the configuration says. A reading without any usable key counts
 * as one that failed.
 */
@ApplicationScoped
public class Keys {
    private static final Logger LOG = Logger.getLogger(Keys.class.getName());

    /** Between two readings, whatever is asked for. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** Key ids that are remembered: more in one pause are an attack, and hear "come again". */
    private static final int MOST_STRANGE = 1_000;

    private static final int LONGEST_ID = 200;

    private record Known(List<SigningKey> keys, long readAtNanos) {}

    private final BlockingQueue<Boolean> demand = new ArrayBlockingQueue<>(1);

    /** Ids that were asked for and not seen yet. */
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();

    /** Ids that the issuer did not have when it was asked last. */
    private volatile Set<String> absent = Set.of();

    private volatile Known known;
    private IdentityConfig config;
    private KeySource source;
    private Duration pause;
    private Thread reader;
    private boolean hasFailed;

    @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
    private ManagedThreadFactory threads;

    @Inject
    Keys(IdentityConfig config) {
        this(config, PAUSE);
    }

    Keys(IdentityConfig config, Duration pause) {
        this.config = config;
        this.pause = pause;
        source = new KeySource(config);
    }

    /** For the container's proxy. */
    Keys() {}

    void begin(@Observes Startup start) {
        start(threads);
    }

    /** Keys of a file are there when this returns, or it fails; those of the network come when they come. */
    void start(ThreadFactory threads) {
        if (source.isOpenToOthers()) {
            LOG.log(
                    Level.WARNING,
                    "The keys come from {0} without TLS: whoever is on the way can replace them.",
                    source);
        }
        if (!source.isRemote()) {
            try {
                read();
            } catch (IOException e) {
                throw new BadInput("mp.jwt.verify.publickey.location: " + e.getMessage());
            }
        }
        reader = threads.newThread(this::readAgainAndAgain);
        reader.setName("keys");
        reader.start();
    }

    /** Whether there are keys to verify with. */
    public boolean areKnown() {
        return isFresh(known);
    }

    private boolean isFresh(Known keys) {
        return keys != null
                && System.nanoTime() - keys.readAtNanos < config.keysOutlive().toNanos();
    }

    /** Those that may have signed what has this header; none if the issuer has none such. */
    List<SigningKey> fitting(JWSHeader header) {
        Known now = known;
        if (!isFresh(now)) {
            demand.offer(true);
            throw new Unidentified(Unidentified.Reason.KEYS_AWAY);
        }
        List<SigningKey> fitting = new ArrayList<>(1);
        boolean isKnown = header.getKeyID() == null;
        for (SigningKey key : now.keys) {
            isKnown |= key.id() == null || key.id().equals(header.getKeyID());
            if (key.fits(header)) {
                fitting.add(key);
            }
        }
        if (!isKnown && mayBeNew(header.getKeyID())) {
            throw new Unidentified(Unidentified.Reason.KEYS_AWAY);
        }
        return fitting;
    }

    private boolean mayBeNew(String id) {
        if (!source.isRemote() || id.length() > LONGEST_ID || absent.contains(id)) {
            return false;
        }
        if (wanted.size() < MOST_STRANGE) {
            wanted.add(id);
        }
        demand.offer(true);
        return true;
    }

    private void readAgainAndAgain() {
        boolean first = source.isRemote();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (!first) {
                    demand.poll(untilNext().toMillis(), TimeUnit.MILLISECONDS);
                }
                first = false;
                tryRead();
                Thread.sleep(pause.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration untilNext() {
        return hasFailed ? Duration.ZERO : config.keysRefresh();
    }

    private void tryRead() {
        try {
            read();
            if (hasFailed) {
                LOG.log(Level.INFO, "The keys can be read again: {0}", source);
            }
            hasFailed = false;
        } catch (IOException | RuntimeException e) {
            if (!hasFailed) {
                String message = "The keys can not be read from " + source + " (" + e.getMessage()
                        + "); trying again, and those that are known count for " + config.keysOutlive() + ".";
                LOG.log(Level.WARNING, message);
            }
            hasFailed = true;
        }
    }

    void read() throws IOException {
        // what is asked for from here on may miss a key that comes meanwhile: the next reading's
        demand.clear();
        Set<String> asked = Set.copyOf(wanted);
        List<SigningKey> keys = new ArrayList<>();
        for (JWK key : source.read().getKeys()) {
            SigningKey.of(key, config.algorithms()).ifPresent(keys::add);
        }
        if (keys.isEmpty()) {
            throw new IOException("there is no key for " + config.algorithms() + " at " + source);
        }
        known = new Known(List.copyOf(keys), System.nanoTime());
        absent = without(asked, keys);
        wanted.removeAll(asked);
    }

    private static Set<String> without(Set<String> asked, List<SigningKey> keys) {
        Set<String> absent = new HashSet<>(asked);
        keys.forEach(key -> absent.remove(key.id()));
        return Set.copyOf(absent);
    }

    @PreDestroy
    void stop() {
        if (reader != null) {
            reader.interrupt();
        }
    }
}
