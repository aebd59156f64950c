/**
 * Gives out tokens for a trial: whoever says a name gets a token of a buyer with that name.
 *
 * <p>Off unless the configuration names a file with a private key ({@code scripts/run} makes one), and never beside an
 * issuer of tokens that mean something. Called by guests, and by the tools, which sign tokens of their own with that key.
 */
package dev.seckill.signin;
