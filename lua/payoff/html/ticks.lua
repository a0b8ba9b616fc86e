-- ticks: where a logarithmic axis has its marks: 1, 2, 5, 10, … as many as fit.
--
--   ticks.of(0.8, 520)   --> a list for a chart's specification: 1, 2, 5, 10, 20, 50, 100, 200, 500

local data = require "payoff.html.data"

local ticks = {}

-- The decades between low and high, with as many steps between them as fit; nil leaves the choice
-- to the library, which it must have where the range is narrow.
function ticks.of(low, high)
  for _, steps in ipairs { { 1, 2, 5 }, { 1, 3 }, { 1 } } do
    local list = {}
    for decade = math.floor(math.log(low, 10)), math.ceil(math.log(high, 10)) do
      for _, step in ipairs(steps) do
        local tick = step * 10.0 ^ decade
        if tick >= low and tick <= high then
          list[#list + 1] = tick
        end
      end
    end
    if #list < 3 then
      return nil
    elseif #list <= 9 then
      return data.array(list)
    end
  end
end

return ticks
