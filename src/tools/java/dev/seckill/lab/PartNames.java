package dev.seckill.lab;

import java.util.List;
import java.util.function.BiConsumer;
import picocli.CommandLine.Parameters;

/** Which parts a command is about. */
final class PartNames {
    @Parameters(
            paramLabel = "PART",
            arity = "1..*",
            description = "router, director-a, director-b, nginx-a, nginx-b, node-3001 to node-3004, redis.")
    private List<String> names;

    /** Does it to each; who names one that is not there has it done to none. */
    void forEach(Lab lab, BiConsumer<Lab, String> what) {
        names.forEach(lab::runs);
        names.forEach(name -> what.accept(lab, name));
    }
}
