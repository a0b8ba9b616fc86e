-- report: what `payoff verify` prints.
--
--   report.render(result)     --> "c WRONG: returns …\n…"

local json = require "payoff.native.json"
local judge = require "payoff.verify.judge"
local words = require "payoff.verify.words"

local report = {}

local labels = {
  identity = "differs in whose object it returns", message = "differs in its message",
  zero = "differs in the sign of a zero", number = "returns another type of the same value",
  within = "in tolerance", refused = "refuses", noraise = "cannot raise",
  lenient = "differs where the reference refuses", opaque = "compared by its text alone",
}

local titles = {
  crash = "FAILED", hang = "FAILED", exception = "WRONG", unraisable = "WRONG", type = "WRONG",
  value = "WRONG", mutation = "WRONG", order = "WRONG", growth = "WRONG",
}

local kind_order = { "failure", "task", "recorded", "boundary", "aliased", "subclass", "random",
  "mutation" }
local kind_names = {
  failure = "kept failure", task = "task of the experiment", recorded = "recorded call",
  boundary = "at boundaries", aliased = "aliased", subclass = "of subclasses", random = "random",
  mutation = "mutated",
}
local plurals = { failure = "kept failures", task = "tasks of the experiment",
  recorded = "recorded calls" }

-- "131 inputs: 117 at boundaries, 14 random"
function report.tried(result)
  local parts = {}
  for _, kind in ipairs(kind_order) do
    local n = result.inputs.kinds[kind]
    if n then
      local name = n > 1 and plurals[kind] or kind_names[kind]
      parts[#parts + 1] = ("%d %s"):format(n, name)
    end
  end
  if #parts == 0 then return "no inputs" end
  return ("%d inputs: %s"):format(result.inputs.total, table.concat(parts, ", "))
end

local function tried(result)
  local text = ("Tried %s."):format(report.tried(result))
  if result.too_long > 0 then
    text = text .. (" %d more took the reference too long."):format(result.too_long)
  end
  if result.beyond > 0 then
    text = text .. (" %d more were beyond its memory or depth."):format(result.beyond)
  end
  if result.bits then
    text = text .. (" Integers beyond %d bits were not made up (check.bits)."):format(result.bits)
  end
  if result.reduced then
    text = text .. " The experiment's own tasks are too slow to vary: inputs were made from "
      .. "smaller ones; give smaller tasks for a closer look."
  end
  return text
end

local function coverage(result)
  local seen = result.coverage
  if not seen or not seen.known then
    return "Which branches of the reference were reached is unknown: it is not written in Python."
  end
  if seen.of == 0 then return "The reference has no branches." end
  local text = ("Branches of the reference reached: %d of %d"):format(seen.reached, seen.of)
  if seen.reached == seen.of then return text .. "." end
  local lines = {}
  for i, line in ipairs(seen.missing) do
    if i <= 12 then lines[#lines + 1] = tostring(math.tointeger(line)) end
  end
  return ("%s (one way only, or not at all: line%s %s%s)."):format(text, #lines > 1 and "s" or "",
    table.concat(lines, ", "), #seen.missing > 12 and ", …" or "")
end

-- Lower edges as powers of two, and what the bins are called.
local bins = {
  { 0, "1" }, { 1, "2–3" }, { 2, "4–7" }, { 3, "8–15" }, { 4, "16–1023" },
  { 10, "2^10–2^20" }, { 20, "2^20–2^40" }, { 40, "2^40 and more" }, { math.huge, "not finite" },
}

local function histogram(port)
  local counts, parts = {}, {}
  for exponent, count in pairs(port.ulps) do
    local at = 1
    while bins[at + 1] and bins[at + 1][1] <= exponent do at = at + 1 end
    counts[at] = (counts[at] or 0) + count
  end
  for at, bin in ipairs(bins) do
    if counts[at] then parts[#parts + 1] = ("%s: %d"):format(bin[2], counts[at]) end
  end
  if #parts == 0 then return nil end
  return "  floats that differ, by ULP: " .. table.concat(parts, ", ")
end

local function why(finding)
  local found = finding.why
  if not found then return nil end
  if found.found then
    return ("  %s%s"):format(found.sentence, found.advice ~= "" and " " .. found.advice or "")
  end
  return ("  Why is not known: %s."):format(found.reason or "nothing reproduces it")
end

-- A reference that is not what it was when its calls were recorded.
local function changes(lines, result)
  local changed = result.changed or {}
  if #changed == 0 then return end
  lines[#lines + 1] = "The reference has changed since its calls were recorded (no port's fault):"
  for i = 1, math.min(3, #changed) do lines[#lines + 1] = "  " .. changed[i] end
  if #changed > 3 then lines[#lines + 1] = ("  and %d more"):format(#changed - 3) end
end

local function times(finding)
  return finding.count > 1 and (" (%d inputs)"):format(finding.count) or ""
end

local function port_lines(lines, port)
  if port.state == "missing" or port.reason then
    lines[#lines + 1] = ("%s %s: %s"):format(port.name,
      port.state == "missing" and "missing" or "FAILED", port.reason)
    return
  end
  local worst = port.list[1]
  if not worst or not worst.failing then
    lines[#lines + 1] = ("%s: no difference found in %d inputs"):format(port.name, port.tried)
  end
  for i, finding in ipairs(port.list) do
    local title = finding.failing and (i == 1 and port.name .. " " .. titles[finding.category]
      or "  also " .. titles[finding.category]) or "  note, " .. labels[finding.category]
    lines[#lines + 1] = ("%s: %s%s"):format(title, finding.text, times(finding))
    lines[#lines + 1] = why(finding)
  end
  lines[#lines + 1] = histogram(port)
  if port.crashes >= 5 then
    lines[#lines + 1] = ("  given up after %d crashes"):format(port.crashes)
  end
end

function report.render(result)
  local lines = {}
  for _, port in ipairs(result.ports) do port_lines(lines, port) end
  lines[#lines + 1] = ""
  lines[#lines + 1] = tried(result)
  lines[#lines + 1] = coverage(result)
  changes(lines, result)
  if result.interrupted then
    lines[#lines + 1] = "Interrupted: this is what was found until then; what failed may not be "
      .. "shrunk or explained."
  end
  lines[#lines + 1] = ("Seed %d."):format(result.seed)
  return table.concat(lines, "\n") .. "\n"
end

-- The result as plain data, for JSON.
function report.data(result)
  local ports = {}
  for i, port in ipairs(result.ports) do
    local findings = {}
    for k, finding in ipairs(port.list or {}) do
      findings[k] = {
        category = finding.category, failing = finding.failing, text = finding.text,
        input = finding.input and finding.input.kind, call = words.call(finding.task),
        count = finding.count, task = finding.task, expected = finding.expected
          and finding.expected.value, got = finding.got and finding.got.value, why = finding.why,
      }
    end
    ports[i] = { name = port.name, state = port.state, reason = port.reason, tried = port.tried,
                 findings = json.array(findings) }
  end
  return { format = 1, experiment = result.name, seed = result.seed, inputs = result.inputs,
           ports = json.array(ports), coverage = result.coverage, too_long = result.too_long,
           beyond = result.beyond, reduced = result.reduced or false, bits = result.bits,
           changed = json.array(result.changed or {}), interrupted = result.interrupted or false }
end

report.rank = judge.rank

return report
