// SPDX-License-Identifier: MIT
#include "call.h"
#include "classes.h"

@implementation _ANEPerformanceStats

+ (id)statsWithHardwareExecutionNS:(uint64_t)nanoseconds {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL)) return nil;
  _ANEPerformanceStats* made = [self alloc];  // -init gives nil
  made->_nanoseconds = nanoseconds;
  return hand_out(made);
}

// Bits 0 to 3 are valid on an M3 Max (tmc, Espresso); others say otherwise.
+ (uint32_t)driverMaskForANEFMask:(uint32_t)mask {
  trace_call(self, _cmd);
  return mask & 0xf;
}

// nil on M4 Max and M5.
- (id)init {
  trace_call(self, _cmd);
  [self release];
  return nil;
}

// 0 for programs that are not Apple's (rustane, ANE guide), unless a command says otherwise.
- (uint64_t)hwExecutionTime {
  trace_call(self, _cmd);
  return _nanoseconds;
}

- (NSData*)perfCounterData {
  trace_call(self, _cmd);
  return nil;
}

@end
