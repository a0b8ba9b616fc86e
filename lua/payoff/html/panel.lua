-- panel: what charts draw where no script runs, beyond the dots of html/strip.lua: a bar from one
-- figure to another, and lines over two axes. Plain SVG in per cent: it grows with its box.
--
--   panel.bar(1, 3.5, strip.scale({ { median = 3.5 } }, 1), "process")
--   panel.lines { x = {low = 0, high = 3}, y = …, lines = { { class = "serial", points = … } } }

local h = require "payoff.html.node"

local panel = {}

local function share(x, scale)
  return (math.log(x) - scale.low) / (scale.high - scale.low)
end

local function across(x, scale) return ("%.2f%%"):format(100 * share(x, scale)) end

local function up(y, scale) return ("%.2f%%"):format(100 * (1 - share(y, scale))) end

-- From one ratio to another on a scale of html/strip.lua. Decoration: the numbers stand beside it.
function panel.bar(from, to, scale, class)
  local origin = across(scale.origin or from, scale)
  return h.svg({ class = "strip " .. class, ["aria-hidden"] = "true", focusable = "false" },
    h.line({ class = "origin", x1 = origin, x2 = origin, y1 = "0", y2 = "100%" }),
    h.line({ class = "block", x1 = across(math.min(from, to), scale),
      x2 = across(math.max(from, to), scale), y1 = "50%", y2 = "50%" }))
end

-- options: x and y, scales as strip.scale makes them; lines, { class, points = { {x =, y =}, … } };
-- marks, a list of x. What they mean is said around it.
function panel.lines(options)
  local parts, x, y = {}, options.x, options.y
  for _, at in ipairs(options.marks or {}) do
    parts[#parts + 1] = h.line({ class = "mark", x1 = across(at, x), x2 = across(at, x), y1 = "0",
      y2 = "100%" })
  end
  for _, one in ipairs(options.lines) do
    local drawn, last = {}, nil
    for _, point in ipairs(one.points) do
      local at, level = across(point.x, x), up(point.y, y)
      if last then
        drawn[#drawn + 1] = h.line({ class = "path", x1 = last.x, y1 = last.y, x2 = at,
          y2 = level })
      end
      drawn[#drawn + 1] = h.circle({ class = "dot", cx = at, cy = level, r = "2.5" })
      last = { x = at, y = level }
    end
    parts[#parts + 1] = h.g({ class = one.class }, drawn)
  end
  return h.svg({ class = "strip panel", ["aria-hidden"] = "true", focusable = "false" }, parts)
end

-- points: { {x =, y =, class = nil | "marked"}, … } in shares of the box, 0 to 1 from its lower
-- left corner; level and uprights, lines across and upwards at such shares.
function panel.scatter(points, level, uprights)
  local function cent(x) return ("%.2f%%"):format(100 * x) end
  local parts = { h.line({ class = "origin", x1 = "0", x2 = "100%", y1 = cent(1 - level),
    y2 = cent(1 - level) }) }
  for _, at in ipairs(uprights) do
    parts[#parts + 1] = h.line({ class = "origin", x1 = cent(at), x2 = cent(at), y1 = "0",
      y2 = "100%" })
  end
  for _, point in ipairs(points) do
    parts[#parts + 1] = h.circle({ class = "dot " .. (point.class or "plain"),
      cx = cent(point.x), cy = cent(1 - point.y), r = point.class and "3" or "1.8" })
  end
  return h.svg({ class = "strip panel serial", ["aria-hidden"] = "true", focusable = "false" },
    parts)
end

return panel
