package dev.seckill.http;

import dev.seckill.trade.BadInput;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Anything nobody expected: the log says all, the caller hears that it was not its fault. */
@Provider
public class FaultMapper implements ExceptionMapper<Throwable> {
    private static final Logger LOG = Logger.getLogger(FaultMapper.class.getName());

    @Override
    public Response toResponse(Throwable fault) {
        if (fault.getCause() instanceof BadInput e) {
            return new BadInputMapper().toResponse(e);
        }
        if (fault.getCause() instanceof WebApplicationException e) {
            return new HttpErrorMapper().toResponse(e);
        }
        LOG.log(Level.SEVERE, "unexpected", fault);
        return new Problem(500, "fault", "Something broke here", "It was not your request's fault; the log has more.")
                .response();
    }
}
