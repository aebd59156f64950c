package dev.seckill.order;

/** Thrown when the database can't be audited: it does not answer, or is none of orders. */
public final class NoOrders extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoOrders(String message, Throwable cause) {
        super(message, cause);
    }
}
