// SPDX-License-Identifier: MIT
// IOSurface, as far as the ANE's callers use it.
#pragma once

#import "object.h"

// Lock options, as in IOSurface/IOSurfaceRef.h.
enum { lock_read_only = 1, lock_avoid_sync = 2 };

@interface IOSurface : ANEStandInObject {
 @public
  void* _bytes;
  size_t _size;
  // All below under lock_surfaces().
  int _locks[4];            // held, by their options
  BOOL _written;            // since the first of them
  int _readers;             // evaluations that run
  int _writers;
  BOOL _known;
  uint64_t _fingerprint;    // of what it held when nobody had it
}
@end

void lock_surfaces(void);
void unlock_surfaces(void);

// With lock_surfaces() held. What was written although no lock was held for it.
void look_for_unlocked_writing(IOSurface* surface, const char* when);
void remember_contents(IOSurface* surface);
int locks_of(IOSurface* surface);
BOOL locked_for_writing(IOSurface* surface);
