-- right: what was tried to find a port wrong, what was found, and why.

local digest = require "payoff.digest"
local figure = require "payoff.html.figure"
local h = require "payoff.html.node"
local value = require "payoff.html.value"

local right = { id = "right", title = "Is it right?", short = "Right?" }

-- The findings below the first; their notes are no failures.
local function others(verify)
  local items = {}
  for i, finding in ipairs(verify.findings or {}) do
    if i > 1 or not finding.failing then
      local times = (finding.count or 1) > 1 and (" (%d inputs)"):format(finding.count) or ""
      items[#items + 1] = h.li({}, finding.failing and "also: " or "note: ",
        value.outside(finding.text), times)
    end
  end
  if #items == 0 then return nil end
  local title = #items == 1 and "1 note" or ("%d notes"):format(#items)
  return h.details({}, h.summary({}, title), h.ul({}, items))
end

local function found(verify)
  return h.list(value.outside(verify.text or verify.state or ""),
    verify.why and h.p({}, h.strong({}, "Why: "), value.outside(verify.why)) or nil,
    others(verify))
end

function right.render(run, d)
  local rows = {}
  for _, group in ipairs(d.groups) do
    local verify = group.subject.verify
    if verify then
      rows[#rows + 1] = { value.outside(group.subject.name),
        value.verdict(group.verdict, digest.WORDS),
        verify.tried and tostring(verify.tried) or value.unknown(verify.reason), found(verify) }
    end
  end
  if #rows == 0 then return nil end
  return h.list(run.verified and h.p({ class = "note" }, value.outside(run.verified.text)) or nil,
    figure.table("What verify tried and found", { { "Port", keep = true },
      { "Verdict", keep = true }, { "Inputs", num = true }, { "Found" } }, rows))
end

return right
