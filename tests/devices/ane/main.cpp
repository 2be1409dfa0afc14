// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

// GNUstep and its runtime keep some memory for good, and take their own locks in two orders while they start.
extern "C" const char* __lsan_default_suppressions() { return "leak:libobjc.so\nleak:libgnustep-base.so\n"; }
extern "C" const char* __tsan_default_suppressions() { return "deadlock:libobjc.so\ndeadlock:libgnustep-base.so\n"; }
