/**
 * The office: where buyers and operators look at orders, at what could not be written, and at what operators did.
 *
 * <p>Called by the container only. All of it is what the database has, which is a moment behind the sale; the ledger is never
 * asked, and no purchase comes through here.
 */
package dev.seckill.office;
