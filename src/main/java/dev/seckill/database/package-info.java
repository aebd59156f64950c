/**
 * The way to PostgreSQL: the server's pool of connections, their settings, one transaction at a time, its faults told apart, and the
 * tables brought up to date.
 *
 * <p>Called by the rooms that keep something there, each of which knows its own tables and writes its own SQL. It knows none of
 * them, and nothing of tickets.
 */
package dev.seckill.database;
