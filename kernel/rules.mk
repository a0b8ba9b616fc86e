# How the ports of the small kernels are built: their Makefiles name targets and what they are made
# of, and include this. Quick when nothing changed; needs no network.
#
#   make c                             one port; the kernel's README.md lists them
#   make all                           all of them
#   make PAYOFF_BUILD_DIR=/tmp/out c   into another folder
#   make PAYOFF_PYTHON=python3.12 capi a module for a given Python
#
# A file of a kernel's folder becomes                 by
#   lib NAME .so                                      NAME.c or NAME.rs, without Python
#   NAME $(abi3)                                      NAME.c, limited API: any CPython from 3.8
#   NAME $(suffix)                                    NAME.c or NAME.pyx, for one Python
#   NAME .py                                          bindings/NAME.py, to lie beside its library

.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all clean
all:

$(out):
	mkdir -p $@

clean:
	rm -rf $(out)

# C. No -ffast-math and no fused multiply-add: they change values.

CFLAGS ?= -O3
values := -fno-fast-math -ffp-contract=off -fno-math-errno
strict := -std=gnu17 -Wall -Wextra -fPIC $(values) -fvisibility=hidden
sources = $(filter %.c,$^)

$(out)/lib%.so: %.c Makefile ../rules.mk | $(out)
	$(CC) $(CFLAGS) $(strict) -shared -Wl,-z,defs -o $@ $(sources) $(LDFLAGS) -lm

# Rust: no crates, so the compiler alone will do.

RUSTC ?= $(or $(shell command -v rustc),$(wildcard $(HOME)/.cargo/bin/rustc),rustc)

$(out)/lib%.so: %.rs Makefile ../rules.mk | $(out)
	@command -v $(RUSTC) >/dev/null || \
	{ echo 'rustc is not installed: apt-get install rustc, or https://rustup.rs' >&2; exit 1; }
	$(RUSTC) --edition 2021 --crate-type cdylib -C opt-level=3 -C panic=abort \
	    -C strip=debuginfo -o $@ $<

# Python modules. Where their headers are and how their files end, the interpreter says.

python = $(PAYOFF_PYTHON)
# Looked for when first needed, and once. What the distribution brings may be older than the Python:
# before version 3, Cython writes C that Python 3.12 and newer do not compile.
cythonize = $(eval cythonize := $(or \
    $(shell $(python) -c 'import Cython' 2>/dev/null && echo $(python) -m cython), \
    $(shell for program in cython cython3; do \
        version=$$($$program --version 2>&1) || continue; \
        case $$version in (*' 0.'*) \
            $(python) -c 'import sys; sys.exit(sys.version_info >= (3, 12))' || continue;; \
        esac; \
        echo $$program; break; \
    done)))$(cythonize)
module = $(CC) $(CFLAGS) $(values) -fPIC -fwrapv -DNDEBUG -I$(headers) -shared -Wl,-Bsymbolic
has_headers = @test -f $(headers)/Python.h || \
              { echo 'no Python.h for $(python): apt-get install python3-dev' >&2; exit 1; }

$(out)/%$(abi3): %.c Makefile ../rules.mk | $(out)
	$(has_headers)
	$(module) -std=gnu17 -Wall -Wextra -o $@ $(sources) $(LDFLAGS) -lm

$(out)/%$(suffix): %.c Makefile ../rules.mk | $(out)
	$(has_headers)
	$(module) -std=gnu17 -Wall -Wextra -o $@ $(sources) $(LDFLAGS) -lm

$(out)/%$(suffix): $(out)/%.cython.c
	$(has_headers)
	$(module) -o $@ $< $(LDFLAGS) -lm

has_cython = @test -n '$(cythonize)' || \
    { echo 'Cython is not installed, or too old for $(python): pip install Cython' >&2; exit 1; }
translate = $(cythonize) -3 -o $@ $<

$(out)/%.cython.c: %.pyx Makefile ../rules.mk | $(out)
	$(has_cython)
	$(translate)
$(out)/%.cython.c: $(out)/%.pyx Makefile ../rules.mk
	$(has_cython)
	$(translate)

$(out)/%.py: bindings/%.py Makefile ../rules.mk | $(out)
	cp $< $@
