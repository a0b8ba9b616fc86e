-- publish: a check's result to every place that was asked for, and to those where CI looks.
--
--   publish.all(result, arguments)    -- the table or JSON on stdout, files, annotations, summary

local fault = require "payoff.fault"
local github = require "payoff.check.github"
local gitlab = require "payoff.check.gitlab"
local json = require "payoff.native.json"
local junit = require "payoff.check.junit"
local sys = require "payoff.native.sys"
local table_of = require "payoff.check.table"
local text = require "payoff.text"
local words = require "payoff.check.words"

local publish = {}

local function row_of(result, row)
  return {
    id = row.id, name = text.clean(row.name), subject = row.head.subject, mode = row.head.mode,
    jobs = row.head.jobs, start = row.head.start, size = row.head.size, state = row.state,
    reason = row.reason and text.clean(row.reason), slower_by = row.slower_by,
    text = text.clean(words.row(result, row)), change = row.interval, evidence = row.evidence,
    screen_pairs = row.screen and #row.screen, confirm_pairs = row.confirm and #row.confirm,
    slower_pairs = row.above, p = row.p, sees = row.sees, scale = row.scale,
    base_ns = row.base_ns, head_ns = row.head_ns, counts = row.counts, promise = row.promise,
    command = text.clean(words.reproduce(result, row)),
  }
end

function publish.json(result)
  local rows = {}
  for i, row in ipairs(result.rows) do rows[i] = row_of(result, row) end
  return fault.check("internal", "check", json.encode({
    format = 1, experiment = result.experiment, file = text.clean(result.file),
    base = text.clean(result.base_text), alpha = result.alpha, effect = result.effect,
    power = result.power, seed = result.seed, seconds = result.seconds, status = result.status,
    exit = result.exit, sees = words.sees(result), notes = json.array(result.notes or {}),
    rows = json.array(rows),
  }, { indent = 2 })) .. "\n"
end

-- Appended, since a job has one summary for all its steps' commands.
local function append(path, content)
  return sys.write_file(path, (sys.read_file(path) or "") .. content)
end

-- Every place is tried before the first that failed is told: a report that cannot be written must
-- not take the verdict with it.
function publish.all(result, arguments)
  local environment, failed = sys.environ(), nil
  local function put(write, path, render)
    if not path or path == "" then return end
    local ok, message = write(path, render(result))
    if not ok then failed = failed or message end
  end
  put(sys.write_file, arguments.junit, junit.render)
  put(sys.write_file, arguments.gitlab, gitlab.quality)
  put(sys.write_file, arguments.metrics, gitlab.metrics)
  put(append, arguments.summary or environment.GITHUB_STEP_SUMMARY, github.summary)
  local out = arguments.json and publish.json(result)
    or table_of.render(result, sys.columns() or 80)
  if not arguments.json and (arguments.github or environment.GITHUB_ACTIONS == "true") then
    -- A line that begins with two colons is an order to the runner, and only ours are meant.
    out = out:gsub("(\n%s*:):", "%1\u{200B}:") .. github.annotations(result)
  end
  fault.shown(sys.write(1, out))
  if failed then fault.raise("io", "%s", failed) end
end

return publish
