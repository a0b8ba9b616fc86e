-- wait_reply: waiting for somebody else. No port is faster at that; threads are.
--
--   payoff run scripts/wait_reply.lua
--   payoff run scripts/wait_reply.lua --set requests=32
--
-- The size is the delay of a reply in microseconds.

local payoff = require "payoff"

local size = payoff.setting("size", 0)
local requests = payoff.setting("requests", 8)
local kernel = "../kernel/wait_reply"
local out = kernel .. "/build"

local function make(target, ...)
  return { command = "make -s " .. target, folder = kernel, needs = { "make", "cc", ... } }
end

return payoff.experiment {
  name = "wait_reply",
  title = "wait_reply: waiting for somebody else",
  reference = payoff.python {
    name = "python", module = "reference", func = "wait_reply", path = kernel,
    teaches = "While Python waits it does not run: there is nothing to make faster.",
  },
  subjects = {
    payoff.native {
      name = "c", library = out .. "/libwait_reply.so", symbol = "wait_reply",
      signature = "int64(int64, int64)", build = make("c"),
      teaches = "C waits as long as Python does.",
    },
    payoff.python {
      name = "c-ext", module = "wait_ext", func = "wait_reply", path = out,
      build = make("capi", "python headers"),
      teaches = "With the GIL released, threads wait side by side, as they do in Python.",
    },
    payoff.python {
      name = "c-ext-gil", module = "wait_ext", func = "wait_reply_gil", path = out,
      build = make("capi", "python headers"),
      teaches = "A port that forgets to release the GIL: threads queue up, worse than Python.",
    },
  },
  sizes = size > 0 and { size } or { 200, 5000 },
  workload = function(delay_us)
    local tasks = {}
    for request = 1, requests do tasks[request] = { request, delay_us } end
    return tasks
  end,
  -- Python refuses to wait for more than three centuries; the ports would.
  check = { bits = 32 },
  modes = { "serial", "thread" },
  jobs = { requests },
  starts = { "cold" },
  metrics = { "os" },
  budget = 20,
}
