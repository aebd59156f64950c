-- Buys one ticket with each request, always under a new key, by one buyer after the other.
-- usage  wrk --script purchases.lua http://HOST:PORT/api/sales/SALE/reservations -- PREFIX TOKENS WIDTH FIRST
--        TOKENS and the thread's number name a file of tokens without anything between them, each WIDTH bytes long; the
--        thread begins with number FIRST, and after the last one again with the first
-- prints what result.lua does, which comes behind it

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  local name = arguments[1] .. "-" .. number .. "-"
  local file = assert(io.open(arguments[2] .. number, "rb"))
  tokens = file:read("*a")
  file:close()
  width = tonumber(arguments[3])
  count = #tokens / width
  first = tonumber(arguments[4]) % count
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
    .. "\r\nContent-Type: application/json\r\nContent-Length: 14\r\nAuthorization: Bearer "
  middle = "\r\nIdempotency-Key: " .. name
  tail = '\r\n\r\n{"quantity":1}'
  sent = 0
end

function request()
  local at = (first + sent) % count * width
  sent = sent + 1
  return head .. tokens:sub(at + 1, at + width) .. middle .. sent .. tail
end

