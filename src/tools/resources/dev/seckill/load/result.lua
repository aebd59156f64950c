-- Tells what wrk has seen; by itself it leaves wrk the request that its options say, a GET.
-- usage  wrk --script result.lua http://HOST:PORT/PATH
-- prints RESULT with what was counted, then each latency (us) and how often; to those that occurred wrk has by then
--        added its correction for coordinated omission: for one over twice the mean time between two requests of a
--        connection, the shorter ones that requests sent at that pace would have had

function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT answers=%d microseconds=%d refused=%d connect=%d read=%d write=%d timeout=%d",
    summary.requests, summary.duration, errors.status, errors.connect, errors.read, errors.write, errors.timeout))
  for i = 1, #latency do
    print(string.format("LATENCY %d %d", latency(i)))
  end
end
