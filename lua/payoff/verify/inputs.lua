-- inputs: the tasks to try, in the order of their worth; the same seed gives the same ones.
--
--   local source = inputs.new({ tasks = …, corpus = …, shapes = …, seed = 1 })
--   local input = source:next()     --> { task = …, kind = "boundary", own = false, position = 2 }
--
-- First what failed before, then the experiment's own tasks and the recorded calls; then, without
-- end, boundary values, aliases, subclasses, random values and mutations. An argument that made the
-- reference take too long is not made larger again (source:too_long).

local boundary = require "payoff.verify.boundary"
local digits = require "payoff.verify.digits"
local json = require "payoff.native.json"
local mutate = require "payoff.verify.mutate"

local inputs = {}

local Source = {}
Source.__index = Source

-- Values to begin with, for a parameter of which nothing but the annotation is known.
local seeds = {
  int = { "i", "5" }, float = { "f", "3ff8000000000000" }, str = { "s", "hello" },
  bytes = { "y", "aGVsbG8=" }, bool = { "b", true }, bytearray = { "Y", "aGVsbG8=" },
  complex = { "c", "3ff0000000000000", "3ff0000000000000" }, None = { "n" },
}

local function of_annotation(text, depth)
  text = text:gsub("^typing%.", ""):gsub("^collections%.abc%.", ""):match("^%s*(.-)%s*$")
  if seeds[text] then return seeds[text] end
  if depth > 3 then return nil end
  local optional = text:match("^Optional%[(.*)%]$") or text:match("^(.-)%s*|%s*None$")
  if optional then return of_annotation(optional, depth + 1) end
  local outer, inner = text:match("^(%a+)%[(.*)%]$")
  outer = (outer or text):lower()
  local item = inner and of_annotation(inner:match("^([^,]+)"), depth + 1) or seeds.int
  if outer == "list" or outer == "sequence" or outer == "iterable" then
    return { "l", item, item }
  elseif outer == "tuple" then
    return { "t", item, item }
  elseif outer == "set" then
    return { "S", item }
  elseif outer == "dict" or outer == "mapping" then
    local last = inner and of_annotation(inner:match(",%s*(.*)$") or "int", depth + 1)
    return { "d", { inner and item or seeds.str, last or seeds.int } }
  end
  return nil
end

-- A first task made of what the function says of its parameters; nil where that is not enough.
function inputs.of_signature(signature)
  local task = { "t" }
  for _, parameter in ipairs(signature or {}) do
    local positional = parameter.kind:find("^positional")
    if positional and parameter.default == nil or positional and parameter.annotation then
      local value = parameter.annotation and of_annotation(parameter.annotation, 0)
        or parameter.default
      if not value then return nil end
      task[#task + 1] = value
    end
  end
  return signature and task or nil
end

function inputs.new(options)
  math.randomseed(options.seed, 0)
  local self = setmetatable({
    own = {}, bases = options.tasks, limits = {}, random = math.random, queue = {}, at = 0,
    seen = {},
  }, Source)
  if options.bits then -- two's complement: one more below zero
    self.low = digits.power(options.bits - 1)
    self.high = digits.add(self.low, -1)
  end
  -- A kept failure is judged as what it was: one of the experiment's own tasks, or made up.
  local own = {}
  for _, task in ipairs(options.tasks) do own[json.encode(task)] = true end
  for _, entry in ipairs(options.corpus) do
    if entry.kind == "failure" then
      self:put("failure", entry.task, own[json.encode(entry.task)] or false)
    end
  end
  for _, task in ipairs(options.tasks) do self:put("task", task, true) end
  for _, entry in ipairs(options.corpus) do
    if entry.kind == "recorded" then
      self:put("recorded", entry.task, true, nil, entry)
      if #self.bases < 50 then self.bases[#self.bases + 1] = entry.task end
    end
  end
  return self
end

-- Every integer in it lies within the limits. Most are short, and need no arithmetic.
local function fits(value, low, high)
  local tag = value[1]
  if tag == "i" then
    local text = value[2]
    if #text < #high then return true end
    return not digits.larger(text, text:sub(1, 1) == "-" and low or high)
  end
  if tag == "s" or tag == "f" or tag == "y" then return true end
  for i = 2, #value do
    if type(value[i]) == "table" and not fits(value[i], low, high) then return false end
  end
  return type(tag) ~= "table" or fits(tag, low, high) -- the key of a dict's pair
end

function Source:fits(task)
  return not self.low or fits(task, self.low, self.high)
end

function Source:put(kind, task, own, position, entry)
  local text = json.encode(task)
  if self.seen[text] or not (own or self:fits(task)) then return end
  self.seen[text] = true
  self.queue[#self.queue + 1] = { kind = kind, task = task, own = own, position = position,
                                  entry = entry }
end

local function magnitude(value)
  if value[1] == "i" then return value[2] end
  if value[1] == "l" or value[1] == "s" then return tostring(#value[1] == 1 and #value or 0) end
  return nil
end

-- The reference took too long for this input: nothing as large in its place again.
function Source:too_long(input)
  if not input.position then return end
  local value = input.task[input.position]
  local size = magnitude(value)
  if value[1] ~= "i" or not size then return end
  local sign = size:sub(1, 1) == "-" and "-" or "+"
  local key = input.position .. sign
  local limit = self.limits[key]
  if not limit or digits.larger(limit, size) then self.limits[key] = size end
end

function Source:is_too_large(task)
  for position = 2, #task do
    if task[position][1] == "i" then
      local text = task[position][2]
      local limit = self.limits[position .. (text:sub(1, 1) == "-" and "-" or "+")]
      if limit and not digits.larger(limit, text) then return true end
    end
  end
  return false
end

local function by_magnitude(list)
  local order = {}
  for i, value in ipairs(list) do order[value] = i end
  table.sort(list, function(a, b)
    if a[1] == "i" and b[1] == "i" and a[2] ~= b[2] then
      if digits.larger(b[2], a[2]) then return true end
      if digits.larger(a[2], b[2]) then return false end
    end
    return order[a] < order[b]
  end)
  return list
end

-- Boundary values, one argument at a time; the arguments take turns.
function Source:add_boundaries(bases)
  local lists, longest = {}, 0
  for _, base in ipairs(bases) do
    for position = 2, #base do
      local list = boundary.of(base[position])
      if base[position][1] == "i" then list = by_magnitude(list) end
      lists[#lists + 1] = { base = base, position = position, values = list }
      longest = math.max(longest, #list)
    end
    for _, special in ipairs(boundary.special(base)) do self:put(special.kind, special.task) end
  end
  for i = 1, longest do
    for _, entry in ipairs(lists) do
      local edge = entry.values[i]
      if edge then
        self:put("boundary", boundary.with(entry.base, entry.position, edge), false, entry.position)
      end
    end
  end
end

-- Called once the experiment's own tasks are done, with those that were fast enough.
function Source:begin_generated(bases)
  self.bases, self.generated = bases, true
  self:add_boundaries(bases)
end

function Source:invent()
  local base = self.bases[self.random(1, #self.bases)]
  if #base == 1 then return nil end
  local task, kind = table.move(base, 1, #base, 1, {}), "random"
  local position
  if self.random(1, 3) == 1 then
    kind, position = "mutation", self.random(2, #base)
    task[position] = mutate.near(base[position], self.random)
  else
    for i = 2, #base do task[i] = mutate.like(base[i], self.random) end
  end
  return { kind = kind, task = task, position = position or #base == 2 and 2 or nil }
end

-- From the queue; nil when it is empty.
function Source:queued()
  while self.at < #self.queue do
    self.at = self.at + 1
    local input = self.queue[self.at]
    if input.own or not self:is_too_large(input.task) then return input end
  end
  return nil
end

function Source:invented()
  for _ = 1, 1000 do
    local input = self:invent()
    if not input then return nil end
    local text = json.encode(input.task)
    if not self.seen[text] and self:fits(input.task) and not self:is_too_large(input.task) then
      self.seen[text] = true
      return input
    end
  end
  return nil
end

-- nil: there is nothing left (own inputs are done and begin_generated was not called, or a function
-- without arguments).
function Source:next()
  if not self.generated then return self:queued() end
  -- Boundaries first of all, but a long list of them must not keep the others from being tried.
  self.turn = (self.turn or 0) + 1
  if self.turn % 3 == 0 then return self:invented() or self:queued() end
  return self:queued() or self:invented()
end

return inputs
