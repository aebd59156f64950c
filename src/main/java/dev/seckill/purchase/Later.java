package dev.seckill.purchase;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Answers a request when its outcome is there, on the thread that brings it; until then no thread waits. */
final class Later {
    private static final Logger LOG = Logger.getLogger(Later.class.getName());

    private Later() {}

    /** Writes the answer, or what is to be said of a fault. */
    interface Writing<T> {
        void write(T outcome, Throwable fault) throws IOException;
    }

    static <T> void answer(
            HttpServletRequest request, HttpServletResponse response, CompletionStage<T> outcome, Writing<T> writing) {
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(0); // every outcome comes by its deadline
        outcome.whenComplete((value, fault) -> {
            try {
                writing.write(value, fault);
            } catch (IOException e) {
                LOG.log(Level.FINE, "the client has gone", e);
            } catch (RuntimeException e) {
                LOG.log(Level.SEVERE, "unexpected", e);
                response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            } finally {
                async.complete();
            }
        });
    }
}
