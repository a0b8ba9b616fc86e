-- charts: sections that are figures: one per chart module, nothing where there is nothing to draw.
--
--   charts.section("speedups", "How much faster", "Speed-up", require "payoff.html.charts.speedup")

local figure = require "payoff.html.figure"
local h = require "payoff.html.node"

local charts = {}

-- The section adds what its figures need to context.charts, for the page's script.
function charts.section(id, title, short, maker)
  return {
    id = id, title = title, short = short,
    render = function(run, d, context)
      local figures = {}
      for _, chart in ipairs(maker.make(run, d)) do
        figures[#figures + 1] = figure.render(chart)
        context.charts[#context.charts + 1] = { id = chart.id, spec = chart.spec }
      end
      return #figures > 0 and h.list(figures) or nil
    end,
  }
end

return charts
