// SPDX-License-Identifier: MIT
// The classes of AppleNeuralEngine.framework. Names, selectors and types are those that public code calls and class dumps show
// (maderix, Orion, libane, tmc, nano). Where ANE_STAND_IN_BARE is defined only what every version of the framework has is there.
#pragma once

#include "engine.h"
#include "object.h"
#include "surface.h"

@class _ANEInMemoryModel;

@interface _ANEInMemoryModelDescriptor : ANEStandInObject {
 @public
  NSData* _mil_text;
  NSDictionary* _weights;
  id _options;
}
+ (id)modelWithMILText:(NSData*)text weights:(NSDictionary*)weights optionsPlist:(id)options;
@end

// What -hexStringIdentifier says: <hash of the text>_<of the weights>_<of the options> (nano). +1.
NSString* identifier_of(_ANEInMemoryModelDescriptor* descriptor);

@interface _ANEIOSurfaceObject : ANEStandInObject {
 @public
  IOSurface* _surface;
}
+ (id)objectWithIOSurface:(IOSurface*)surface;
@end

@interface _ANERequest : ANEStandInObject {
 @public
  NSArray* _inputs;
  NSArray* _input_indices;
  NSArray* _outputs;
  NSArray* _output_indices;
  NSArray* _statistics;
  NSNumber* _procedure;
  int _running;            // evaluations, under lock_surfaces()
  uint64_t _evaluated_by;  // the number of the model that it was first evaluated by
  _ANERequest* _next;      // of the living
}
+ (id)requestWithInputs:(NSArray*)inputs
           inputIndices:(NSArray*)input_indices
                outputs:(NSArray*)outputs
          outputIndices:(NSArray*)output_indices
          weightsBuffer:(id)weights_buffer
              perfStats:(NSArray*)statistics
         procedureIndex:(NSNumber*)procedure;
@end

// Records a violation where another living request binds the same surfaces to the same model.
void note_evaluated_by(id self, SEL selector, _ANERequest* request, uint64_t model);

#ifndef ANE_STAND_IN_BARE

@interface _ANEProgramForEvaluation : ANEStandInObject {
 @public
  _ANEInMemoryModel* _owner;  // not retained
}
@end

@interface _ANEModel : ANEStandInObject {
 @public
  _ANEInMemoryModel* _owner;  // not retained
  uint32_t _mask;
}
@end

@interface _ANEPerformanceStats : ANEStandInObject {
 @public
  uint64_t _nanoseconds;
}
@end

@interface _ANEClient : ANEStandInObject
+ (id)sharedConnection;
@end

#endif

@interface _ANEInMemoryModel : ANEStandInObject {
 @public
  _ANEInMemoryModelDescriptor* _descriptor;
  NSString* _identifier;
  BOOL _compiled;  // by this object
  engine_program* _loaded;
  int _running;  // evaluations, under lock_surfaces()
  uint64_t _number;
#ifndef ANE_STAND_IN_BARE
  uint32_t _mask;
  BOOL _measures;  // a mask was set when it was loaded
  signed char _queue_depth;
  _ANEModel* _model;
  _ANEProgramForEvaluation* _program;
#endif
}
+ (id)inMemoryModelWithDescriptor:(_ANEInMemoryModelDescriptor*)descriptor;
@end

// The evaluation behind every way to ask for one. `status` is what the device answers, 0 where all is well.
BOOL evaluate(_ANEInMemoryModel* model, id self, SEL selector, id request, uint32_t* status, NSError** error);
