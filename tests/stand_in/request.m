// SPDX-License-Identifier: MIT
#include "call.h"
#include "classes.h"

static _ANERequest* living;  // under lock_surfaces()

static IOSurface* surface_at(NSArray* bound, NSUInteger i) { return ((_ANEIOSurfaceObject*)[bound objectAtIndex:i])->_surface; }

static void require_all(id self, SEL selector, const char* what, NSArray* array, Class wanted) {
  require_class(self, selector, what, array, [NSArray class]);
  for (NSUInteger i = 0; i < [array count]; ++i)
    if (!is_a([array objectAtIndex:i], wanted))
      wrong_argument(self, selector, @"the %s must be %s objects, number %lu is %@", what, class_getName(wanted), (unsigned long)i,
                     class_of([array objectAtIndex:i]));
}

// -validate sends it -count, so that a single object raises (ane-bridge).
static void require_statistics(id self, SEL selector, NSArray* statistics) {
  if (statistics == nil) return;
#ifdef ANE_STAND_IN_BARE
  require_class(self, selector, "perfStats", statistics, [NSArray class]);
#else
  require_all(self, selector, "perfStats", statistics, [_ANEPerformanceStats class]);
#endif
}

static BOOL binds(NSArray* bound, IOSurface* surface, NSUInteger before) {
  for (NSUInteger i = 0; i < before; ++i)
    if (surface_at(bound, i) == surface) return YES;
  return NO;
}

// Whether an output may be an input of the same request is established for no private call.
static void look_at_surfaces(id self, SEL selector, NSArray* inputs, NSArray* outputs) {
  for (NSUInteger i = 0; i < [outputs count]; ++i) {
    IOSurface* surface = surface_at(outputs, i);
    if (binds(inputs, surface, [inputs count])) wrong_call(self, selector, @"output %lu is an input, too", (unsigned long)i);
    if (binds(outputs, surface, i)) wrong_call(self, selector, @"output %lu is another output, too", (unsigned long)i);
  }
  lock_surfaces();
  BOOL evaluated = NO;
  for (NSUInteger i = 0; i < [inputs count]; ++i) evaluated |= surface_at(inputs, i)->_readers + surface_at(inputs, i)->_writers > 0;
  for (NSUInteger i = 0; i < [outputs count]; ++i) evaluated |= surface_at(outputs, i)->_readers + surface_at(outputs, i)->_writers > 0;
  unlock_surfaces();
  if (evaluated) wrong_call(self, selector, @"a request is built over a surface while an evaluation uses it");
}

static BOOL same_surfaces(NSArray* a, NSArray* b) {
  if ([a count] != [b count]) return NO;
  for (NSUInteger i = 0; i < [a count]; ++i)
    if (surface_at(a, i) != surface_at(b, i)) return NO;
  return YES;
}

void note_evaluated_by(id self, SEL selector, _ANERequest* request, uint64_t model) {
  BOOL rebuilt = NO;
  lock_surfaces();
  if (request->_evaluated_by == 0) {
    request->_evaluated_by = model;
    for (_ANERequest* other = living; other != nil; other = other->_next)
      rebuilt |= other != request && other->_evaluated_by == model && [other->_procedure isEqual:request->_procedure] &&
                 same_surfaces(other->_inputs, request->_inputs) && same_surfaces(other->_outputs, request->_outputs);
  }
  unlock_surfaces();
  if (rebuilt) wrong_call(self, selector, @"the request is rebuilt: another one binds the same surfaces to the same model");
}

@implementation _ANERequest

+ (id)requestWithInputs:(NSArray*)inputs
           inputIndices:(NSArray*)input_indices
                outputs:(NSArray*)outputs
          outputIndices:(NSArray*)output_indices
          weightsBuffer:(id)weights_buffer
              perfStats:(NSArray*)statistics
         procedureIndex:(NSNumber*)procedure {
  trace_call(self, _cmd);
  require_all(self, _cmd, "inputs", inputs, [_ANEIOSurfaceObject class]);
  require_all(self, _cmd, "inputIndices", input_indices, [NSNumber class]);
  require_all(self, _cmd, "outputs", outputs, [_ANEIOSurfaceObject class]);
  require_all(self, _cmd, "outputIndices", output_indices, [NSNumber class]);
  if (weights_buffer != nil) wrong_argument(self, _cmd, @"the weightsBuffer is %@: nobody knows what it does", class_of(weights_buffer));
  require_statistics(self, _cmd, statistics);
  require_class(self, _cmd, "procedureIndex", procedure, [NSNumber class]);
  look_at_surfaces(self, _cmd, inputs, outputs);
  if (call_fails(_cmd, NULL)) return nil;
  _ANERequest* made = [[self alloc] init];
  made->_inputs = [inputs copy];
  made->_input_indices = [input_indices copy];
  made->_outputs = [outputs copy];
  made->_output_indices = [output_indices copy];
  made->_statistics = [statistics copy];
  made->_procedure = [procedure retain];
  lock_surfaces();
  made->_next = living;
  living = made;
  unlock_surfaces();
  return hand_out(made);
}

- (void)dies {
  lock_surfaces();
  for (_ANERequest** place = &living; *place != nil; place = &(*place)->_next) {
    if (*place != self) continue;
    *place = _next;
    break;
  }
  const BOOL evaluated = _running > 0;
  unlock_surfaces();
  if (evaluated) violation("a _ANERequest is freed while it is evaluated");
  [_inputs release];
  [_input_indices release];
  [_outputs release];
  [_output_indices release];
  [_statistics release];
  [_procedure release];
}

#ifndef ANE_STAND_IN_BARE

+ (id)requestWithInputs:(NSArray*)inputs
           inputIndices:(NSArray*)input_indices
                outputs:(NSArray*)outputs
          outputIndices:(NSArray*)output_indices
         procedureIndex:(NSNumber*)procedure {
  return [self requestWithInputs:inputs
                    inputIndices:input_indices
                         outputs:outputs
                   outputIndices:output_indices
                   weightsBuffer:nil
                       perfStats:nil
                  procedureIndex:procedure];
}

+ (id)requestWithInputs:(NSArray*)inputs
           inputIndices:(NSArray*)input_indices
                outputs:(NSArray*)outputs
          outputIndices:(NSArray*)output_indices
              perfStats:(NSArray*)statistics
         procedureIndex:(NSNumber*)procedure {
  return [self requestWithInputs:inputs
                    inputIndices:input_indices
                         outputs:outputs
                   outputIndices:output_indices
                   weightsBuffer:nil
                       perfStats:statistics
                  procedureIndex:procedure];
}

+ (id)requestWithInputs:(NSArray*)inputs
           inputIndices:(NSArray*)input_indices
                outputs:(NSArray*)outputs
          outputIndices:(NSArray*)output_indices
          weightsBuffer:(id)weights_buffer
         procedureIndex:(NSNumber*)procedure {
  return [self requestWithInputs:inputs
                    inputIndices:input_indices
                         outputs:outputs
                   outputIndices:output_indices
                   weightsBuffer:weights_buffer
                       perfStats:nil
                  procedureIndex:procedure];
}

- (BOOL)validate {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL)) return NO;
  return [_inputs count] == [_input_indices count] && [_outputs count] == [_output_indices count] && [_outputs count] > 0;
}

- (void)setPerfStats:(NSArray*)statistics {
  trace_call(self, _cmd);
  require_statistics(self, _cmd, statistics);
  [_statistics autorelease];
  _statistics = [statistics copy];
}

- (NSArray*)perfStats {
  trace_call(self, _cmd);
  return _statistics;
}

- (NSArray*)perfStatsArray {
  trace_call(self, _cmd);
  return _statistics;
}

- (NSUInteger)ioSurfacesCount {
  trace_call(self, _cmd);
  return [_inputs count] + [_outputs count];
}

// On the in-memory path they crash a thread of the framework (libane, ane-bridge).
- (void)setSharedEvents:(id)events {
  trace_call(self, _cmd);
  if (events != nil) wrong_argument(self, _cmd, @"shared events crash where models are in memory");
}

- (void)setTransactionHandle:(id)handle {
  trace_call(self, _cmd);
  if (handle != nil) wrong_argument(self, _cmd, @"the transaction handle is %@", class_of(handle));
}

#endif

@end
