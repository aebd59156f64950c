package dev.seckill.sale;

import dev.seckill.http.Problem;
import dev.seckill.ledger.SaleRefused;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Why a sale cannot be acted on, in words. */
@Provider
public class SaleRefusedMapper implements ExceptionMapper<SaleRefused> {
    @Override
    public Response toResponse(SaleRefused refused) {
        return problem(refused).response();
    }

    private static Problem problem(SaleRefused refused) {
        String detail = refused.detail();
        return switch (refused.reason()) {
            case NO_SALE -> SalesResource.noSale();
            case RECOVERING, CORRUPT ->
                new Problem(429, "busy", "Busy", "The sale's ledger is being looked after; try again.").retryAfter(1);
            case NOT_DURABLE -> new Problem(503, "not-durable", "The ledger may lose what it acknowledges", detail);
            case SALE_EXISTS ->
                new Problem(
                        409, "sale-exists", "There is such a sale", "Its id is taken for good; choose another one.");
            case TOO_MANY_SALES ->
                new Problem(409, "too-many-sales", "Too many sales", "One ledger holds at most " + detail + " sales.");
            case SALE_CLOSED ->
                new Problem(409, "sale-closed", "The sale is closed", "A closed sale can only be archived.");
            case CAPACITY_CUT ->
                new Problem(409, "capacity-cut", "Capacity can only grow", "It is " + detail + " tickets now.");
            case STILL_OPEN ->
                new Problem(409, "still-open", "The sale is not closed", "Close it before archiving it.");
            case STILL_RESERVED ->
                new Problem(
                        409,
                        "still-reserved",
                        "Reservations are open",
                        "A sale is archived when none is left; " + detail + " tickets are still reserved.");
            case STILL_UNWRITTEN ->
                new Problem(
                        409,
                        "still-unwritten",
                        "Orders are not written yet",
                        "A sale is archived when the database has all of it; " + detail + " movements are missing.");
            case STILL_DIFFERENT ->
                new Problem(
                        409,
                        "still-different",
                        "The ledger and the orders differ",
                        "A sale is archived when its ledger, its movements and its orders agree: " + detail + ".");
            case STILL_UNDECIDED ->
                new Problem(
                        409,
                        "still-undecided",
                        "Payments are not settled",
                        "A sale is archived when what each payment has bought is decided and all that is due back has gone back: "
                                + detail + ".");
        };
    }
}
