package dev.seckill.http;

import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.Providers;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Anything nobody expected: the log says all, the caller hears that it was not its fault. */
@Provider
public class FaultMapper implements ExceptionMapper<Throwable> {
    private static final Logger LOG = Logger.getLogger(FaultMapper.class.getName());

    @Context
    Providers providers;

    @Override
    public Response toResponse(Throwable fault) {
        return fault instanceof CompletionException && fault.getCause() != null
                ? answer(fault.getCause())
                : problem(fault).response();
    }

    /** What an asynchronous step failed with comes wrapped; its own mapper knows what to say. */
    @SuppressWarnings("unchecked")
    private <T extends Throwable> Response answer(T cause) {
        ExceptionMapper<T> mapper = (ExceptionMapper<T>) providers.getExceptionMapper(cause.getClass());
        return mapper.toResponse(cause);
    }

    /** Logs what nobody expected. */
    public static Problem problem(Throwable fault) {
        LOG.log(Level.SEVERE, "unexpected", fault);
        return new Problem(500, "fault", "Something broke here", "It was not your request's fault; the log has more.");
    }
}
