-- What the scripts share: numbers that differ between threads and runs, requests as plain text, and the result as JSON.
local common = {}
local threads = 0

-- wrk calls the global `setup` once for each thread, and `done` once at the end.
function setup(thread)
  thread:set("thread_number", threads)
  threads = threads + 1
end

function common.seed()
  math.randomseed(os.time() * 64 + thread_number)
  for _ = 1, 10 do math.random() end
end

-- A request as text: built here once or by concatenation, which costs less than wrk.format.
function common.head(method, path, headers)
  local lines = { method .. " " .. path .. " HTTP/1.1", "Host: " .. wrk.host .. ":" .. wrk.port }
  for _, header in ipairs(headers) do lines[#lines + 1] = header end
  return table.concat(lines, "\r\n") .. "\r\n"
end

function common.bearer(key)
  return "Authorization: Bearer " .. key
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "bytes": %d, "p50_ms": %.3f, "p99_ms": %.3f, '
      .. '"errors": {"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect, e.read, e.write, e.status, e.timeout))
end

return common
