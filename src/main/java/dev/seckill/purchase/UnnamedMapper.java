package dev.seckill.purchase;

import dev.seckill.http.Problem;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Nobody buys without saying who. */
@Provider
public class UnnamedMapper implements ExceptionMapper<Buyers.Unnamed> {
    @Override
    public Response toResponse(Buyers.Unnamed unnamed) {
        return new Problem(401, "no-buyer", "Who is buying?", unnamed.getMessage()).response();
    }
}
