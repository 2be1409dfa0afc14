// SPDX-License-Identifier: MIT
#include "attributes.h"
#include "call.h"
#include "classes.h"

// What an in-memory model holds inside.
@implementation _ANEModel

- (_ANEProgramForEvaluation*)program {
  trace_call(self, _cmd);
  return call_fails(_cmd, NULL) || _owner == nil ? nil : _owner->_program;
}

- (uint64_t)programHandle {
  trace_call(self, _cmd);
  return _owner == nil || _owner->_loaded == NULL ? 0 : _owner->_number << 16;
}

- (uint64_t)intermediateBufferHandle {
  trace_call(self, _cmd);
  return 0;
}

- (uint64_t)string_id {
  trace_call(self, _cmd);
  return _owner == nil ? 0 : _owner->_number;
}

- (NSUInteger)state {
  trace_call(self, _cmd);
  return _owner == nil || _owner->_loaded == NULL ? 1 : 3;
}

- (signed char)queueDepth {
  trace_call(self, _cmd);
  return _owner == nil ? 127 : _owner->_queue_depth;
}

- (uint32_t)perfStatsMask {
  trace_call(self, _cmd);
  return _mask;
}

- (void)setPerfStatsMask:(uint32_t)mask {
  trace_call(self, _cmd);
  _mask = mask;
}

- (NSDictionary*)modelAttributes {
  trace_call(self, _cmd);
  return _owner == nil || _owner->_loaded == NULL ? nil : hand_out(attributes_of(_owner->_loaded));
}

- (NSString*)getUUID {
  trace_call(self, _cmd);
  return _owner == nil ? nil : hand_out([_owner->_identifier copy]);
}

@end
