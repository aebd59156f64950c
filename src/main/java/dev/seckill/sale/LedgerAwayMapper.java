package dev.seckill.sale;

import dev.seckill.http.Problem;
import dev.seckill.ledger.LedgerAway;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The ledger cannot be asked now. */
@Provider
public class LedgerAwayMapper implements ExceptionMapper<LedgerAway> {
    @Override
    public Response toResponse(LedgerAway away) {
        return new Problem(429, "busy", "Busy", "Nothing was done; try again in a moment.")
                .retryAfter(1)
                .response();
    }
}
