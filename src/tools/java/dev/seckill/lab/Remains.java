package dev.seckill.lab;

import dev.seckill.trial.Child;
import dev.seckill.trial.Cluster;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.ProcessGroup;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What runs of a lab, however the one that started it has ended: it is found by the files in its folder, and, should they be
 * lost or the process so new that there is none yet, by the namespaces, in which nobody else has anything to do.
 */
final class Remains {
    private static final String PID = ".pid";

    /** Whoever starts something while it ends is found the next time. */
    private static final int LOOKS = 20;

    private Remains() {}

    /** Ends all of it; true if anything ran. */
    static boolean end(DataFolder data) {
        boolean ran = false;
        for (Path part : folders(data.path())) {
            ran |= killIn(part);
        }
        // those that would leave shared memory behind, and that are quick when nobody asks them any more
        ran |= Cluster.endAllIn(data);
        return ran;
    }

    private static List<Path> folders(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isDirectory)
                    .filter(part -> !Set.of("redis", "postgres")
                            .contains(part.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean killIn(Path part) {
        try (Stream<Path> files = Files.list(part)) {
            return files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(PID))
                            .map(name -> name.substring(0, name.length() - PID.length()))
                            .filter(name -> Child.killLeftover(name, part))
                            .count()
                    > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Ends what lives in the namespaces, but whoever asks for it; true if anything did. By groups, as a guest has to be, where no
     * member of one is anywhere else: who runs a command there from a script of his own keeps the script.
     */
    static boolean endInNamespaces() {
        Set<Long> spared = Stream.iterate(
                        ProcessHandle.current(), each -> each.parent().orElse(null))
                .takeWhile(each -> each != null)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
        for (int look = 0; look < LOOKS; look++) {
            List<ProcessHandle> left = Namespace.processes().stream()
                    .filter(process -> !spared.contains(process.pid()))
                    .toList();
            if (left.isEmpty()) {
                return look > 0;
            }
            left.forEach(process -> end(process, spared));
        }
        throw new StartFailure("These processes do not end: "
                + Namespace.processes().stream().map(ProcessHandle::pid).toList());
    }

    private static void end(ProcessHandle process, Set<Long> spared) {
        ProcessGroup group = ProcessGroup.around(process);
        boolean isOurs = group.id() > 1
                && group.members().stream()
                        .noneMatch(member -> spared.contains(member.pid()) || Namespace.isElsewhere(member));
        if (isOurs) {
            group.kill();
        } else {
            process.destroyForcibly();
        }
    }
}
