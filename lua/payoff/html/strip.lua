-- strip: an estimate as a dot with its interval on a logarithmic line: the figure that needs no
-- script. Positions are percentages, so that it takes the width it is given.
--
--   local scale = strip.scale(list of estimates, 1)
--   strip.draw(cell.speedup, scale, "thread")

local h = require "payoff.html.node"

local strip = {}

local function known(x)
  return type(x) == "number" and x > 0 and x < math.huge
end

-- The range of all estimates and of `origin` (1 for ratios; nil: none), with a little air. nil when
-- there is nothing to draw.
function strip.scale(estimates, origin)
  local low, high = origin, origin
  for _, estimate in ipairs(estimates) do
    for _, x in ipairs { estimate.low or estimate.median, estimate.high or estimate.median } do
      if known(x) then
        low, high = math.min(low or x, x), math.max(high or x, x)
      end
    end
  end
  if not low then
    return nil
  end
  local air = math.max(0.04 * math.log(high / low), 0.02)
  return { low = math.log(low) - air, high = math.log(high) + air, origin = origin }
end

local function position(x, scale)
  return string.format("%.2f%%", 100 * (math.log(x) - scale.low) / (scale.high - scale.low))
end

-- class: a mode's name, for the colour. Decoration: the numbers stand beside it.
function strip.draw(estimate, scale, class, hollow)
  local parts = {}
  if scale.origin then
    local at = position(scale.origin, scale)
    parts[#parts + 1] = h.line({ class = "origin", x1 = at, x2 = at, y1 = "0", y2 = "100%" })
  end
  if estimate and known(estimate.median) then
    local at = position(estimate.median, scale)
    parts[#parts + 1] = h.line({ class = "stem", x2 = at, y1 = "50%", y2 = "50%",
      x1 = position(scale.origin or math.exp(scale.low), scale) })
    if known(estimate.low) and known(estimate.high) then
      parts[#parts + 1] = h.line({ class = "range", x1 = position(estimate.low, scale),
        x2 = position(estimate.high, scale), y1 = "50%", y2 = "50%" })
    end
    parts[#parts + 1] = h.circle({ class = hollow and "dot hollow" or "dot", cx = at, cy = "50%",
      r = "3.5" })
  end
  return h.svg({ class = "strip " .. (class or ""), ["aria-hidden"] = "true", focusable = "false" },
    parts)
end

return strip
