// SPDX-License-Identifier: MIT
// One evaluation as one writes it in Objective-C: with a pool of its own, and the bare call.
#import <Foundation/Foundation.h>

@interface NSObject (Evaluates)
- (BOOL)evaluateWithQoS:(unsigned)quality_of_service options:(NSDictionary*)options request:(id)request error:(NSError**)error;
@end

__attribute__((visibility("default"))) int evaluate_bare(id model, id options, id request) {
  NSError* error = nil;
  return [model evaluateWithQoS:21 options:options request:request error:&error];
}

__attribute__((visibility("default"))) int evaluate_in_pool(id model, id options, id request) {
  NSAutoreleasePool* pool = [[NSAutoreleasePool alloc] init];
  NSError* error = nil;
  const BOOL done = [model evaluateWithQoS:21 options:options request:request error:&error];
  [pool release];
  return done;
}
