-- samples: every sample's distance from its cell's median, in the order in which they were
-- measured: drift, noise and outliers are visible. Draws at most some hundred and says so.

local data = require "payoff.html.data"
local digest = require "payoff.digest"
local h = require "payoff.html.node"
local line = require("payoff.text").line
local panel = require "payoff.html.panel"
local series = require "payoff.store.series"
local units = require "payoff.units"
local value = require "payoff.html.value"

local samples = {}

local MOST_POINTS = 400

local function deviation(sample, cell)
  local median = cell.time and cell.time.median
  if not median or median <= 0 or not sample.wall_ns then
    return nil
  end
  return sample.wall_ns / (sample.loops or 1) / median - 1
end

-- A process's place as one number, which no other process of the run has.
local SLOT = 1000000
local function slot_key(sample) return (sample.block or 0) * SLOT + (sample.order or 0) end

-- The place of each process in the run: (block, order) -> 1, 2, …; and where blocks begin.
local function slots_of(run)
  local slots, list, counts = {}, {}, {}
  for _, cell in ipairs(run.cells or {}) do
    local own = series.of(cell)
    if own then own.columns:slots(counts) end
    for _, sample in ipairs(not own and cell.samples or {}) do
      local key = slot_key(sample)
      counts[key] = math.max(counts[key] or 0, sample.index or 1)
    end
  end
  for key, count in pairs(counts) do
    local slot = { key = key, block = key // SLOT, count = count }
    slots[key], list[#list + 1] = slot, slot
  end
  table.sort(list, function(a, b) return a.key < b.key end)
  local blocks = {}
  for place, slot in ipairs(list) do
    slot.place = place
    if place > 1 and list[place - 1].block ~= slot.block then
      blocks[#blocks + 1] = { at = place }
    end
  end
  return slots, blocks
end

local function point(cell, sample, slots)
  local slot = slots[slot_key(sample)]
  local off = deviation(sample, cell)
  return off and {
    at = slot.place + ((sample.index or 1) - 1) / slot.count, off = off,
    subject = line(cell.subject), place = digest.place_text(cell), mode = cell.mode,
    block = sample.block, marked = sample.marked and line(sample.marked) or data.null,
    text = string.format("%+.2f%%", 100 * off),
  }
end

-- Every `stride`th sample, and all that are marked.
local function points_of(run, slots, stride)
  local points, at, marked_extra = {}, 0, 0
  for _, cell in ipairs(run.cells or {}) do
    local own = series.of(cell)
    if own then
      local places, extra = own.columns:thin(at, stride, MOST_POINTS - marked_extra)
      for _, place in ipairs(places) do points[#points + 1] = point(cell, own[place], slots) end
      at, marked_extra = at + #own, marked_extra + extra
    end
    for _, sample in ipairs(not own and cell.samples or {}) do
      at = at + 1
      local extra = sample.marked and marked_extra < MOST_POINTS
      if at % stride == 0 or extra then
        points[#points + 1] = point(cell, sample, slots)
        marked_extra = marked_extra + (extra and 1 or 0)
      end
    end
  end
  return points
end

-- The axis shows what nearly all points need; the few beyond it are drawn on its edge.
local function clamp(points)
  local sizes = {}
  for i, p in ipairs(points) do sizes[i] = math.abs(p.off) end
  table.sort(sizes)
  local edge = math.max(0.01, 1.6 * sizes[math.ceil(0.98 * #sizes)])
  local beyond = 0
  for _, p in ipairs(points) do
    p.beyond = math.abs(p.off) > edge
    beyond = beyond + (p.beyond and 1 or 0)
    p.shown = math.max(-edge, math.min(edge, p.off))
  end
  return edge, beyond
end

local function spec_of(points, blocks, edge, last)
  local x = { field = "at", type = "quantitative", title = "in the order measured",
    scale = { domain = data.array { 1, last + 1 }, nice = false },
    axis = { grid = false, labels = false, ticks = false } }
  local y = { field = "shown", type = "quantitative", title = "from the cell's median",
    scale = { domain = data.array { -edge, edge }, nice = false },
    axis = { tickCount = 5,
      labelExpr = "datum.value === 0 ? '0' : format(datum.value, '+.1%')" } }
  return {
    width = "container", height = 220, autosize = { type = "fit-x", contains = "padding" },
    layer = data.array {
      { data = { values = data.array(blocks) },
        mark = { type = "rule", stroke = "$rule" }, encoding = { x = x } },
      { data = { values = data.array(points) },
        mark = { type = "point", filled = true },
        encoding = {
          x = x, y = y,
          color = { condition = { test = "isValid(datum.marked)", value = "$bad" },
            value = "$ink" },
          opacity = { condition = { test = "isValid(datum.marked)", value = 1 }, value = 0.45 },
          size = { condition = { test = "isValid(datum.marked)", value = 60 }, value = 16 },
          shape = { condition = { test = "datum.beyond", value = "triangle-up" },
            value = "circle" },
          tooltip = data.array {
            { field = "subject", title = "subject" }, { field = "place", title = "where" },
            { field = "block", title = "block" }, { field = "text", title = "from median" },
            { field = "marked", title = "marked" },
          },
        } },
    },
  }
end

-- The same without a script.
local function static_of(points, blocks, edge, last)
  local dots, uprights = {}, {}
  for i, p in ipairs(points) do
    dots[i] = { x = (p.at - 1) / last, y = (p.shown / edge + 1) / 2,
      class = p.marked ~= data.null and "marked" or nil }
  end
  for i, block in ipairs(blocks) do uprights[i] = (block.at - 1) / last end
  return h.list(panel.scatter(dots, 0.5, uprights), h.p({ class = "note" },
    ("From %s below the median of the row to as much above it."):format(units.percent(edge))))
end

-- One row per cell: how far its samples lie apart, and what the system did meanwhile.
local function noise_of_series(cell, own)
  local median = cell.time and cell.time.median
  if not median or median <= 0 then return nil end
  local n, sum, low, high = own.columns:spread(median)
  return n > 0 and { cell.subject, digest.place_text(cell), cell.size, n, sum / n, low, high,
    own.steal_ns, own.switches, own.columns:marked() } or nil
end

local function noise_of(cell)
  local own = series.of(cell)
  if own then return noise_of_series(cell, own) end
  local n, low, high, sum, steal_ns, switches, marked = 0, nil, nil, 0, nil, nil, 0
  for _, sample in ipairs(cell.samples or {}) do
    local off, noise = deviation(sample, cell), sample.noise or {}
    if off then
      n, sum = n + 1, sum + math.abs(off)
      low, high = math.min(low or off, off), math.max(high or off, off)
    end
    if noise.steal_ns then steal_ns = (steal_ns or 0) + noise.steal_ns end
    if noise.switches then switches = (switches or 0) + noise.switches end
    marked = marked + (sample.marked and 1 or 0)
  end
  return n > 0 and { cell.subject, digest.place_text(cell), cell.size, n, sum / n, low, high,
    steal_ns, switches, marked } or nil
end

local function signed(share)
  return (string.format("%+.2f%%", 100 * share):gsub("%-", "−"))
end

local function table_of(run)
  local rows, shown = {}, {}
  for _, cell in ipairs(run.cells or {}) do
    local row = noise_of(cell)
    if row then
      rows[#rows + 1] = row
      shown[#rows] = { value.outside(row[1]), row[2], tostring(row[3]), units.count(row[4]),
        units.percent(row[5]), signed(row[6]), signed(row[7]),
        value.plain(row[8], units.time), value.plain(row[9], units.count), units.count(row[10]) }
    end
  end
  return rows, shown
end

local function caption_of(total, points, beyond)
  local drawn, marked = #points, false
  for _, one in ipairs(points) do marked = marked or one.marked ~= data.null end
  local text = "Each dot is one sample: its distance from the median of its own cell, in the order "
    .. "measured. Level and tight is good; a slope is drift. Thin lines part the blocks."
    .. (marked and " Large red dots were taken in a bad moment: something else took the CPU." or "")
  if drawn < total then
    text = text .. string.format(" %d of %d samples are drawn, evenly thinned, and marked ones.",
      drawn, total)
  end
  if beyond > 0 then
    text = text .. string.format(" %d beyond the edge %s drawn on it as triangles.", beyond,
      beyond == 1 and "is" or "are")
  end
  return text
end

function samples.make(run)
  local total = 0
  for _, cell in ipairs(run.cells or {}) do
    total = total + #(cell.samples or {})
  end
  local slots, blocks = slots_of(run)
  local points = points_of(run, slots, math.max(1, math.ceil(total / MOST_POINTS)))
  if #points == 0 then
    return {}
  end
  local edge, beyond = clamp(points)
  local last = 0
  for _, slot in pairs(slots) do last = math.max(last, slot.place) end
  local rows, shown = table_of(run)
  blocks = #blocks <= 60 and blocks or {}
  return { {
    id = "samples", title = "Noise and drift", caption = caption_of(total, points, beyond),
    alt = string.format("Distance of %d samples from their cell's median, in the order measured; "
      .. "most lie within %s.", #points, units.percent(edge)),
    spec = spec_of(points, blocks, edge, last), static = static_of(points, blocks, edge, last),
    columns = { { "Subject", keep = true }, { "Where", keep = true }, { "Size", num = true },
      { "Samples", num = true },
      { "Typical distance", num = true }, { "Least", num = true }, { "Most", num = true },
      { "Stolen", num = true, csv = "steal_ns", title = "time the hypervisor took away" },
      { "Switches", num = true, title = "involuntary context switches" },
      { "Marked", num = true } },
    rows = rows, shown = shown,
  } }
end

return samples
