package dev.seckill.sale;

import dev.seckill.http.Problem;
import dev.seckill.ledger.LedgerInDoubt;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** The ledger was asked and did not answer. */
@Provider
public class LedgerInDoubtMapper implements ExceptionMapper<LedgerInDoubt> {
    @Override
    public Response toResponse(LedgerInDoubt doubt) {
        return new Problem(
                        503,
                        "in-doubt",
                        "No answer came in time",
                        "If you changed a sale, look at it before trying again: it may have been done.")
                .retryAfter(1)
                .response();
    }
}
