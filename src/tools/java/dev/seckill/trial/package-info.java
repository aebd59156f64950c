/**
 * The processes of a trial: {@link dev.seckill.trial.Node}, {@link dev.seckill.trial.RedisProcess}, {@link
 * dev.seckill.trial.PostgresProcess}, {@link dev.seckill.trial.NginxProcess} and {@link
 * dev.seckill.trial.PrometheusProcess}, started as in
 * production, on loopback, in a {@link dev.seckill.trial.DataFolder}, and never left behind, however the one that
 * started them ends. The tools and the tests use them; the application never contains any of this, and this imports
 * nothing of it.
 */
package dev.seckill.trial;
