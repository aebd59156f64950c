package dev.seckill.tools;

import dev.seckill.trial.RedisProcess;
import java.nio.file.Path;
import java.util.Optional;

/** Where a ledger answers: a running Redis, or the copy of one that is stopped. */
final class LedgerAddress implements AutoCloseable {
    private final String address;
    private final LedgerCopy copy;

    private LedgerAddress(String address, LedgerCopy copy) {
        this.address = address;
        this.copy = copy;
    }

    static LedgerAddress running(String address) {
        return new LedgerAddress(address, null);
    }

    /** The ledger of a data folder: its Redis if that is running, else a copy that lives until this is closed. */
    static LedgerAddress of(Path dataFolder, Path settingsFile) {
        Optional<String> running = RedisProcess.addressOfRunning(dataFolder.resolve("redis"));
        if (running.isPresent()) {
            return running(running.get());
        }
        LedgerCopy copy = LedgerCopy.of(dataFolder, settingsFile);
        return new LedgerAddress(copy.address(), copy);
    }

    String address() {
        return address;
    }

    @Override
    public void close() {
        if (copy != null) {
            copy.close();
        }
    }
}
