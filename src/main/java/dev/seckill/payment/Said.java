package dev.seckill.payment;

/**
 * What a provider says of a payment.
 *
 * @param taken the money that it took, for SUCCEEDED; else null
 */
record Said(Result result, Amount taken) {
    static final Said PENDING = new Said(Result.PENDING, null);
    static final Said DECLINED = new Said(Result.DECLINED, null);
    static final Said UNKNOWN = new Said(Result.UNKNOWN, null);

    static Said succeeded(Amount taken) {
        return new Said(Result.SUCCEEDED, taken);
    }

    /** Where a payment stands at the provider. */
    enum Result {
        PENDING,
        SUCCEEDED,
        /** Not paid; some providers let the buyer try again, so a success may follow. */
        DECLINED,
        /** It has heard of no such payment. */
        UNKNOWN
    }
}
