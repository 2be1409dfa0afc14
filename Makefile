# Thin: what is missing is installed, then CMake's workflow presets do the work.

.PHONY: experiment test bench sanitize compilers check-macos check-arm64 tidy reference coverage dependencies clean

experiment: dependencies
	cmake --workflow --preset experiment

test: dependencies
	cmake --workflow --preset test

# Every benchmark beside its peers, and the tables of docs/performance.md from what they find.
bench:
	@scripts/dependencies bench
	cmake --workflow --preset bench

# The address, undefined-behaviour and thread sanitizers.
sanitize: dependencies
	cmake --workflow --preset sanitize
	cmake --workflow --preset thread

# Every compiler that is supported on Linux, as far as it is installed.
compilers: dependencies
	@for preset in gcc-12 clang-16 clang-19; do \
	  compiler=$$(echo $$preset | sed -e 's/gcc/g++/' -e 's/clang/clang++/'); \
	  if command -v $$compiler >/dev/null; then cmake --workflow --preset $$preset || exit 1; else echo "$$compiler is not installed: skipped"; fi; \
	done

# Everything for arm64 macOS, compiled and linked on Linux.
check-macos: dependencies
	@scripts/check-macos

# The tests for 64-bit Arm Linux, under QEMU.
check-arm64: dependencies
	@scripts/check-arm64

# The reference of every public declaration: build/reference/html/index.html.
reference:
	@scripts/dependencies docs
	mkdir -p build && doxygen docs/Doxyfile

# clang-tidy over the examples, and so over the headers.
tidy:
	@scripts/dependencies docs
	cmake --preset clang-19 && run-clang-tidy-19 -quiet -p build/clang-19 '$(CURDIR)/examples/.*\.cpp$$'

# Which lines the tests execute: build/coverage/index.html.
coverage:
	@scripts/dependencies docs
	cmake --workflow --preset coverage
	gcovr --root . --filter include/ --print-summary --html-details build/coverage/index.html build/coverage

dependencies:
	@scripts/dependencies

clean:
	rm -rf build
