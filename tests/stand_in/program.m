// SPDX-License-Identifier: MIT
#include "call.h"
#include "classes.h"

@implementation _ANEProgramForEvaluation

// The types are those of libane and of tmc's generated headers; maderix's benchmark has others.
- (BOOL)processRequest:(_ANERequest*)request
                 model:(id)model
                   qos:(unsigned)quality_of_service
                qIndex:(uint64_t)queue_index
         modelStringID:(uint64_t)string_id
               options:(NSDictionary*)options
           returnValue:(uint32_t*)return_value
                 error:(NSError**)error {
  trace_call(self, _cmd);
  require_quality(self, _cmd, quality_of_service);
  require_options(self, _cmd, options);
  require_error_pointer(self, _cmd, error);
  if (return_value == NULL) wrong_argument(self, _cmd, @"the returnValue is NULL");
  if (queue_index != 0) wrong_argument(self, _cmd, @"the qIndex is %llu, not 0", (unsigned long long)queue_index);
  if (_owner == nil) {
    wrong_call(self, _cmd, @"the program's model is no longer loaded");
    return refuse(error, ane_domain, 8, @"ANEProgramProcessRequestDirect() Failed with status=0x2 : Program is not loaded");
  }
  if (model != _owner && model != _owner->_model) wrong_argument(self, _cmd, @"the model is %@, not that of the program", class_of(model));
  if (string_id != _owner->_number)
    wrong_argument(self, _cmd, @"the modelStringID is %llu, the model's string_id %llu", (unsigned long long)string_id,
                   (unsigned long long)_owner->_number);
  return evaluate(_owner, self, _cmd, request, return_value, error);
}

- (uint64_t)programHandle {
  trace_call(self, _cmd);
  return _owner == nil ? 0 : _owner->_number << 16;
}

- (uint64_t)intermediateBufferHandle {
  trace_call(self, _cmd);
  return 0;
}

- (signed char)queueDepth {
  trace_call(self, _cmd);
  return _owner == nil ? 127 : _owner->_queue_depth;
}

static NSInteger in_flight(_ANEProgramForEvaluation* self) {
  lock_surfaces();
  const NSInteger running = self->_owner == nil ? 0 : self->_owner->_running;
  unlock_surfaces();
  return running;
}

- (NSInteger)currentAsyncRequestsInFlight {
  trace_call(self, _cmd);
  return in_flight(self);
}

@end
