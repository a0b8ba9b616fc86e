# Where ports are built and for whom; included first by the Makefiles of the small kernels.

PAYOFF_BUILD_DIR ?= build
PAYOFF_PYTHON    ?= python3
out  := $(PAYOFF_BUILD_DIR)
abi3 := .abi3.so

# What the interpreter is asked once; a goal that needs no Python asks nothing.
ifneq ($(filter-out $(native) clean,$(or $(MAKECMDGOALS),all)),)
facts := $(shell $(PAYOFF_PYTHON) -c 'import sysconfig as s; \
    print(s.get_config_var("EXT_SUFFIX"), s.get_paths()["include"])')
suffix  := $(word 1,$(facts))
headers := $(word 2,$(facts))
ifeq ($(suffix),)
$(error $(PAYOFF_PYTHON) does not run)
endif
else
suffix := .no-python.so
endif
