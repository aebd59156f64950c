package dev.seckill;

import java.io.File;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.importer.ZipImporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** What the tests on a server deploy: the WAR that users deploy, as it was built. */
public final class Deployment {
    private static final File WAR = new File("target/seckill.war");

    private Deployment() {}

    public static WebArchive war() {
        return ShrinkWrap.create(ZipImporter.class, WAR.getName())
                .importFrom(WAR)
                .as(WebArchive.class);
    }
}
