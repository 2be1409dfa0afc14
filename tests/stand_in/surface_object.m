// SPDX-License-Identifier: MIT
#include "call.h"
#include "classes.h"

@implementation _ANEIOSurfaceObject

+ (id)objectWithIOSurface:(IOSurface*)surface {
  trace_call(self, _cmd);
  require_class(self, _cmd, "surface", surface, [IOSurface class]);
  if (call_fails(_cmd, NULL)) return nil;
  _ANEIOSurfaceObject* made = [[self alloc] init];
  made->_surface = [surface retain];  // as measured by ironmill
  return hand_out(made);
}

- (void)dies {
  [_surface release];
}

#ifndef ANE_STAND_IN_BARE

- (IOSurface*)ioSurface {
  trace_call(self, _cmd);
  return _surface;
}

#endif

@end
