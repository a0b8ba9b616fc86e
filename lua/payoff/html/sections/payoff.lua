-- payoff: where each port pays off: the best place of each size, the sizes from which on, and what
-- crossing into native code costs here.

local boundary = require "payoff.model.boundary"
local break_even = require "payoff.model.break_even"
local digest = require "payoff.digest"
local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local shares = require "payoff.html.sections.shares"
local strip = require "payoff.html.strip"
local units = require "payoff.units"
local value = require "payoff.html.value"

local payoff = { id = "places", title = "The best place, and the sizes from which on",
  short = "Places" }

local function place_of(entry)
  return digest.place_text({ mode = entry.mode, jobs = entry.jobs, start = entry.start })
end

-- An end of the interval, which may lie below every size or beyond any.
local function crossing(entry)
  if entry.state == "from" or entry.state == "up to" then
    return h.span({ class = "v" }, entry.state .. " " .. break_even.at_text(entry.at))
  end
  return h.span({ title = entry.reason }, entry.state)
end

local function sizes(run)
  if #(run.break_even or {}) == 0 then return nil end
  local rows = {}
  for i, entry in ipairs(run.break_even) do
    local why = "the times do not follow a straight line"
    local port = entry.straight and entry.port or {}
    rows[i] = { value.outside(entry.subject), place_of(entry), crossing(entry),
      value.estimate(port.call, units.time, { reason = why }),
      value.estimate(port.per_size, units.time, { reason = why }), entry.method or "" }
  end
  return h.list(h.h3({}, "From which size on"),
    figure.table("Break-even", { { "Port", keep = true }, { "Where", keep = true },
      { "Pays", keep = true }, { "One run", num = true, title = "what a run costs at size 0" },
      { "Per unit of size", num = true }, { "Found by" } }, rows),
    run.sizing and h.p({ class = "note" }, run.sizing) or nil)
end

local function limit_of(place, cell)
  for _, limit in ipairs(place.limits) do
    if limit.subject == cell.subject and limit.mode == cell.mode and limit.start == cell.start then
      return h.span({ class = "tag", title = limit.text },
        limit.limit == "lock" and "GIL or lock" or "pickling")
    end
  end
end

local function content_of(place, cell)
  if not cell then return "" end
  if not digest.is_right(cell.verdict) or not cell.time then
    return value.unknown(cell.verdict and cell.verdict.text)
  end
  local speed = cell.baseline and h.span({ class = "v" }, "1×")
    or value.short(cell.speedup, units.ratio)
  local own = cell.efficiency and cell.efficiency.median
    and h.span({ class = "i" }, " " .. units.percent(cell.efficiency.median)) or nil
  local wins = place and place.winner == cell.id
  return h.list(wins and h.strong({}, "★ ", speed) or speed, own, " ",
    place and limit_of(place, cell) or nil)
end

local function place_at(run, size)
  for _, place in ipairs(run.places) do
    if place.size == size then return place end
  end
end

-- The places that there are, in the order of the cells: { {text, fits}, … }.
local function columns_of(run)
  local list, seen = {}, {}
  for _, cell in ipairs(run.cells) do
    local text = digest.place_text(cell)
    if not seen[text] then seen[text], list[#list + 1] = true, text end
  end
  return list
end

local function cell_at(group, size, place)
  for _, cell in ipairs(group.cells) do
    if cell.size == size and digest.place_text(cell) == place then return cell end
  end
end

-- Subjects × places of one size, or subjects × sizes where there is one place only.
local function matrix(run, d)
  local places, out = columns_of(run), {}
  local function table_of(title, heads, at)
    local columns, rows = { { "Port", keep = true } }, {}
    for i, head in ipairs(heads) do columns[i + 1] = { head, num = true } end
    for r, group in ipairs(d.groups) do
      rows[r] = { value.outside(group.subject.name) }
      for i in ipairs(heads) do
        local size, place = at(i)
        rows[r][i + 1] = content_of(place_at(run, size), cell_at(group, size, place))
      end
    end
    return figure.table(title, columns, rows)
  end
  if #places == 1 then
    local heads = {}
    for i, size in ipairs(d.sizes) do heads[i] = "size " .. tostring(size.size) end
    out[1] = table_of("Speed-up by size, " .. places[1], heads,
      function(i) return d.sizes[i].size, places[1] end)
  else
    for _, size in ipairs(d.sizes) do
      out[#out + 1] = table_of(d.has_sizes and "Speed-up at size " .. tostring(size.size)
        or "Speed-up by place", places, function(i) return size.size, places[i] end)
    end
  end
  return out
end

local function best_places(run, d)
  if #(run.places or {}) == 0 then return nil end
  local items = {}
  for i, place in ipairs(run.places) do items[i] = h.li({ dir = "auto" }, place.text, ".") end
  return h.list(h.h3({}, "The best place"), h.ul({}, items), matrix(run, d), h.p({ class = "note" },
    "Speed-up over the serial reference of the size; ★ is the fastest, a percentage the efficiency "
    .. "per worker. Tags say where threads wait for a lock, and where processes lose to pickling."))
end

-- A price that a logarithmic scale has a place for: a difference may be below nothing.
local function positive(price)
  if not price or not price.median or price.median <= 0 then return nil end
  return { median = price.median, low = price.low and price.low > 0 and price.low or nil,
    high = price.high }
end

local function prices(run)
  local kept = run.boundary
  if not kept then return nil end
  if #kept.entries == 0 then
    return kept.reason and h.p({ class = "note" }, "What a call into native code costs: ",
      value.outside(kept.reason), ".") or nil
  end
  local rows, known = {}, {}
  for _, entry in ipairs(kept.entries) do known[#known + 1] = positive(entry.price) end
  local scale = strip.scale(known)
  for i, entry in ipairs(kept.entries) do
    local what = boundary.words[entry.case]
    rows[i] = { what and what[1] or "starting a pool", value.outside(entry.binding),
      value.estimate(entry.price, units.time, { reason = entry.reason }), "per " .. entry.per,
      scale and strip.draw(positive(entry.price), scale, "process") or "" }
  end
  return h.list(h.h3({}, "What the boundary costs here"),
    h.details({ class = "printed" }, h.summary({}, ("%d prices of calls, elements, tasks and pools")
      :format(#rows)), figure.table("Prices of the boundary", { { "What" },
      { "Through", keep = true }, { "Price", num = true }, { "For each" },
      { "On a logarithmic scale" } }, rows)),
    h.p({ class = "note" }, "Measured on this machine by payoff boundary, ",
      value.outside(kept.measured), "."))
end

function payoff.render(run, d)
  if #(run.verdicts or {}) == 0 then return nil end
  return h.list(best_places(run, d), sizes(run), shares.render(run), prices(run))
end

return payoff
