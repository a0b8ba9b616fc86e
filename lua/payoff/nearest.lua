-- nearest: "did you mean …?" for words that a user mistyped.
--
--   nearest.hint("presicion", {"precision", "budget"})  -->  "; did you mean 'precision'?"

local nearest = {}

-- Damerau–Levenshtein distance in its optimal-string-alignment form: an adjacent swap costs 1.
function nearest.distance(a, b)
  local before, last = {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      local best = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      row[j] = best
    end
    before, last = last, row
  end
  return last[#b]
end

-- The closest candidate, or nil when nothing is near enough to be a typing error.
function nearest.find(word, candidates)
  local best, best_distance
  for _, candidate in ipairs(candidates) do
    local distance = nearest.distance(word:lower(), candidate:lower())
    if not best_distance or distance < best_distance then
      best, best_distance = candidate, distance
    end
  end
  if best and best_distance <= math.max(1, #word // 3) then return best end
  return nil
end

function nearest.hint(word, candidates)
  local found = nearest.find(word, candidates)
  return found and ("; did you mean '%s'?"):format(found) or ""
end

return nearest
