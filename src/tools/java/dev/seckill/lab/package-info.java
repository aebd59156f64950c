/**
 * The network in front of the nodes, whole, on one machine: a router, two directors, two nginx and a
 * {@link dev.seckill.trial.Cluster} behind them, each in a network namespace of its own or in a guest kernel, from the
 * files of {@code lvs/} and {@code nginx/} that go to real machines. {@link dev.seckill.lab.LabTool} is what {@code
 * scripts/lab} runs; {@link dev.seckill.lab.Lab} is what its commands and its tests have in hand. It changes nothing of the machine outside
 * its namespaces, and leaves nothing behind.
 */
package dev.seckill.lab;
