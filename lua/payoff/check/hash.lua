-- hash: a short name for a text, to tell whether two are the same: FNV-1a with 64 bits (Fowler,
-- Noll and Vo; RFC 9923). It is no protection against somebody who wants two texts to agree.
--
--   hash.of("payoff")    --> "8f…", 16 hexadecimal digits

local hash = {}

function hash.of(text)
  local h = 0xcbf29ce484222325
  for i = 1, #text do h = (h ~ text:byte(i)) * 0x100000001b3 end
  return ("%016x"):format(h)
end

return hash
