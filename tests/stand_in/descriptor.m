// SPDX-License-Identifier: MIT
#include "call.h"
#include "classes.h"

@implementation _ANEInMemoryModelDescriptor

// Weights that are nil crash the real one or fail silently (Orion, libane).
static void require_weights(id self, SEL selector, NSDictionary* weights) {
  require_class(self, selector, "weights", weights, [NSDictionary class]);
  for (id key in [weights allKeys]) {
    require_class(self, selector, "weights' key", key, [NSString class]);
    NSDictionary* file = [weights objectForKey:key];
    require_class(self, selector, "weights' entry", file, [NSDictionary class]);
    require_class(self, selector, "weights' offset", [file objectForKey:@"offset"], [NSNumber class]);
    require_class(self, selector, "weights' data", [file objectForKey:@"data"], [NSData class]);
    if ([file count] != 2) wrong_call(self, selector, @"the entry '%@' has more than an offset and data", key);
    if (![key hasPrefix:@"@model_path/"] || [key rangeOfString:@".."].length > 0)
      wrong_call(self, selector, @"the key '%@' does not lie under @model_path/", key);
  }
}

+ (id)modelWithMILText:(NSData*)text weights:(NSDictionary*)weights optionsPlist:(id)options {
  trace_call(self, _cmd);
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  require_class(self, _cmd, "MIL text", text, [NSData class]);
  require_weights(self, _cmd, weights);
  if (options != nil && !is_a(options, [NSDictionary class]) && !is_a(options, [NSData class]))
    wrong_argument(self, _cmd, @"the options plist is %@", class_of(options));
  [pool release];
  if (call_fails(_cmd, NULL)) return nil;
  _ANEInMemoryModelDescriptor* made = [[self alloc] init];
  made->_mil_text = [text copy];
  made->_weights = [weights copy];
  made->_options = [options retain];
  return hand_out(made);
}

- (void)dies {
  [_mil_text release];
  [_weights release];
  [_options release];
}

static NSString* hash_of(const void* bytes, size_t size) {
  char hex[65];
  engine_hash(bytes, size, hex);
  return [NSString stringWithUTF8String:hex];
}

static NSString* text_hash(_ANEInMemoryModelDescriptor* self) { return hash_of([self->_mil_text bytes], [self->_mil_text length]); }

static NSString* weights_hash(_ANEInMemoryModelDescriptor* self) {
  NSMutableData* all = [NSMutableData data];
  for (NSString* key in [[self->_weights allKeys] sortedArrayUsingSelector:@selector(compare:)]) {
    [all appendData:[key dataUsingEncoding:NSUTF8StringEncoding]];
    [all appendData:[[self->_weights objectForKey:key] objectForKey:@"data"]];
  }
  return hash_of([all bytes], [all length]);
}

static NSString* options_hash(_ANEInMemoryModelDescriptor* self) {
  NSData* told = [[self->_options description] dataUsingEncoding:NSUTF8StringEncoding];
  return hash_of([told bytes], [told length]);
}

NSString* identifier_of(_ANEInMemoryModelDescriptor* self) {
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  NSString* made = [[NSString alloc] initWithFormat:@"%@_%@_%@", text_hash(self), weights_hash(self), options_hash(self)];
  [pool release];
  return made;
}

#ifndef ANE_STAND_IN_BARE

- (NSString*)networkTextHash {
  trace_call(self, _cmd);
  return text_hash(self);
}

- (NSString*)weightsHash {
  trace_call(self, _cmd);
  return weights_hash(self);
}

- (NSString*)optionsPlistHash {
  trace_call(self, _cmd);
  return options_hash(self);
}

#endif

@end
