-- machines: are two runs of one machine? Texts of what differs, from what machine.describe() knew.
--
--   local hard, soft = machines.compare(old.machine, new.machine)
--   --> { "processor: Sparrow 9 and Wren 3" }, { "kernel: Linux 6.1 and Linux 6.8" }
--
-- Two of one kind cannot be told apart: nothing that names a machine is recorded.

local machines = {}

-- What must be the same for times to be evidence, and what should be.
local function machine_facts(machine)
  local cpu = machine.cpu or {}
  return { { "processor", cpu.model }, { "architecture", cpu.architecture },
    { "cores", cpu.cores }, { "threads", cpu.threads }, { "usable CPUs", machine.cpus_usable },
    { "virtual machine", machine.virtual_machine }, { "product", machine.product } },
    { { "kernel", machine.kernel }, { "distribution", machine.distribution },
      { "frequency governor", machine.governor }, { "turbo", machine.turbo } }
end

local function differing(a, b)
  local out, last = {}, math.max(#a, #b)
  for i = 1, last do
    if a[i][2] ~= b[i][2] then
      out[#out + 1] = ("%s: %s and %s"):format(a[i][1], tostring(a[i][2] or "unknown"),
        tostring(b[i][2] or "unknown"))
    end
  end
  return out
end

-- Lists of texts: what makes them different machines, and what to keep in mind.
function machines.compare(a, b)
  local hard_a, soft_a = machine_facts(a or {})
  local hard_b, soft_b = machine_facts(b or {})
  return differing(hard_a, hard_b), differing(soft_a, soft_b)
end

return machines
