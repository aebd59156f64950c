/**
 * Who may ask how often: each address, and each buyer who is known by name.
 *
 * <p>Called by the server for every request under /api and /buy, before anybody else, and by the front door once it knows
 * who buys. Each node counts for itself, in memory: behind several nodes somebody gets as much from each. It is no part of
 * what makes a sale right, so it forgets whom it has no room for, and never asks the ledger.
 */
package dev.seckill.limit;
