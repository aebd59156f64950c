/**
 * What all JAX-RS resources share: reading a JSON body or a query strictly, and answering a problem in one form (RFC 9457).
 *
 * <p>Called by the resources and mappers of the other rooms. It knows nothing of sales.
 */
package dev.seckill.http;
