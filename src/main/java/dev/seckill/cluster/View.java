package dev.seckill.cluster;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.InitialMembershipEvent;
import com.hazelcast.cluster.InitialMembershipListener;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import jakarta.enterprise.inject.spi.CDI;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Listens to Hazelcast, on its threads. Nobody has one of these in hand, so that {@link Members} can be loaded by a server that does
 * not know Hazelcast.
 */
final class View implements InitialMembershipListener {
    private static final Logger LOG = Logger.getLogger(View.class.getName());

    private final Members members;

    private View(Members members) {
        this.members = members;
    }

    /** Tells the members what it hears until what this answers is run; nothing where Hazelcast is switched off. */
    static Optional<Runnable> open(Members members) {
        return CDI.current().select(HazelcastInstance.class).stream()
                .filter(Objects::nonNull)
                .map(HazelcastInstance::getCluster)
                .map(cluster -> {
                    UUID registration = cluster.addMembershipListener(new View(members));
                    return (Runnable) () -> close(cluster, registration);
                })
                .findAny();
    }

    private static void close(Cluster cluster, UUID registration) {
        try {
            cluster.removeMembershipListener(registration);
        } catch (HazelcastInstanceNotActiveException e) {
            LOG.log(Level.FINE, "Hazelcast has ended before the application.", e);
        }
    }

    @Override
    public void init(InitialMembershipEvent begin) {
        members.are(begin.getMembers().size());
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
        int now = change.getMembers().size();
        members.are(now);
        LOG.log(Level.INFO, "Node {0} {1}; {2} hear of each other.", new Object[] {
            change.getMember().getAddress(), what, now
        });
    }
}
