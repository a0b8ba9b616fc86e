-- figure: a chart with everything that belongs to it: caption, the same as a table, its CSV, and a
-- figure that needs no script. Charts are modules in html/charts; each makes tables of this shape:
--
--   { id = "speedup-1", title = "…", caption = "…", alt = "the chart in words",
--     spec = { a Vega-Lite specification; "$ink" and the like are colours of the page },
--     static = node or nil, columns = { { "Subject" }, { "Speed-up", num = true } },
--     rows = { { "rust", 1.5 }, … }, shown = { rows as they are read, nodes or strings },
--     csv_columns = nil | { … } where the CSV has other columns than the table }
--
--   figure.render(chart) --> node

local csv_field = require("payoff.formats.csv").field
local h = require "payoff.html.node"

local figure = {}

local function csv_of(chart)
  local lines = {}
  local names, columns = {}, chart.csv_columns or chart.columns
  for i, column in ipairs(columns) do
    names[i] = csv_field(column.csv or column[1])
  end
  lines[1] = table.concat(names, ",")
  for _, row in ipairs(chart.rows) do
    local fields = {}
    for i = 1, #columns do
      fields[i] = csv_field(row[i])
    end
    lines[#lines + 1] = table.concat(fields, ",")
  end
  return table.concat(lines, "\r\n") .. "\r\n"
end

local function data_url(kind, content)
  return "data:" .. kind .. ";charset=utf-8," .. content:gsub("[^%w%-%._~]", function(byte)
    return string.format("%%%02X", byte:byte())
  end)
end

-- columns: { { "Title", num = true, title = "what it is" }, … }, `keep` for one whose texts are not
-- wrapped; rows: lists of nodes or strings, the first of each being the row's header.
function figure.table(caption, columns, rows)
  local heads, body = {}, {}
  for i, column in ipairs(columns) do
    heads[i] = h.th({ scope = "col", class = column.num and "num" or nil, title = column.title },
      column[1])
  end
  for r, row in ipairs(rows) do
    local cells = {}
    for i, column in ipairs(columns) do
      local attributes = { class = column.num and "num" or column.keep and "keep" or nil,
        scope = i == 1 and "row" or nil }
      cells[i] = (i == 1 and h.th or h.td)(attributes, row[i])
    end
    body[r] = h.tr({}, cells)
  end
  -- A box that scrolls must be reachable with the keyboard.
  return h.div({ class = "scroll", tabindex = "0", role = "region", ["aria-label"] = caption },
    h.table({}, h.caption({}, caption), h.thead({}, h.tr({}, heads)), h.tbody({}, body)))
end

function figure.render(chart)
  local waiting = chart.static
    or h.p({ class = "note" }, "The chart needs JavaScript; the table below says the same.")
  return h.figure({ id = chart.id },
    h.div({ class = "plot", ["data-chart"] = chart.id, role = "img", ["aria-label"] = chart.alt },
      waiting),
    h.figcaption({}, chart.caption),
    h.div({ class = "under" },
      h.details({}, h.summary({}, "As a table"),
        figure.table(chart.title, chart.columns, chart.shown)),
      h.p({ class = "save" },
        h.a({ href = data_url("text/csv", csv_of(chart)), download = chart.id .. ".csv" }, "CSV"),
        h.span({ class = "export", hidden = true },
          h.button({ type = "button", ["data-save"] = "svg" }, "SVG"),
          h.button({ type = "button", ["data-save"] = "png" }, "PNG")))))
end

return figure
