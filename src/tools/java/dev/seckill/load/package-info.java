/**
 * Loads a node, or four behind nginx, and says what it bore, beside what the same server bears when it answers with a constant: the ratio of
 * the two is what one reads, because it holds on other machines too. A {@link dev.seckill.load.Verb} is one question;
 * it runs on a {@link dev.seckill.load.Stand} and answers with {@link dev.seckill.load.Chapter}s of a
 * {@link dev.seckill.load.Report}. A load that was not answered as it had to be gives no figure but a failure.
 */
package dev.seckill.load;
