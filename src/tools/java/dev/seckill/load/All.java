package dev.seckill.load;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Command;

/** Every verb that leaves a report, one after the other on one stand, in one report. */
@Command(
        name = "all",
        customSynopsis = "scripts/load all [OPTION...]",
        description = {
            "Runs source, sell, refuse, rush, overload and orders (rush and orders without --target only), each with its"
                    + " usual options, one after the other on the same nodes, for one report.%n"
        })
final class All extends Verb {
    private final List<Verb> verbs =
            List.of(new Source(), new Sell(), new Refuse(), new Rush(), new Overload(), new Orders());

    @Override
    Set<Generator> generators() {
        Set<Generator> all = EnumSet.noneOf(Generator.class);
        verbs.forEach(verb -> all.addAll(verb.generators()));
        return all;
    }

    @Override
    Set<String> unused() {
        return Set.of();
    }

    /** What any of them says, before the first has measured anything. */
    @Override
    String objection(LoadOptions common) {
        return verbs.stream()
                .filter(verb -> verb.suits(common))
                .map(verb -> verb.objection(common))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    List<Chapter> measure(Session session) {
        List<Chapter> chapters = new ArrayList<>();
        verbs.stream()
                .filter(verb -> verb.suits(session.options()))
                .forEach(verb -> chapters.addAll(verb.ask(session)));
        return chapters;
    }
}
