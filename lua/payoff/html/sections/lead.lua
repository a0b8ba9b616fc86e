-- lead: the first sentences of the report: how many ports are right, how much faster the fastest
-- is, and what is not right.
--
--   h.p({ class = "lead" }, lead.sentences(d))

local digest = require "payoff.digest"
local h = require "payoff.html.node"
local units = require "payoff.units"
local value = require "payoff.html.value"

local lead = {}

local function plural(n, one, many)
  return n == 1 and one or many
end

-- A figure that a line end must not part.
local function kept(content)
  return h.span({ class = "v" }, content)
end

local function name_of(group)
  return h.strong({}, value.outside(group.subject.name))
end

-- "9 of 12 ports return what python, the reference, returns."
local function how_many(d)
  local right, what = (d.counts.identical or 0) + (d.counts.within or 0), "the reference"
  for _, group in ipairs(d.groups) do
    if group.subject.reference then
      what = h.list(value.outside(group.subject.name), ", the reference,")
    end
  end
  if d.ports == 0 then
    return "There is no port to compare with."
  elseif right == d.ports then
    return h.list(d.ports == 1 and "The port returns"
      or string.format("All %d ports return", d.ports), " what ", what, " returns.")
  end
  return h.list(string.format("%d of %d %s what ", right, d.ports,
    plural(d.ports, "port returns", "ports return")), what, " returns.")
end

local function what_is_not(d)
  local parts = {}
  for _, entry in ipairs { { "wrong", "is wrong", "are wrong" }, { "failed", "failed", "failed" },
    { "missing", "is missing", "are missing" },
    { "unmeasured", "was not measured", "were not measured" } } do
    local n = d.counts[entry[1]]
    if n then
      parts[#parts + 1] = string.format("%d %s", n, plural(n, entry[2], entry[3]))
    end
  end
  if #parts == 0 then
    return nil
  end
  local last = table.remove(parts)
  local text = #parts > 0 and table.concat(parts, ", ") .. " and " .. last or last
  return " " .. text .. "."
end

-- "290× faster [287, 293]", "0.85× [0.83, 0.87]: slower", "no clear difference: 1.01× [0.98, 1.03]"
local function how_much(speedup)
  local direction = digest.direction(speedup)
  if direction == "faster" then
    local parts = units.parts(speedup, units.ratio)
    return h.list(h.strong({ class = "v" }, parts.median, "× faster"),
      parts.low and h.list(" ", kept(string.format("[%s, %s]", parts.low, parts.high)))
        or " (no interval)")
  end
  local text = units.interval(speedup, units.ratio)
  return direction == "slower" and h.list(text, ": slower")
    or h.list("no clear difference: ", text)
end

local function fastest(d)
  local group = d.best
  local cell = group and group.best
  local base = cell and d.baseline[cell.size]
  if not base or not base.time or not cell.time then
    return nil
  end
  return h.list(" The fastest, ", name_of(group), " (", digest.place_text(cell), "), takes ",
    kept((units.estimate(cell.time, units.time))), " where serial ", value.outside(base.subject),
    " takes ", kept((units.estimate(base.time, units.time))), ": ", how_much(cell.speedup), ".")
end

function lead.sentences(d)
  return h.list(how_many(d), fastest(d), what_is_not(d))
end

return lead
