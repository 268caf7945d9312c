# A thin front: every rule is one call of CMake or of a script in scripts/.  Presets are in CMakePresets.json.
PRESET ?= release
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
BUILD = build/$(PRESET)
.DEFAULT_GOAL := help
.PHONY: help setup configure build demo test check bench verify sanitize fuzz format dist test-dist clean

help:      ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup:     ## install what the build needs (Debian 12+, Ubuntu 24.04+)
	@scripts/setup

configure:
	@command -v cmake >/dev/null || { echo "cmake is missing: run \`make setup\`" >&2; exit 1; }
	@test -f $(BUILD)/build.ninja || cmake --preset $(PRESET) >/dev/null

build: configure   ## build everything into build/release (another one: make build PRESET=debug)
	@cmake --build --preset $(PRESET) -j $(JOBS)

demo: setup        ## set up, build, and score the two sets of data that come with Kenko
	@$(MAKE) --no-print-directory build
	@KENKO_BIN=$(BUILD)/bin scripts/demo

test: setup        ## set up, build, and run the tests
	@$(MAKE) --no-print-directory build
	@ctest --preset $(PRESET) -j $(JOBS)
	@scripts/check-tests --build $(BUILD)

check: setup       ## check layers, format, sizes, documents, words and tests; builds nothing
	@scripts/check

bench: build       ## print the figures: rows per second, and how the time is spent
	@KENKO_BIN=$(BUILD)/bin scripts/bench $(ARGS)

verify: build      ## compare every cell of both data sets with every independent implementation
	@KENKO_BIN=$(BUILD)/bin scripts/verify $(ARGS)
	@KENKO_LONG=1 ctest --preset $(PRESET) -L binary

sanitize: setup    ## build and run the fast tests with the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory configure PRESET=asan-ubsan
	@cmake --build --preset asan-ubsan -j $(JOBS) --target fast_tests
	@ctest --preset asan-ubsan -j $(JOBS)

fuzz:      ## run the fuzzers for SECONDS_EACH=600 each (clang 19)
	@scripts/fuzz

format:    ## format the C++ sources in place
	@scripts/check-format --fix

dist: build        ## make dist/kenko-VERSION-linux-ARCH.tar.gz
	@scripts/dist $(BUILD)

test-dist: dist    ## run that archive in a bare Debian 12 (needs root)
	@scripts/test-dist

clean:     ## remove what was built (what was installed stays)
	@rm -rf build dist
