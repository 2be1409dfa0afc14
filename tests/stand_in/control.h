// SPDX-License-Identifier: MIT
// What tests ask of the stand-in, and hear from it. Every function can be called from any thread.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

// One or several commands, separated by ';'. What is in the environment variable ANE_STAND_IN is done when the library is loaded.
//
//   trace on | off | ownership        ownership: also retain, release and autorelease of the stand-in's own objects
//   fail CALL SKIP TIMES error DOMAIN CODE TEXT [ | UNDERLYING]
//   fail CALL SKIP TIMES exception NAME REASON
//   fail CALL SKIP TIMES nil | no     CALL is a selector or a C function; SKIP calls still succeed, then TIMES fail (0: for ever)
//   slow CALL MICROSECONDS            an evaluation is running meanwhile
//   hardware NANOSECONDS              what -hwExecutionTime says, of models whose perfStatsMask was set before they were loaded
//   attributes on | off | wrong | planes | suffixed
//                                     wrong: bigger strides than the row rule; planes: of planes alone; suffixed: outputs are called "y@output"
//   chip NAME                         what _ANEDeviceInfo says, such as h16g
//   wrong NUMBER                      adds one to the first element of every NUMBERth evaluation's first output
//   watch on | off                    whether surfaces are looked at for what was written without a lock (on)
void ane_stand_in_command(const char* command);

// The calls so far, one line each: "+[_ANEClient sharedConnection]", "IOSurfaceLock(read)", "CFRelease".
size_t ane_stand_in_calls(void);
const char* ane_stand_in_call(size_t i);

// What the caller did that it must not, in words. A line stays valid until the reset; NULL beyond the last.
size_t ane_stand_in_violations(void);
const char* ane_stand_in_violation(size_t i);

// Living objects of a class, "IOSurface" for surfaces; NULL for all. The shared connection is not counted.
size_t ane_stand_in_live(const char* class_name);

// Locks held, of all surfaces.
size_t ane_stand_in_locked(void);

// Forgets trace, violations, commands, compiled programs and dead objects. Living objects stay.
void ane_stand_in_reset(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
