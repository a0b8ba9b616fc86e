-- placement: on which CPUs a cell's worker runs, so that it is not in the harness's way and its
-- jobs are not in each other's.
--
--   local place = placement.new(machine.cpus(), { pin = true, limit = 2.5 })
--   place.order                     --> { 0, 2, 4, 1, 3, 5 }: physical cores before SMT siblings
--   place:of(cell)                  --> { 2, 4 } | nil: not pinned; spec.cpus of a worker
--   place:step_aside(sys.run_on)    -- payoff itself: while it measures, on the first CPU alone
--   place:join(cell, cpus, sys.run_on)  -- to the CPU of a serial worker, as long as it lives
--   place:part(sys.run_on)          -- back to the first CPU
--   place:come_back(sys.run_on)
--   place.all                       --> for workers that are not pinned, while payoff is aside
--   place.text                      --> a sentence for the reader
--
-- The rules:
-- * Only CPUs of our affinity mask (which a container's cpuset narrows); with one, no pinning.
-- * The first CPU of the order is left to payoff, which stays there, and to interrupts. payoff
--   sleeps while a worker runs, so it is given away when a cell has as many jobs as there are CPUs.
-- * To talk to a serial worker payoff goes to that worker's CPU, where it sleeps while a sample
--   lasts. Between two CPUs each command and each reply has to wake up one that rests, which takes
--   a tenth of a millisecond on a virtual machine, and a probe of the worker's core
--   (payoff.run.sharing) would have to go there and back. Not so where the subject has written to
--   its output: payoff reads that while the worker goes on.
-- * A cell has as many CPUs as jobs: distinct physical cores as long as there are any.
-- * Never more CPUs than the container's quota (`limit`) lets run at once: workers beyond it share
--   those, in place of being stopped together when the quota is used up.
-- * A subject that kept more than one CPU busy when it was checked, unpinned and serially, has
--   threads of its own (BLAS, rayon, a collector): pinning would cripple it, so it is not pinned.
-- * Where cores differ, Intel's performance cores come first; nothing is assumed of others.

local placement = {}

local Placement = {}
Placement.__index = Placement

-- CPU time beyond the elapsed time, as a share of it and at least: more is threads, less is the
-- clocks' being read one after the other.
local excess_share, excess_least_ns = 0.1, 50000

local function rank_of_type(cpu) return cpu.type == "cpu_atom" and 1 or 0 end

-- Ids of the usable CPUs: first one thread of every core, then second threads, and so on.
function placement.order(cpus)
  local list, threads = {}, {}
  for _, cpu in ipairs(cpus) do
    if cpu.usable then
      local core = cpu.core or cpu.id
      threads[core] = (threads[core] or 0) + 1
      list[#list + 1] = { id = cpu.id, thread = threads[core], package = cpu.package or 0,
                          type = rank_of_type(cpu) }
    end
  end
  table.sort(list, function(a, b)
    if a.thread ~= b.thread then return a.thread < b.thread end
    if a.type ~= b.type then return a.type < b.type end
    if a.package ~= b.package then return a.package < b.package end
    return a.id < b.id
  end)
  for i, cpu in ipairs(list) do list[i] = cpu.id end
  return list
end

local function describe(self, options)
  if options.pin == false then return "Workers were not pinned (--no-pin)." end
  if #self.order < 2 then return "Workers were not pinned: there is one CPU to use." end
  local text = ("Workers were pinned to as many CPUs as they had jobs, distinct cores first; CPU "
    .. "%d was left to payoff except where all are needed."):format(self.order[1])
  if self.most >= #self.order then return text end
  return ("%s Of %d CPUs, the container's quota of %.4g lets no more than %d run at once: workers "
    .. "beyond that shared CPUs."):format(text, #self.order, options.limit, self.most)
end

-- options: pin (false: nothing is pinned), limit (CPUs that the cgroup's quota allows, or nil).
function placement.new(cpus, options)
  local self = setmetatable({ order = placement.order(cpus) }, Placement)
  self.pinned = options.pin ~= false and #self.order >= 2
  self.most = #self.order
  if options.limit then
    self.most = math.min(self.most, math.max(1, math.floor(options.limit)))
  end
  self.text = describe(self, options)
  return self
end

-- run_on: payoff.native.sys.run_on. A system that refuses leaves everything as it was.
function Placement:step_aside(run_on)
  if self.pinned and run_on { self.order[1] } then self.all = self.order end
end

-- cpus: the worker's. Is payoff there now?
function Placement:join(cell, cpus, run_on)
  local alone = cell.mode == "serial" and cpus and #cpus == 1 and not cell.of.writes
  return self.all and alone and run_on(cpus) and true or false
end

function Placement:part(run_on) run_on { self.order[1] } end

function Placement:come_back(run_on)
  if self.all then run_on(self.all) end
  self.all = nil
end

-- Did this subject keep more than one CPU busy, serially and unpinned?
function placement.has_threads(sample)
  return sample ~= nil and sample.cpu_ns ~= nil and sample.cpu_ns - sample.wall_ns
    > math.max(excess_share * sample.wall_ns, excess_least_ns)
end

function Placement:of(cell)
  if not self.pinned or cell.of and cell.of.has_threads then return nil end
  local jobs = cell.mode == "serial" and 1 or cell.jobs
  jobs = math.min(jobs, self.most)
  if jobs >= #self.order then return nil end -- it needs them all
  return table.move(self.order, 2, jobs + 1, 1, {})
end

return placement
