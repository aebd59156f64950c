package dev.seckill.cluster;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.InitialMembershipEvent;
import com.hazelcast.cluster.InitialMembershipListener;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import jakarta.enterprise.inject.spi.CDI;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Listens to Hazelcast, on its threads. Apart from {@link Members}, which a server without Hazelcast has to load too. */
final class View implements InitialMembershipListener, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(View.class.getName());

    private final Cluster cluster;
    private final Members members;
    private volatile int count;
    private UUID registration;

    private View(Cluster cluster, Members members) {
        this.cluster = cluster;
        this.members = members;
    }

    /** Looked up and not injected, because not every server has one to inject. */
    static Optional<View> of(Members members) {
        return CDI.current().select(HazelcastInstance.class).stream()
                .map(hazelcast -> new View(hazelcast.getCluster(), members).listen())
                .findAny();
    }

    private View listen() {
        registration = cluster.addMembershipListener(this);
        return this;
    }

    @Override
    public void init(InitialMembershipEvent begin) {
        count = begin.getMembers().size();
        LOG.log(Level.INFO, "Nodes that hear of each other: {0}.", begin.getMembers());
    }

    @Override
    public void memberAdded(MembershipEvent change) {
        hear(change, "came");
        members.came();
    }

    @Override
    public void memberRemoved(MembershipEvent change) {
        hear(change, "went");
        members.went();
    }

    private void hear(MembershipEvent change, String what) {
        count = change.getMembers().size();
        LOG.log(Level.INFO, "Node {0} {1}; {2} hear of each other.", new Object[] {
            change.getMember().getAddress(), what, count
        });
    }

    int count() {
        return count;
    }

    @Override
    public void close() {
        try {
            cluster.removeMembershipListener(registration);
        } catch (HazelcastInstanceNotActiveException e) {
            LOG.log(Level.FINE, "Hazelcast has ended before the application.", e);
        }
    }
}
