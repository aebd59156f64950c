/**
 * What the scripts run that is more than shell: one runnable jar, {@code target/seckill-tools.jar}, one subcommand each.
 * {@link dev.seckill.tools.Run} starts a node with everything it needs on a machine that has nothing but a JDK.
 * {@link dev.seckill.tools.Audit} says whether sales are right; what it asks
 * the ledger is in that room's package, in this jar only. The application never contains any of this and this never imports it.
 */
package dev.seckill.tools;
