-- page: the frame around the sections: head, Content-Security-Policy, style, scripts. Everything is
-- inside the one file, and nothing that is not in it can run or load.
--
--   page.render { title = "…", header = node, sections = { {id, title, body} }, charts = { … } }
--
-- Scripts and style are constant; their SHA-256 is worked out by the build (reports/hashes.py) and
-- the policy allows these alone. Data lies in a script element of a type that no browser runs.

local assets = require "payoff.native.assets"
local data = require "payoff.html.data"
local fault = require "payoff.fault"
local h = require "payoff.html.node"

local page = {}

local SCRIPTS = { "vendor/vega.min.js", "vendor/vega-lite.min.js", "vendor/vega-interpreter.min.js",
  "theme.js", "boot.js" }
local STYLE = "style.css"

local function asset(name)
  return fault.check("internal", nil, assets.read("reports/" .. name))
end

-- The lines of reports/hashes: "sha256-… name".
local function hashes()
  local list = {}
  for hash, name in asset("hashes"):gmatch("(%S+) (%S+)") do
    list[name] = "'" .. hash .. "'"
  end
  return list
end

local function policy(scripts)
  local hash = hashes()
  local allowed = {}
  for i, name in ipairs(scripts) do
    allowed[i] = assert(hash[name], name)
  end
  return table.concat({
    "default-src 'none'",
    "script-src " .. (#allowed > 0 and table.concat(allowed, " ") or "'none'"),
    "style-src " .. assert(hash[STYLE], STYLE),
    "img-src data:", -- the icon
    "base-uri 'none'", "form-action 'none'",
  }, "; ")
end

local function script_elements(scripts, charts)
  if #scripts == 0 then
    return ""
  end
  local out = { '<script type="application/json" id="charts">' .. data.encode(data.array(charts))
    .. "</script>" }
  for _, name in ipairs(scripts) do
    out[#out + 1] = "<script>" .. asset(name) .. "</script>"
  end
  return table.concat(out, "\n")
end

local function contents(sections)
  local links = {}
  for i, section in ipairs(sections) do
    links[i] = h.li({}, h.a({ href = "#" .. section.id }, section.short or section.title))
  end
  return h.nav({ ["aria-label"] = "Contents" }, h.ul({}, links))
end

local function bodies(sections)
  local out = {}
  for i, section in ipairs(sections) do
    out[i] = h.section({ id = section.id, ["aria-labelledby"] = section.id .. "-title" },
      h.h2({ id = section.id .. "-title" }, section.title), section.body)
  end
  return h.list(out)
end

-- With charts the library travels along (0.8 MB), and its licences; without any the page has no
-- script at all.
function page.render(parts)
  local scripts = #parts.charts > 0 and SCRIPTS or {}
  local licences = #scripts > 0 and h.details({}, h.summary({}, "Licences of the chart library"),
    h.pre({ tabindex = "0" }, asset("vendor/LICENSES"))) or ""
  local fields = {
    policy = policy(scripts), style = asset(STYLE), title = h.escape(parts.title),
    generator = h.escape(parts.generator), header = tostring(parts.header),
    contents = tostring(contents(parts.sections)), main = tostring(bodies(parts.sections)),
    footer = tostring(h.list(parts.footer, licences)),
    scripts = script_elements(scripts, parts.charts),
  }
  return (asset("template.html"):gsub("{{(%w+)}}", fields))
end

return page
