package dev.seckill.load;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;

/** Every verb, one after the other on one stand, in one report. */
@Command(
        name = "all",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/load all [OPTION...]",
        description = "Runs all verbs one after the other on the same nodes, for one report.%n")
final class All extends Verb {
    private final List<Verb> verbs = List.of(new Source(), new Sell(), new Refuse(), new Rush(), new Overload());

    @Override
    Set<Generator> generators() {
        Set<Generator> all = EnumSet.noneOf(Generator.class);
        verbs.forEach(verb -> all.addAll(verb.generators()));
        return all;
    }

    @Override
    List<Chapter> measure(Session session) {
        List<Chapter> chapters = new ArrayList<>();
        verbs.stream()
                .filter(verb -> verb.suits(session.stand()))
                .forEach(verb -> chapters.addAll(verb.measure(session)));
        return chapters;
    }
}
