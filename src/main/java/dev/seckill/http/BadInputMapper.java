package dev.seckill.http;

import dev.seckill.trade.BadInput;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Input that breaks a rule is a 400 that names the rule. */
@Provider
public class BadInputMapper implements ExceptionMapper<BadInput> {
    @Override
    public Response toResponse(BadInput e) {
        return problem(e).response();
    }

    public static Problem problem(BadInput e) {
        return new Problem(400, "bad-input", "Bad input", e.getMessage());
    }
}
