/**
 * Who sends a request: buyers and operators, by the signed token (JWT) that each of their requests carries.
 *
 * <p>Called by the doors: {@link dev.seckill.identity.Callers} says whom a token is of, and
 * {@link dev.seckill.identity.RolesFeature} guards every JAX-RS method by its {@code @RolesAllowed}. Nimbus, the server's,
 * does all cryptography and is known only here and where a trial signs. It makes no token, keeps none, and never waits for
 * whoever does: keys are fetched on a thread of their own.
 */
package dev.seckill.identity;
