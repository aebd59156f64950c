package dev.seckill.lab;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private PartNames parts;

    @Override
    public Integer call() {
        LabTool.requireInside();
        try (Lab lab = Lab.look(LabTool.home(), tool.dataFolder())) {
            parts.forEach(lab, Lab::kill);
            return 0;
        }
    }
}
