// SPDX-License-Identifier: MIT
// Objects that count who holds them, and notice those who do not.
#pragma once

#import <Foundation/Foundation.h>

// The class of all that the stand-in hands out. An object whose count falls to zero is not freed but becomes an
// ANEStandInDead, which records every later message; only the reset frees it.
@interface ANEStandInObject : NSObject {
 @public
  int _references;
  int _pooled;     // releases that autorelease pools still owe
  BOOL _immortal;  // the shared connection, which belongs to its class
  const char* _died_as;
  void* _left;  // memory that is freed with a dead object
  ANEStandInObject* _next_dead;
}

// Gives back what the object holds; called once, instead of -dealloc.
- (void)dies;

@end

@interface ANEStandInDead : ANEStandInObject
@end

// Like the functions of <objc/runtime.h>, without a message to the object, which may be dead.
BOOL is_a(id object, Class wanted);
BOOL is_dead(id object);
NSString* class_of(id object);  // "a NSString", "a dead _ANERequest", "nil"

void free_the_dead(void);

// Autoreleases what a method hands out. Without a pool the object stays: on Apple's systems it would leak, too.
id hand_out(id object);
