/**
 * What is on sale: the sales this node knows, and what operators do with them.
 *
 * <p>The front door asks {@link dev.seckill.sale.Sales} before it sells; operators and everybody who looks at a sale come
 * through {@link dev.seckill.sale.SalesResource}. A sale's definition never changes, so it is kept in memory; whether it
 * sells right now only the ledger's script decides, never this room.
 */
package dev.seckill.sale;
