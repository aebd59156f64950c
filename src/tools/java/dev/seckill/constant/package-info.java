/**
 * The application that sales are compared with: the same requests, on the same server with the same settings, answered
 * with a constant. Both of its answers are JAX-RS methods, whereas the node answers /buy/ticket in a servlet and the
 * ordinary purchase in a filter. The load tool makes a WAR of this room and of nothing else; it stands beside the tools
 * because that tool needs it, but uses nothing of them, and they do not use it.
 */
package dev.seckill.constant;
