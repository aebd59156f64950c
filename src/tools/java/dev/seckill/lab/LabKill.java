package dev.seckill.lab;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Takes the power from parts. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        customSynopsis = "scripts/lab kill PART... [OPTION...]",
        description = "Ends all of a part at once, as when the power fails; scripts/lab start starts it again.%n")
final class LabKill implements Callable<Integer> {
    @ParentCommand
    private LabTool tool;

    @Parameters(
            paramLabel = "PART",
            arity = "1..*",
            description = "router, director-a, director-b, nginx-a, nginx-b, node-3001 to node-3004, redis.")
    private List<String> parts;

    @Override
    public Integer call() {
        LabTool.requireInside();
        try (Lab lab = Lab.look(LabTool.home(), tool.dataFolder())) {
            // who names one that is not there kills none
            parts.forEach(lab::runs);
            parts.forEach(lab::kill);
            return 0;
        }
    }
}
