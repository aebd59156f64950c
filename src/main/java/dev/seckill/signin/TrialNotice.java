package dev.seckill.signin;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import java.util.logging.Logger;

/** Says aloud at every start that this node is a trial. */
@ApplicationScoped
public class TrialNotice {
    private static final Logger LOG = Logger.getLogger(TrialNotice.class.getName());

    void say(@Observes Startup start, SignInConfig config) {
        if (config.issuer().isPresent()) {
            LOG.warning("This node is a trial: anybody can sign in under any name at /api/sign-in"
                    + " (seckill.trial-issuer.key-file).");
        }
    }
}
