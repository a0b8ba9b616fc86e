-- texts: `payoff man` and `payoff completions SHELL`: the manual page and what a shell completes,
-- both made from the commands' own definitions, so that they cannot fall behind.
--
--   payoff man | man -l -
--   payoff completions bash > ~/.local/share/bash-completion/completions/payoff

local later = require "payoff.later"
local fault = later "payoff.fault"
local sys = require "payoff.native.sys"

local texts = {}

local SHELLS = { "bash", "zsh", "fish" }

function texts.define(parser)
  parser:command("man"):summary("Print the manual page, for `man -l -`.")
    :description("Prints the manual page payoff(1). To read it: payoff man | man -l -")
  local completions = parser:command("completions")
    :summary("Print what a shell needs to complete payoff's commands and options.")
    :description("Prints a script for the shell. bash: payoff completions bash > "
      .. "~/.local/share/bash-completion/completions/payoff. zsh: a file _payoff in a folder of "
      .. "$fpath. fish: ~/.config/fish/completions/payoff.fish.")
  completions:argument("shell", "bash, zsh or fish."):choices(SHELLS)
end

-- Options that only payoff itself gives are hidden from --help; argparse would complete them.
local function drop_hidden(parser)
  for _, command in ipairs(parser._commands) do
    for i = #command._options, 1, -1 do
      if command._options[i]._hidden then table.remove(command._options, i) end
    end
  end
end

local function completions(parser, shell)
  drop_hidden(parser)
  local text = parser["get_" .. shell .. "_complete"](parser)
  -- argparse asks whether the command begins like this one, and `runs` begins like `run`.
  return (text:gsub("'__fish_payoff_seen_command ", "'__fish_payoff_using_command "))
end

function texts.run(arguments)
  local parser = require("payoff.commands").parser()
  local text = arguments.command == "man" and require("payoff.manual").page(parser)
    or completions(parser, arguments.shell)
  fault.shown(sys.write(1, text))
  return fault.status.ok
end

return texts
