// SPDX-License-Identifier: MIT
#include "call.h"
#include "classes.h"
#include "compiled.h"

@interface NSObject (Unimplemented)
- (id)getUUID;
@end

static _ANEInMemoryModel* model_behind(id self, SEL selector, id model) {
  if (is_a(model, [_ANEInMemoryModel class])) return model;
  require_class(self, selector, "model", model, [_ANEModel class]);
  _ANEInMemoryModel* owner = ((_ANEModel*)model)->_owner;
  if (owner == nil) wrong_argument(self, selector, @"the in-memory model of the _ANEModel is dead");
  return owner;
}

// A failure is reported with the model's UUID, which in-memory models do not have: the report raises (ane-bridge, maderix).
static BOOL evaluate_and_report(id self, SEL selector, id model, id request, NSError** error) {
  _ANEInMemoryModel* behind = model_behind(self, selector, model);
  uint32_t status;
  if (evaluate(behind, self, selector, request, &status, error)) return YES;
  [behind getUUID];
  return NO;
}

@implementation _ANEClient

// Belongs to its class.
+ (id)sharedConnection {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL)) return nil;
  static _ANEClient* shared;
  @synchronized(self) {
    if (shared == nil) {
      shared = [[self alloc] init];
      shared->_immortal = YES;
      count_live("_ANEClient", -1);
    }
  }
  return shared;
}

+ (id)sharedPrivateConnection {
  return [self sharedConnection];
}

// +1.
- (id)initWithRestrictedAccessAllowed:(BOOL)allowed {
  trace_call(self, _cmd);
  if (!allowed) wrong_call(self, _cmd, @"unrestricted access needs an entitlement");
  if (!call_fails(_cmd, NULL)) return [super init];
  [self release];
  return nil;
}

- (BOOL)evaluateRealTimeWithModel:(id)model options:(NSDictionary*)options request:(_ANERequest*)request error:(NSError**)error {
  trace_call(self, _cmd);
  require_options(self, _cmd, options);
  require_error_pointer(self, _cmd, error);
  return evaluate_and_report(self, _cmd, model, request, error);
}

- (BOOL)evaluateWithModel:(id)model
                  options:(NSDictionary*)options
                  request:(_ANERequest*)request
                      qos:(unsigned)quality_of_service
                    error:(NSError**)error {
  trace_call(self, _cmd);
  require_options(self, _cmd, options);
  require_quality(self, _cmd, quality_of_service);
  require_error_pointer(self, _cmd, error);
  return evaluate_and_report(self, _cmd, model, request, error);
}

- (BOOL)doEvaluateDirectWithModel:(id)model
                          options:(NSDictionary*)options
                          request:(_ANERequest*)request
                              qos:(unsigned)quality_of_service
                            error:(NSError**)error {
  trace_call(self, _cmd);
  require_options(self, _cmd, options);
  require_quality(self, _cmd, quality_of_service);
  require_error_pointer(self, _cmd, error);
  return evaluate_and_report(self, _cmd, model, request, error);
}

// They want an entitlement (maderix, ane-bridge).
- (BOOL)beginRealTimeTask {
  trace_call(self, _cmd);
  return NO;
}

- (BOOL)endRealTimeTask {
  trace_call(self, _cmd);
  return NO;
}

// Of MIL text in a directory, both are known only to fail (maderix).
- (BOOL)compileModel:(id)model options:(NSDictionary*)options qos:(unsigned)quality_of_service error:(NSError**)error {
  trace_call(self, _cmd);
  model_behind(self, _cmd, model);
  require_options(self, _cmd, options);
  require_quality(self, _cmd, quality_of_service);
  return refuse(error, @"com.apple.appleneuralengine.espresso", -1, @"The operation couldn't be completed.");
}

- (BOOL)loadModel:(id)model options:(NSDictionary*)options qos:(unsigned)quality_of_service error:(NSError**)error {
  trace_call(self, _cmd);
  model_behind(self, _cmd, model);
  require_options(self, _cmd, options);
  require_quality(self, _cmd, quality_of_service);
  return refuse(error, @"com.apple.appleneuralengine.espresso", -1, @"The operation couldn't be completed.");
}

- (BOOL)mapIOSurfacesWithModel:(id)model request:(_ANERequest*)request cacheInference:(BOOL)cache error:(NSError**)error {
  trace_call(self, _cmd);
  model_behind(self, _cmd, model);
  require_class(self, _cmd, "request", request, [_ANERequest class]);
  (void)cache;
  return refuse(error, ane_domain, 13, @"Program IOSurfaces map failure (0x12)");
}

- (void)unmapIOSurfacesWithModel:(id)model request:(_ANERequest*)request {
  trace_call(self, _cmd);
  model_behind(self, _cmd, model);
  require_class(self, _cmd, "request", request, [_ANERequest class]);
}

- (BOOL)compiledModelExistsFor:(id)model {
  trace_call(self, _cmd);
  return is_compiled(model_behind(self, _cmd, model)->_identifier);
}

- (BOOL)compiledModelExistsMatchingHash:(NSString*)identifier {
  trace_call(self, _cmd);
  require_class(self, _cmd, "hash", identifier, [NSString class]);
  return is_compiled(identifier);
}

- (void)purgeCompiledModel:(id)model {
  trace_call(self, _cmd);
  purge_compiled(model_behind(self, _cmd, model)->_identifier);
}

- (void)purgeCompiledModelMatchingHash:(NSString*)identifier {
  trace_call(self, _cmd);
  require_class(self, _cmd, "hash", identifier, [NSString class]);
  purge_compiled(identifier);
}

@end
