-- formats: the report writers there are, by name. Each is a module payoff.formats.NAME.
--
--   formats.of("csv").render(run, {})       -- text
--   for _, name in ipairs(formats.names) do … end
--
-- To add one: write lua/payoff/formats/NAME.lua (reports/MODEL.md has its shape) and name it here,
-- with what `payoff report --help` says of it.

local formats = {
  names = { "table", "html", "csv", "json", "markdown", "pyperf", "benchstat", "hyperfine" },
}

local says = {
  table = "the table as plain text",
  html = "a page with tables and charts",
  csv = "one row per sample",
  json = "the run model, for programs",
  markdown = "the table for pull requests",
  pyperf = "JSON that pyperf's commands read",
  benchstat = "text that benchstat reads, a line per process",
  hyperfine = "JSON in the shape of hyperfine's",
}

function formats.of(name)
  return require("payoff.formats." .. name)
end

-- "html" -> "a page with tables and charts"
function formats.describe(name)
  return says[name]
end

return formats
