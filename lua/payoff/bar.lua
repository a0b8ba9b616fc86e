-- bar: a bar of text on a logarithmic scale, for terminals.
--
--   local scale = bar.scale({ 0.5, 1, 560 }, 20)      -- of numbers above 0, in 20 columns
--   bar.draw(560, scale)                              --> "████████████████████"
--
-- A ratio's bar grows from 1: to the right when it is above, to the left when below.

local bar = {}

-- Ratios that lie closer together than this are near 1, and their bars are to look so.
local LEAST_SPAN = math.log(4)

local EIGHTHS = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" }

-- From the smallest to the largest of `values`, 1 among them; nil when there are none.
function bar.scale(values, columns)
  local low, high = 0, 0
  for _, value in ipairs(values) do
    if value > 0 and value < math.huge then
      low, high = math.min(low, math.log(value)), math.max(high, math.log(value))
    end
  end
  if high == low then return nil end
  if high > 0 then high = math.max(high, low + LEAST_SPAN) else low = -LEAST_SPAN end
  local left = math.ceil(columns * -low / (high - low) - 1e-9)
  local right = columns - left
  local unit = math.huge -- logarithms per column
  if left > 0 then unit = left / -low end
  if right > 0 then unit = math.min(unit, right / high) end
  return { left = left, right = right, per_log = unit }
end

function bar.draw(value, scale)
  if not scale or not value or value <= 0 then return "" end
  local length = math.log(value) * scale.per_log
  if length < 0 then
    local full = math.min(scale.left, math.floor(-length + 0.5))
    return (" "):rep(scale.left - full) .. ("▒"):rep(full)
  end
  local eighths = math.floor(math.min(length, scale.right) * 8 + 0.5)
  local text = ("█"):rep(eighths // 8) .. EIGHTHS[eighths % 8 + 1]
  return (" "):rep(scale.left) .. text
end

return bar
