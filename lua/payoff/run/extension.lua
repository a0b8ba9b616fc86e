-- extension: the brackets with which Valgrind counts a part of a CPython process, built on the spot
-- with a C compiler and that interpreter's headers (profiler/workers/python/payoff_simulator.c).
--
--   local path, reason = extension.find("/usr/bin/python3")
--
-- Built once for each interpreter and kept (payoff.run.kept). Where it cannot be built, the reason
-- says what is missing, and counts are taken as a difference instead (payoff.run.simulate).

local assets = require "payoff.native.assets"
local kept = require "payoff.run.kept"
local fault = require "payoff.fault"
local sys = require "payoff.native.sys"

local extension = {}

local ask = [[
import os, sys, sysconfig
include = sysconfig.get_paths()["include"]
print(sys.implementation.name)
print(sysconfig.get_config_var("SOABI") or "")
print(include)
print(os.path.exists(os.path.join(include, "Python.h")))
print(sys.version.replace("\n", " "))
]]

local sources = { "payoff_simulator.c", "valgrind/callgrind.h", "valgrind/valgrind.h" }

local function interpreter(python)
  local result, message = fault.ran(sys.run { argv = { python, "-S", "-c", ask }, timeout_s = 60 })
  local name, abi, include, has_headers, version
  if result and result.exit == 0 then
    name, abi, include, has_headers, version =
      result.stdout:match("^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)")
  end
  if not version then
    return nil, ("%s does not say what it is: %s"):format(python, message or "?")
  end
  return { name = name, abi = abi, include = include, version = version,
           has_headers = has_headers == "True" }
end

local function compiler()
  local named = sys.environ().CC
  for _, name in ipairs { named and named:match("^%S+") or "cc", "cc", "gcc", "clang" } do
    local path = sys.which(name)
    if path then return path end
  end
  return nil
end

local function text_of(name) return assets.read("workers/simulator/" .. name) end

-- Compiles into `path`, in a folder of its own beside it.
local function build(cc, include, path)
  local folder = path .. ".d"
  local made, message = sys.mkdirs(folder .. "/valgrind")
  for _, name in ipairs(sources) do
    if made then made, message = sys.write_file(folder .. "/" .. name, text_of(name)) end
  end
  local result
  if made then
    result, message = sys.run { timeout_s = 300, argv = { cc, "-O2", "-shared", "-fPIC",
      "-I" .. folder, "-I" .. include, "-o", path, folder .. "/payoff_simulator.c" } }
  end
  for _, name in ipairs(sources) do sys.remove(folder .. "/" .. name) end
  sys.remove(folder .. "/valgrind")
  sys.remove(folder)
  if result and result.cancelled then sys.remove(path) end
  fault.ran(result, message)
  if not result or result.exit == 0 then return result and true, message end
  local first = (result.stderr or ""):match("[^\n]*error[^\n]*") or "?"
  return nil, ("its brackets cannot be compiled: %s"):format(first)
end

local known = {}

-- path | nil, reason, foreign: true for an interpreter that is not CPython
function extension.find(python)
  if known[python] then return table.unpack(known[python], 1, 3) end
  local path
  local about, reason = interpreter(python)
  local cc = compiler()
  if about and about.name ~= "cpython" then
    reason = ("%s has no brackets for Valgrind"):format(about.name)
  elseif about and not about.has_headers then
    reason = ("the headers of %s are not installed (Debian: python3-dev)"):format(python)
  elseif about and not cc then
    reason = "there is no C compiler"
  elseif about then
    local key = table.concat({ text_of(sources[1]), about.version, about.abi, about.include }, "\n")
    path, reason = kept.made("payoff_simulator.so", key, function(file)
      return build(cc, about.include, file)
    end)
  end
  known[python] = { path, reason, about and about.name ~= "cpython" }
  return table.unpack(known[python], 1, 3)
end

return extension
