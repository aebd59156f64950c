package dev.seckill.ledger;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A node's way to a ledger, for tools that do a part of what a node does. */
public final class OpenLedger {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private OpenLedger() {}

    /** At redis://host:port; whoever closes it has to end nothing else. */
    public static Ledger at(String address) {
        LedgerConfig config = new LedgerConfig(
                LedgerConfig.Topology.SINGLE,
                List.of(address),
                "",
                Optional.empty(),
                Optional.empty(),
                true,
                0,
                2,
                TIMEOUT,
                TIMEOUT,
                1,
                1,
                1,
                1);
        return with(config);
    }

    /** For whoever asks one question at a time, and sells nothing. */
    static LedgerConfig config(String address, Optional<String> username, Optional<String> password, Duration timeout) {
        return new LedgerConfig(
                LedgerConfig.Topology.SINGLE,
                List.of(address),
                "",
                username,
                password,
                false,
                0,
                1,
                timeout,
                timeout,
                1,
                1,
                1,
                0);
    }

    static Ledger with(LedgerConfig config) {
        Ledger ledger = new Ledger(config, (attempts, nanos) -> {}, Runnable::run);
        ledger.tend();
        return ledger;
    }
}
