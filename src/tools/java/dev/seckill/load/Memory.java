package dev.seckill.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What reservations take in Redis, and what the nodes take of the machine. */
final class Memory {
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s*(\\d+) kB$");
    private static final double KIB_PER_MIB = 1024;

    private Memory() {}

    static List<Figure> ofReservations(Meter meter, OnSale sale, long reservations, long bytesBefore) {
        List<Figure> figures = new ArrayList<>();
        if (reservations > 0) {
            meter.redis().ifPresent(redis -> {
                double grown = meter.redisBytes() - bytesBefore;
                figures.add(new Figure(
                        "Redis memory", grown / reservations, "bytes per reservation", "by used_memory, all included"));
                redis.bytesByKey(sale.id())
                        .forEach((key, bytes) -> figures.add(new Figure(
                                "Redis memory of " + key,
                                (double) bytes / reservations,
                                "bytes per reservation",
                                "by MEMORY USAGE, every element counted")));
            });
        }
        return figures;
    }

    static List<Figure> ofNodes(Stand stand) {
        List<Figure> figures = new ArrayList<>();
        for (RunningNode node : stand.nodes()) {
            node.bootTime()
                    .ifPresent(time -> figures.add(
                            new Figure("Start of " + node.name(), time.toMillis() / 1e3, "s", "until it serves")));
            resident(node.pid())
                    .ifPresent(kib -> figures.add(new Figure(
                            "Memory of " + node.name(), kib / KIB_PER_MIB, "MiB", "resident, after the load")));
        }
        return figures;
    }

    private static OptionalLong resident(long pid) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        if (!Files.exists(status)) {
            return OptionalLong.empty();
        }
        try {
            Matcher line = RESIDENT.matcher(Files.readString(status));
            return line.find() ? OptionalLong.of(Long.parseLong(line.group(1))) : OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
