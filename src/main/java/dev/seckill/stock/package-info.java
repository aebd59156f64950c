/**
 * This node's part of each sale: a share that lets requests through to the ledger, and a gate that refuses when all is
 * gone.
 *
 * <p>The front door calls {@link dev.seckill.stock.LocalStock}; a timer renews the shares, and gives back what was reserved
 * and not paid in time ({@link dev.seckill.stock.Expiry}). Both share and gate may be
 * wrong at any time: a share that is too large costs a round trip, a gate that is open one too. What neither ever does
 * is decide: only the ledger's script says yes, and a gate says no only while it has just heard so and knows every
 * winner.
 */
package dev.seckill.stock;
