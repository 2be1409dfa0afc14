// SPDX-License-Identifier: MIT
#import "object.h"

#include <objc/runtime.h>
#include <pthread.h>
#include <stdlib.h>

#include "record.h"

static pthread_mutex_t graveyard_lock = PTHREAD_MUTEX_INITIALIZER;
static ANEStandInObject* graveyard;

static BOOL has_pool(id object) {
  if ([NSAutoreleasePool currentPool] != nil) return YES;
  violation("%s is autoreleased without an autorelease pool in place", object_getClassName(object));
  return NO;
}

// In a pool in an object's place, so that what the pool releases can be told from what the caller releases.
@interface ANEStandInPooled : NSObject {
 @public
  ANEStandInObject* _object;
}
@end

@interface ANEStandInObject (Pooled)
- (void)release_by_pool;
@end

@implementation ANEStandInPooled

- (void)dealloc {
  [_object release_by_pool];
  [super dealloc];
}

@end

static void die(ANEStandInObject* object, int pooled) {
  const char* name = object_getClassName(object);
  if (pooled > 0) violation("a %s is released too often: its last reference belongs to an autorelease pool", name);
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  [object dies];
  [pool release];
  count_live(name, -1);
  object->_died_as = name;
  object_setClass(object, [ANEStandInDead class]);
  pthread_mutex_lock(&graveyard_lock);
  object->_next_dead = graveyard;
  graveyard = object;
  pthread_mutex_unlock(&graveyard_lock);
}

@implementation ANEStandInObject

+ (id)allocWithZone:(NSZone*)zone {
  ANEStandInObject* object = (ANEStandInObject*)NSAllocateObject(self, 0, zone);
  object->_references = 1;
  count_live(class_getName(self), 1);
  return object;
}

- (id)retain {
  trace(trace_ownership, "-[%s retain]", object_getClassName(self));
  __atomic_add_fetch(&_references, 1, __ATOMIC_ACQ_REL);
  return self;
}

- (oneway void)release {
  trace(trace_ownership, "-[%s release]", object_getClassName(self));
  if (_immortal && _references == 1) {
    violation("a %s is released that nobody retained: it belongs to its class", object_getClassName(self));
    return;
  }
  if (__atomic_sub_fetch(&_references, 1, __ATOMIC_ACQ_REL) == 0) die(self, __atomic_load_n(&_pooled, __ATOMIC_ACQUIRE));
}

- (void)release_by_pool {
  __atomic_sub_fetch(&_pooled, 1, __ATOMIC_ACQ_REL);
  if (__atomic_sub_fetch(&_references, 1, __ATOMIC_ACQ_REL) == 0) die(self, 0);
}

- (id)autorelease {
  trace(trace_ownership, "-[%s autorelease]", object_getClassName(self));
  if (!has_pool(self)) return self;
  __atomic_add_fetch(&_pooled, 1, __ATOMIC_ACQ_REL);
  ANEStandInPooled* pooled = [ANEStandInPooled new];
  pooled->_object = self;
  [pooled autorelease];
  return self;
}

- (NSUInteger)retainCount {
  return (NSUInteger)_references;
}

- (void)dies {
}

- (void)dealloc {
  violation("-dealloc is sent to a %s", object_getClassName(self));
  if (NO) [super dealloc];
}

@end

@implementation ANEStandInDead

static void sent(ANEStandInDead* dead, const char* selector) {
  violation("-%s is sent to a dead %s", selector, dead->_died_as);
}

- (id)retain {
  sent(self, "retain");
  return self;
}

- (oneway void)release {
  sent(self, "release");
}

// Its death has been recorded as one release too many.
- (void)release_by_pool {
  __atomic_sub_fetch(&_pooled, 1, __ATOMIC_ACQ_REL);
}

- (id)autorelease {
  sent(self, "autorelease");
  return self;
}

- (void)dealloc {
  sent(self, "dealloc");
  if (NO) [super dealloc];
}

- (BOOL)respondsToSelector:(SEL)selector {
  sent(self, "respondsToSelector:");
  return selector == NULL;
}

- (NSMethodSignature*)methodSignatureForSelector:(SEL)selector {
  return [objc_getClass(_died_as) instanceMethodSignatureForSelector:selector];
}

// Answers zero.
- (void)forwardInvocation:(NSInvocation*)invocation {
  sent(self, sel_getName([invocation selector]));
  char zeros[64] = {0};
  if ([[invocation methodSignature] methodReturnLength] > 0) [invocation setReturnValue:zeros];
}

@end

BOOL is_a(id object, Class wanted) {
  for (Class its = object == nil ? Nil : object_getClass(object); its != Nil; its = class_getSuperclass(its))
    if (its == wanted) return YES;
  return NO;
}

BOOL is_dead(id object) { return is_a(object, [ANEStandInDead class]); }

NSString* class_of(id object) {
  if (object == nil) return @"nil";
  if (is_dead(object)) return [NSString stringWithFormat:@"a dead %s", ((ANEStandInObject*)object)->_died_as];
  return [NSString stringWithFormat:@"a %s", object_getClassName(object)];
}

void free_the_dead(void) {
  pthread_mutex_lock(&graveyard_lock);
  ANEStandInObject** place = &graveyard;
  while (*place != nil) {
    ANEStandInObject* dead = *place;
    if (__atomic_load_n(&dead->_pooled, __ATOMIC_ACQUIRE) > 0) {  // a pool still knows it
      place = &dead->_next_dead;
      continue;
    }
    *place = dead->_next_dead;
    free(dead->_left);
    NSDeallocateObject(dead);
  }
  pthread_mutex_unlock(&graveyard_lock);
}

id hand_out(id object) {
  if (object == nil || is_a(object, [ANEStandInObject class])) return [object autorelease];
  return has_pool(object) ? [object autorelease] : object;
}
