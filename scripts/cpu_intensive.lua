-- The article's experiment: one arithmetic function in Python and every port that was tried.
--
--   ./scripts/demo                                         everything it needs, then this script
--   payoff run scripts/cpu_intensive.lua --only 'rust-*'   a part of it
--   payoff run scripts/cpu_intensive.lua --set steps=100000 --quick
--
-- The function sums sqrt(i**3 + i**2 + i*n) over ten million i. Like the article, one task per
-- core: (0, 1), (1, 1), … With `--set steps=N` the loop is N long instead, for a quick look.

local payoff = require "payoff"

local steps = payoff.setting("steps", 0)
local func = steps > 0 and "cpu_intensive_steps" or "cpu_intensive"

local tasks = {}
for n = 1, payoff.setting("tasks", payoff.host.cores) do
  tasks[n] = { n - 1, steps > 0 and steps or 1 }
end

local kernel = "../kernel/cpu_intensive"
local out = kernel .. "/build"

-- Every port is a target of the kernel's Makefile, which knows what is stale.
local function make(target, needs)
  return { command = "make -s " .. target, folder = kernel, needs = needs }
end

local cython_needs = { "make", "cc", "cython|cython3|python:Cython", "python headers" }

local signature = "double(int64, int64)"

return payoff.experiment {
  name = "cpu_intensive",
  title = "cpu_intensive: the article's function and its ports",
  reference = payoff.python {
    name = "python", module = "reference", func = func, path = kernel,
    teaches = "The function as it was published: integers of any size, and every step an object.",
  },
  subjects = {
    payoff.python {
      name = "rust-ext", module = "rust_extension", func = func, path = out,
      build = make("rust-extension", { "make", "cargo" }),
      teaches = "Rust through PyO3, as published: one call crosses over, the loop stays in Rust.",
    },
    payoff.native {
      name = "rust-lib", library = out .. "/libcpu_rust.so", symbol = func, signature = signature,
      build = make("rust-library", { "make", "cargo" }),
      teaches = "The same Rust without Python: what is left is the work itself.",
    },
    payoff.executable {
      name = "rust-exe", command = out .. "/rust_worker", subject = { func = func },
      modes = { "serial", "thread" }, build = make("rust-worker", { "make", "cargo" }),
      teaches = "Completely written in Rust, with std::thread: the article's last row.",
    },
    payoff.python {
      name = "cython-ulong", module = "cython_ulong", func = func, path = out, expect = "wrong",
      build = make("cython-ulong", cython_needs),
      teaches = "As published: unsigned long wraps at 64 bits, and nothing says so.",
    },
    payoff.python {
      name = "cython-uint32", module = "cython_uint32", func = func, path = out,
      expect = "wrong",
      build = make("cython-uint32", cython_needs),
      teaches = "The same with Windows' 32 bits: the very number that the article puzzled over.",
    },
    payoff.python {
      name = "cython", module = "cython_int128", func = func, path = out,
      build = make("cython-int128", cython_needs),
      teaches = "Cython done right: 128-bit integers, C's square root, no GIL.",
    },
    payoff.native {
      name = "c-u128", library = out .. "/libcpu_u128.so", symbol = func, signature = signature,
      build = make("u128", { "make", "cc" }),
      teaches = "C with unsigned __int128: the literal port.",
    },
    payoff.native {
      name = "c-naive", library = out .. "/libcpu_naive.so", symbol = func, signature = signature,
      build = make("naive", { "make", "cc" }),
      teaches = "C in double throughout, which rounds often: 2 ULP off after ten million loops.",
    },
    payoff.native {
      name = "c-exact", library = out .. "/libcpu_exact.so", symbol = func, signature = signature,
      build = make("exact", { "make", "cc" }),
      teaches = "i*(i*(i+1)+n) rounds once, where Python does: every bit right, many at a time.",
    },
    payoff.python {
      name = "c-ext", module = "c_extension", func = func, path = out,
      build = make("capi", { "make", "cc", "python headers" }),
      teaches = "The exact C function as an extension module, stable ABI, without the GIL.",
    },
    payoff.python {
      name = "ctypes", module = "ctypes_port", func = func, path = out,
      binding = "ctypes", crosses = "once",
      build = make("ctypes", { "make", "cc" }),
      teaches = "The exact C function through ctypes: nothing to compile, a slower call.",
    },
    payoff.python {
      name = "cffi", module = "cffi_port", func = func, path = out,
      binding = "cffi", crosses = "once",
      build = make("cffi", { "make", "cc", "python:cffi" }),
      teaches = "The exact C function through cffi.",
    },
  },
  tasks = tasks,
  modes = { "serial", "process", "thread" },
  jobs = { payoff.host.cores },
  -- The ports take integers of 64 bits: larger ones are not made up to catch them out.
  check = { tolerance = { ulp = 4 }, bits = 64 },
  metrics = { "ipc", "branches", "os" },
  budget = 125,
}
