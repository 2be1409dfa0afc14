# Thin: what is missing is installed, then CMake's workflow presets do the work.

.PHONY: experiment test bench sanitize compilers check-macos dependencies clean

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

dependencies:
	@scripts/dependencies

clean:
	rm -rf build
