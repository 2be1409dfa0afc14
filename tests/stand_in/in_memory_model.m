// SPDX-License-Identifier: MIT
#include <objc/runtime.h>

#include "attributes.h"
#include "call.h"
#include "classes.h"
#include "compiled.h"

// +1.
static NSString* directory_of(_ANEInMemoryModel* model) {
  return [[NSTemporaryDirectory() stringByAppendingPathComponent:model->_identifier] retain];
}

// Whether a file holds what was handed over. The compiler reads the file, and only the file (ane-bridge).
static BOOL lies_there(_ANEInMemoryModel* self, SEL selector, NSString* path, NSData* handed_over) {
  NSData* found = [NSData dataWithContentsOfFile:path];
  if (found == nil)
    wrong_call(self, selector, @"there is no file '%@'", [path lastPathComponent]);
  else if (![found isEqualToData:handed_over])
    wrong_call(self, selector, @"the file '%@' differs from what was handed over", [path lastPathComponent]);
  return found != nil && [found isEqualToData:handed_over];
}

// nil, or the kind of failure that the real compiler names.
static NSString* compile(_ANEInMemoryModel* self, SEL selector) {
  NSString* directory = [directory_of(self) autorelease];
  NSData* text = self->_descriptor->_mil_text;
  NSDictionary* weights = self->_descriptor->_weights;
  if (!lies_there(self, selector, [directory stringByAppendingPathComponent:@"model.mil"], text)) return @"InvalidMILProgram";
  NSArray* keys = [[weights allKeys] sortedArrayUsingSelector:@selector(compare:)];
  struct engine_file files[[keys count] + 1];
  NSMutableData* all = [NSMutableData data];
  for (NSUInteger i = 0; i < [keys count]; ++i) {
    NSString* key = [keys objectAtIndex:i];
    NSData* data = [[weights objectForKey:key] objectForKey:@"data"];
    NSString* name = [key hasPrefix:@"@model_path/"] ? [key substringFromIndex:[@"@model_path/" length]] : key;
    if (!lies_there(self, selector, [directory stringByAppendingPathComponent:name], data)) return @"UnreadableWeights";
    files[i] = (struct engine_file){[key UTF8String], [data bytes], [data length]};
    [all appendData:data];
  }
  char message[512] = "";
  enum engine_refusal refusal;
  engine_program* program = engine_compile([text bytes], [text length], files, [keys count], &refusal, message, sizeof message);
  if (refusal == engine_invalid_program) return @"InvalidMILProgram";
  if (refusal == engine_unreadable_weights) return @"UnreadableWeights";
  if (program == NULL) return @"CompilationFailure";
  keep_compiled(self->_identifier, program);
  engine_release(program);
  NSDictionary* network = [NSDictionary dictionaryWithObject:@"model.mil" forKey:@"NetworkSourceFileName"];
  [network writeToFile:[directory stringByAppendingPathComponent:@"net.plist"] atomically:NO];
  [all writeToFile:[directory stringByAppendingPathComponent:@"data"] atomically:NO];
  return nil;
}

@implementation _ANEInMemoryModel

+ (id)inMemoryModelWithDescriptor:(_ANEInMemoryModelDescriptor*)descriptor {
  trace_call(self, _cmd);
  require_class(self, _cmd, "descriptor", descriptor, [_ANEInMemoryModelDescriptor class]);
  if (call_fails(_cmd, NULL)) return nil;
  static uint64_t models;
  _ANEInMemoryModel* made = [[self alloc] init];
  made->_descriptor = [descriptor retain];
  made->_identifier = identifier_of(descriptor);
  made->_number = 0x100 + __atomic_add_fetch(&models, 1, __ATOMIC_RELAXED);
#ifndef ANE_STAND_IN_BARE
  made->_queue_depth = 127;
  made->_model = [[_ANEModel alloc] init];
  made->_model->_owner = made;
#endif
  return hand_out(made);
}

- (void)dies {
  lock_surfaces();
  const BOOL evaluated = _running > 0;
  unlock_surfaces();
  if (evaluated) violation("a _ANEInMemoryModel is freed while it evaluates a request");
  if (_loaded != NULL) violation("a _ANEInMemoryModel is freed while it is loaded");
  engine_release(_loaded);
  [_descriptor release];
  [_identifier release];
#ifndef ANE_STAND_IN_BARE
  _model->_owner = nil;
  if (_program != nil) _program->_owner = nil;
  [_model release];
  [_program release];
#endif
}

// A new string each time: those who keep it must retain it.
- (NSString*)hexStringIdentifier {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL)) return nil;
  return hand_out([[NSString alloc] initWithFormat:@"%@", _identifier]);
}

- (BOOL)compileWithQoS:(unsigned)quality_of_service options:(NSDictionary*)options error:(NSError**)error {
  trace_call(self, _cmd);
  require_quality(self, _cmd, quality_of_service);
  require_options(self, _cmd, options);
  require_error_pointer(self, _cmd, error);
  if (_compiled) wrong_call(self, _cmd, @"the model is compiled already");
  if (call_fails(_cmd, error)) return NO;
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  NSString* failure = [compile(self, _cmd) retain];
  [pool release];
  if (failure != nil) *error = ane_error(compiler_domain, 1, @"_ANECompiler : ANECCompile() FAILED", hand_out(failure));
  if (failure == nil) _compiled = YES;
  return failure == nil;
}

// From what was compiled, whether model.mil is still there or not (ane-bridge).
- (BOOL)loadWithQoS:(unsigned)quality_of_service options:(NSDictionary*)options error:(NSError**)error {
  trace_call(self, _cmd);
  require_quality(self, _cmd, quality_of_service);
  require_options(self, _cmd, options);
  require_error_pointer(self, _cmd, error);
  if (_loaded != NULL) wrong_call(self, _cmd, @"the model is loaded already");
  if (call_fails(_cmd, error)) return NO;
  if (_loaded != NULL) return YES;
  _loaded = compiled_program(_identifier);
  if (_loaded == NULL) {
    wrong_call(self, _cmd, @"nothing has been compiled for this model");
    return refuse(error, ane_domain, 6, @"Program load failure (0x20004)");
  }
#ifndef ANE_STAND_IN_BARE
  _program = [[_ANEProgramForEvaluation alloc] init];
  _program->_owner = self;
  _measures = _mask != 0 || _model->_mask != 0;
  _mask = 0;  // loading clears it (tmc)
#endif
  return YES;
}

- (BOOL)evaluateWithQoS:(unsigned)quality_of_service options:(NSDictionary*)options request:(_ANERequest*)request error:(NSError**)error {
  trace_call(self, _cmd);
  require_quality(self, _cmd, quality_of_service);
  require_options(self, _cmd, options);
  require_error_pointer(self, _cmd, error);
  uint32_t status;
  return evaluate(self, self, _cmd, request, &status, error);
}

// Deletes the whole directory (nano).
- (BOOL)unloadWithQoS:(unsigned)quality_of_service error:(NSError**)error {
  trace_call(self, _cmd);
  require_quality(self, _cmd, quality_of_service);
  require_error_pointer(self, _cmd, error);
  lock_surfaces();
  const BOOL evaluated = _running > 0;
  unlock_surfaces();
  if (evaluated) wrong_call(self, _cmd, @"the model is unloaded while it evaluates a request");
  if (call_fails(_cmd, error)) return NO;
  if (_loaded == NULL) {
    wrong_call(self, _cmd, @"the model is not loaded");
    return refuse(error, ane_domain, 6, @"Program is not loaded");
  }
  engine_release(_loaded);
  _loaded = NULL;
#ifndef ANE_STAND_IN_BARE
  _program->_owner = nil;
  [_program release];
  _program = nil;
#endif
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  [[NSFileManager defaultManager] removeItemAtPath:[directory_of(self) autorelease] error:NULL];
  [pool release];
  return YES;
}

#ifndef ANE_STAND_IN_BARE

- (BOOL)compiledModelExists {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL)) return NO;
  return is_compiled(_identifier);
}

- (void)purgeCompiledModel {
  trace_call(self, _cmd);
  if (!call_fails(_cmd, NULL)) purge_compiled(_identifier);
}

// nil until the model is loaded.
- (NSDictionary*)modelAttributes {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL) || _loaded == NULL) return nil;
  return hand_out(attributes_of(_loaded));
}

- (_ANEModel*)model {
  trace_call(self, _cmd);
  return call_fails(_cmd, NULL) ? nil : _model;
}

- (_ANEProgramForEvaluation*)program {
  trace_call(self, _cmd);
  return call_fails(_cmd, NULL) ? nil : _program;
}

- (uint64_t)programHandle {
  trace_call(self, _cmd);
  return _loaded == NULL ? 0 : _number << 16;
}

// 0 where models are in memory (libane, ironmill, maderix).
- (uint64_t)intermediateBufferHandle {
  trace_call(self, _cmd);
  return 0;
}

- (signed char)queueDepth {
  trace_call(self, _cmd);
  return _queue_depth;
}

- (void)setQueueDepth:(signed char)depth {
  trace_call(self, _cmd);
  _queue_depth = depth;
}

- (NSUInteger)state {
  trace_call(self, _cmd);
  return _loaded == NULL ? 1 : 3;
}

- (uint64_t)string_id {
  trace_call(self, _cmd);
  return _number;
}

- (uint32_t)perfStatsMask {
  trace_call(self, _cmd);
  return _mask;
}

- (void)setPerfStatsMask:(uint32_t)mask {
  trace_call(self, _cmd);
  _mask = mask;
}

- (BOOL)isMILModel {
  trace_call(self, _cmd);
  return YES;
}

- (NSString*)localModelPath {
  trace_call(self, _cmd);
  return hand_out(directory_of(self));
}

- (_ANEClient*)sharedConnection {
  trace_call(self, _cmd);
  return [_ANEClient sharedConnection];
}

- (_ANEInMemoryModelDescriptor*)descriptor {
  trace_call(self, _cmd);
  return _descriptor;
}

// What is known of it is how it fails (libane, ane-infer).
- (BOOL)mapIOSurfacesWithRequest:(_ANERequest*)request cacheInference:(BOOL)cache error:(NSError**)error {
  trace_call(self, _cmd);
  require_class(self, _cmd, "request", request, [_ANERequest class]);
  (void)cache;
  return refuse(error, ane_domain, 13, @"Program IOSurfaces map failure (0x12)");
}

#endif

@end
