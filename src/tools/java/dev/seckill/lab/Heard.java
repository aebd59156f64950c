package dev.seckill.lab;

/** What one try of a purchase came to, as its buyer can tell. */
enum Heard {
    /** The buyer knows of its reservation. */
    RESERVED,
    /** Another answer that asking again does not change. */
    REFUSED,
    /** 429: nothing was done. */
    BUSY,
    /** 202: it may have been done. */
    UNKNOWN,
    /** Of the server's own trouble (5xx), or nginx that has no answer from a node. */
    FAULT,
    /** The connection was refused or it broke. */
    BROKEN,
    /** Nothing in time. */
    SILENT;

    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int ACCEPTED = 202;
    private static final int TOO_MANY = 429;
    private static final int FIRST_FAULT = 500;

    static Heard ofStatus(int status) {
        return switch (status) {
            case OK, CREATED -> RESERVED;
            case ACCEPTED -> UNKNOWN;
            case TOO_MANY -> BUSY;
            default -> status >= FIRST_FAULT ? FAULT : REFUSED;
        };
    }

    /** Whether a client asks again with the same key. */
    boolean isRepeatable() {
        return this != RESERVED && this != REFUSED;
    }
}
