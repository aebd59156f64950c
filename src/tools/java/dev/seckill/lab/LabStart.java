package dev.seckill.lab;

import dev.seckill.trial.DataFolder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** Gives parts their power back. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        customSynopsis = "scripts/lab start PART... [OPTION...]",
        description = {
            "Starts parts that do not run, and ends when their processes do. scripts/lab status tells when buyers are sent to"
                    + " them again.%n"
        })
final class LabStart implements Callable<Integer> {
    @ParentCommand
    private LabTool tool;

    @Mixin
    private PartNames parts;

    @Override
    public Integer call() {
        LabTool.requireInside();
        try (DataFolder data = DataFolder.openExisting(tool.dataFolder());
                Lab lab = Lab.openExisting(LabTool.home(), data)) {
            parts.forEach(lab, Lab::start);
            return 0;
        }
    }
}
