-- formats: the report writers there are, by name. Each is a module payoff.formats.NAME.
--
--   formats.of("csv").render(run, {})       -- text
--   for _, name in ipairs(formats.names) do … end
--
-- To add one: write lua/payoff/formats/NAME.lua (reports/MODEL.md has its shape) and name it here.

local formats = {
  names = { "table", "html", "csv", "json", "markdown", "pyperf", "benchstat", "hyperfine" },
}

function formats.of(name)
  return require("payoff.formats." .. name)
end

-- "html" -> "a page with tables and charts"
function formats.describe(name)
  return formats.of(name).describe
end

return formats
