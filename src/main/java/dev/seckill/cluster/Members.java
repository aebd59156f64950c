package dev.seckill.cluster;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The nodes that hear of each other. It is a hint, and late or wrong at times: a frozen node stays for seconds, and when the network
 * is cut each side sees its own. So it only makes the timer's looks at leases come sooner; the leases decide.
 */
@ApplicationScoped
public class Members {
    private static final Logger LOG = Logger.getLogger(Members.class.getName());

    @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
    private ManagedThreadFactory threads;

    private ScheduledThreadPoolExecutor thread;
    private volatile int count = 1;
    private volatile Optional<Runnable> leave = Optional.empty();
    private volatile Optional<Looks> looks = Optional.empty();

    /** One of its own: a look would hold up Hazelcast's, and the wait for a lease the container's. */
    @PostConstruct
    void makeThread() {
        thread = new ScheduledThreadPoolExecutor(1, threads);
        thread.setRemoveOnCancelPolicy(true);
        // While the node stops: there is nothing left to look after.
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    void begin(@Observes Startup start) {
        try {
            leave = View.open(this);
        } catch (LinkageError e) {
            LOG.log(Level.FINE, "a server that does not know Hazelcast", e);
        }
        if (leave.isEmpty()) {
            LOG.log(Level.INFO, "There is no Hazelcast: the timer alone notices that nodes come and go.");
        }
    }

    /** Has this run soon after a node has come or gone, and again when each of these leases of one that has gone has ended. */
    public void onChange(Runnable look, List<Duration> leases) {
        looks = Optional.of(new Looks(thread, look, leases));
    }

    void are(int now) {
        count = now;
    }

    void came() {
        looks.ifPresent(Looks::now);
    }

    void went() {
        looks.ifPresent(Looks::now);
        looks.ifPresent(Looks::afterLeases);
    }

    /** This node and those it hears of. */
    public int count() {
        return count;
    }

    @PreDestroy
    void stop() {
        leave.ifPresent(Runnable::run);
        thread.shutdownNow();
    }
}
