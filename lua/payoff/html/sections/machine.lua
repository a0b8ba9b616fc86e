-- machine: the machine that measured, as machine.describe() tells it (profiler/machine/host.h).
-- What it does not know is left out; what this list does not know stands at its end, as it is.

local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local machine = { id = "machine", title = "The machine", short = "Machine" }

local function yes_no(flag)
  return flag and "yes" or "no"
end

local function hertz(hz)
  return units.count(hz) .. "Hz"
end

local function names(list)
  local out = {}
  for i, item in ipairs(list) do
    out[i] = tostring(item.name)
  end
  return table.concat(out, ", ")
end

local function cores(cpu)
  local parts = {}
  for _, word in ipairs { { "cores", "core" }, { "threads", "thread" },
    { "packages", "package" } } do
    local n = cpu[word[1]]
    if n then
      parts[#parts + 1] = string.format("%d %s", n, n == 1 and word[2] or word[1])
    end
  end
  for _, kind in ipairs(cpu.types or {}) do
    parts[#parts + 1] = string.format("%s: %s threads", tostring(kind.name),
      tostring(kind.threads or "?"))
  end
  return #parts > 0 and table.concat(parts, ", ") or nil
end

local function caches(list)
  local out = {}
  for i, cache in ipairs(list) do
    local kind = cache.kind and cache.kind ~= "unified" and " " .. tostring(cache.kind) or ""
    out[i] = string.format("L%s%s %s", tostring(cache.level or "?"), kind,
      units.bytes(cache.size_bytes))
    if cache.shared_by and cache.shared_by > 1 then
      out[i] = out[i] .. string.format(" for %d threads", cache.shared_by)
    end
  end
  return table.concat(out, ", ")
end

local function load_text(list)
  local out = {}
  for i, x in ipairs(list) do
    out[i] = string.format("%.2f", x)
  end
  return table.concat(out, ", ") .. " over 1, 5, 15 minutes"
end

local function pressure(shares)
  local out = {}
  for _, name in ipairs { "cpu", "memory", "io" } do
    if shares[name] then
      out[#out + 1] = string.format("%s %s", name, units.percent(shares[name]))
    end
  end
  return table.concat(out, ", ") .. " of the last 10 s waited"
end

-- key, title, how it is told (nil: as it is).
local FACTS = {
  { "virtual_machine", "virtual machine" }, { "container", "container" },
  { "product", "product" }, { "cpus_usable", "usable CPUs" },
  { "cpus_affinity", "CPUs in the affinity mask" }, { "cpus_limit", "CPU quota" },
  { "smt", "SMT", yes_no }, { "governor", "frequency governor" },
  { "frequency_driver", "frequency driver" }, { "energy_preference", "energy preference" },
  { "turbo", "turbo", yes_no }, { "frequency_min_hz", "lowest frequency", hertz },
  { "frequency_max_hz", "highest frequency", hertz },
  { "frequency_now_hz", "frequency at the start", hertz },
  { "memory_bytes", "memory", units.bytes },
  { "memory_available_bytes", "memory available", units.bytes },
  { "memory_limit_bytes", "memory limit", units.bytes }, { "swap_bytes", "swap", units.bytes },
  { "swap_free_bytes", "swap free", units.bytes }, { "huge_pages", "huge pages" },
  { "aslr", "address randomisation" }, { "load", "load", load_text },
  { "pressure", "pressure", pressure }, { "pmus", "counting units", names },
  { "perf_event_paranoid", "perf_event_paranoid" }, { "kptr_restrict", "kptr_restrict" },
  { "cap_perfmon", "CAP_PERFMON", yes_no }, { "cap_sys_admin", "CAP_SYS_ADMIN", yes_no },
  { "seccomp", "seccomp" }, { "nmi_watchdog", "NMI watchdog", yes_no },
  { "clocksource", "clock source" }, { "kernel", "kernel" }, { "distribution", "distribution" },
  { "uid", "user id" },
}

local function add(rows, title, content)
  if content ~= nil and content ~= "" then
    rows[#rows + 1] = h.div({}, h.dt({}, value.outside(title)), h.dd({}, value.outside(content)))
  end
end

local function add_cpu(rows, cpu)
  if type(cpu) ~= "table" then
    return add(rows, "CPU", cpu)
  end
  add(rows, "CPU", cpu.model or cpu.vendor)
  add(rows, "architecture", cpu.architecture)
  add(rows, "cores", cores(cpu))
  add(rows, "caches", type(cpu.caches) == "table" and #cpu.caches > 0 and caches(cpu.caches)
    or nil)
end

-- A fact whose type is not what it should be is told as it is, or not at all.
local function fact_text(item, tell)
  local wanted = (tell == names or tell == load_text or tell == pressure) and "table"
    or tell == yes_no and "boolean" or tell and "number"
  if wanted and type(item) == wanted then
    return tell(item)
  elseif type(item) == "boolean" then
    return yes_no(item)
  elseif type(item) ~= "table" then
    return item
  end
end

function machine.render(run)
  local description, rows, told = run.machine or {}, {}, { cpu = true }
  add_cpu(rows, description.cpu)
  for _, fact in ipairs(FACTS) do
    local item = description[fact[1]]
    told[fact[1]] = true
    if item ~= nil then
      add(rows, fact[2], fact_text(item, fact[3]))
    end
  end
  local rest = {}
  for key, item in pairs(description) do
    if not told[key] and type(item) ~= "table" then
      rest[#rest + 1] = key
    end
  end
  table.sort(rest)
  for _, key in ipairs(rest) do
    add(rows, (tostring(key):gsub("_", " ")), fact_text(description[key]))
  end
  if #rows == 0 then
    return h.p({ class = "note" }, "The machine was not described.")
  end
  return h.dl({ class = "facts" }, rows)
end

return machine
