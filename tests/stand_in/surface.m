// SPDX-License-Identifier: MIT
#import "surface.h"

#include <pthread.h>
#include <stdlib.h>

#include "call.h"
#include "engine.h"

#define EXPORTED __attribute__((visibility("default")))

// CFStringRef, which is NSString*; their values are those of IOSurface.framework.
EXPORTED NSString* const kIOSurfaceWidth = @"IOSurfaceWidth";
EXPORTED NSString* const kIOSurfaceHeight = @"IOSurfaceHeight";
EXPORTED NSString* const kIOSurfaceBytesPerElement = @"IOSurfaceBytesPerElement";
EXPORTED NSString* const kIOSurfaceBytesPerRow = @"IOSurfaceBytesPerRow";
EXPORTED NSString* const kIOSurfaceAllocSize = @"IOSurfaceAllocSize";
EXPORTED NSString* const kIOSurfacePixelFormat = @"IOSurfacePixelFormat";

enum { io_success = 0, io_error = (int)0xe00002bc, io_bad_argument = (int)0xe00002c2, io_not_locked = (int)0xe00002cd };

static pthread_mutex_t surfaces_mutex = PTHREAD_MUTEX_INITIALIZER;

void lock_surfaces(void) { pthread_mutex_lock(&surfaces_mutex); }
void unlock_surfaces(void) { pthread_mutex_unlock(&surfaces_mutex); }

int locks_of(IOSurface* surface) { return surface->_locks[0] + surface->_locks[1] + surface->_locks[2] + surface->_locks[3]; }

BOOL locked_for_writing(IOSurface* surface) { return surface->_locks[0] + surface->_locks[lock_avoid_sync] > 0; }

void look_for_unlocked_writing(IOSurface* surface, const char* when) {
  if (!surface->_known || surface->_writers > 0 || !surfaces_watched()) return;
  const uint64_t found = engine_fingerprint(surface->_bytes, surface->_size);
  if (found != surface->_fingerprint)
    violation("a surface of %zu bytes was written without a lock for writing: seen %s", surface->_size, when);
  surface->_fingerprint = found;
}

void remember_contents(IOSurface* surface) {
  surface->_known = surface->_writers == 0 && surfaces_watched();
  if (surface->_known) surface->_fingerprint = engine_fingerprint(surface->_bytes, surface->_size);
}

@implementation IOSurface

- (void)dies {
  lock_surfaces();
  const int locks = locks_of(self);
  const BOOL evaluated = _readers + _writers > 0;
  unlock_surfaces();
  if (locks > 0) {
    violation("a surface of %zu bytes is freed while it is locked", _size);
    count_locked(-locks);
  }
  if (evaluated) violation("a surface of %zu bytes is freed while a request over it is evaluated", _size);
  if (evaluated)
    _left = _bytes;  // the evaluation still works in it
  else
    free(_bytes);
}

@end

static BOOL is_surface(id surface, const char* call) {
  if (is_a(surface, [IOSurface class])) return YES;
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  violation("%s: %s is no surface", call, [class_of(surface) UTF8String]);
  [pool release];
  return NO;
}

// A property's number; -1 where it is wrong.
static long long property(NSDictionary* properties, NSString* key, long long otherwise) {
  NSNumber* number = [properties objectForKey:key];
  if (number == nil) return otherwise;
  if (is_a(number, [NSNumber class]) && [number longLongValue] >= 0) return [number longLongValue];
  violation("IOSurfaceCreate: %s must be a number, at least 0", [key UTF8String]);
  return -1;
}

static BOOL keys_known(NSDictionary* properties) {
  NSArray* known = [NSArray arrayWithObjects:kIOSurfaceWidth, kIOSurfaceHeight, kIOSurfaceBytesPerElement, kIOSurfaceBytesPerRow,
                                             kIOSurfaceAllocSize, kIOSurfacePixelFormat, @"IOSurfaceCacheMode", @"IOSurfaceName", nil];
  for (id key in [properties allKeys]) {
    if ([known containsObject:key]) continue;
    violation("IOSurfaceCreate: there is no property '%s'", [[key description] UTF8String]);
    return NO;
  }
  return YES;
}

// +1. The bytes that the properties ask for, 0 where they contradict each other.
static size_t size_asked(NSDictionary* properties) {
  const long long width = property(properties, kIOSurfaceWidth, 0);
  const long long height = property(properties, kIOSurfaceHeight, 0);
  const long long element = property(properties, kIOSurfaceBytesPerElement, 1);
  if (!keys_known(properties) || width < 0 || height < 0 || element < 0) return 0;
  const long long row = property(properties, kIOSurfaceBytesPerRow, width * element);
  const long long size = property(properties, kIOSurfaceAllocSize, row * height);
  if (property(properties, kIOSurfacePixelFormat, 0) < 0 || row < 0 || size < 0) return 0;
  if (width * element <= row && row * height <= size && size > 0) return (size_t)size;
  violation("IOSurfaceCreate: width %lld of %lld bytes, rows of %lld bytes, height %lld, %lld bytes in all", width, element, row, height,
            size);
  return 0;
}

EXPORTED IOSurface* IOSurfaceCreate(NSDictionary* properties) {
  trace(trace_calls, "IOSurfaceCreate");
  struct failure how;
  if (failure_due("IOSurfaceCreate", &how)) return nil;
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  size_t size = 0;
  if (is_a(properties, [NSDictionary class]))
    size = size_asked(properties);
  else
    violation("IOSurfaceCreate: the properties are %s", [class_of(properties) UTF8String]);
  [pool release];
  void* bytes = NULL;
  if (size == 0 || posix_memalign(&bytes, 16384, size) != 0) return nil;
  memset(bytes, 0, size);
  IOSurface* surface = [[IOSurface alloc] init];
  surface->_bytes = bytes;
  surface->_size = size;
  remember_contents(surface);
  return surface;
}

static const char* lock_name(uint32_t options) { return options & lock_read_only ? "read" : "write"; }

EXPORTED int IOSurfaceLock(IOSurface* surface, uint32_t options, uint32_t* seed) {
  trace(trace_calls, "IOSurfaceLock(%s)", lock_name(options));
  struct failure how;
  if (failure_due("IOSurfaceLock", &how)) return io_error;
  if (!is_surface(surface, "IOSurfaceLock")) return io_bad_argument;
  if (options > 3) {
    violation("IOSurfaceLock: there are no options %u", options);
    return io_bad_argument;
  }
  if (seed != NULL) *seed = 0;
  lock_surfaces();
  if (surface->_writers > 0 || (surface->_readers > 0 && !(options & lock_read_only)))
    violation("IOSurfaceLock(%s): a surface is locked while an evaluation %s it", lock_name(options),
              surface->_writers > 0 ? "writes" : "reads");
  if (locks_of(surface) == 0) {
    look_for_unlocked_writing(surface, "when it was locked");
    surface->_written = NO;
  }
  if (!(options & lock_read_only)) surface->_written = YES;
  ++surface->_locks[options];
  unlock_surfaces();
  count_locked(1);
  return io_success;
}

EXPORTED int IOSurfaceUnlock(IOSurface* surface, uint32_t options, uint32_t* seed) {
  trace(trace_calls, "IOSurfaceUnlock(%s)", lock_name(options));
  struct failure how;
  const BOOL fails = failure_due("IOSurfaceUnlock", &how);
  if (!is_surface(surface, "IOSurfaceUnlock")) return io_bad_argument;
  if (seed != NULL) *seed = 0;
  lock_surfaces();
  if (locks_of(surface) == 0) {
    unlock_surfaces();
    violation("IOSurfaceUnlock(%s): the surface is not locked", lock_name(options));
    return io_not_locked;
  }
  uint32_t held = options;
  if (options > 3 || surface->_locks[options] == 0) {
    for (held = 0; surface->_locks[held] == 0;) ++held;
    violation("IOSurfaceUnlock: the options are %u, those of the lock %u", options, held);
  }
  --surface->_locks[held];
  if (locks_of(surface) == 0) {
    if (!surface->_written) look_for_unlocked_writing(surface, "when a lock for reading ended");
    remember_contents(surface);
  }
  unlock_surfaces();
  count_locked(-1);
  return fails ? io_error : io_success;
}

EXPORTED void* IOSurfaceGetBaseAddress(IOSurface* surface) {
  trace(trace_calls, "IOSurfaceGetBaseAddress");
  struct failure how;
  if (failure_due("IOSurfaceGetBaseAddress", &how) || !is_surface(surface, "IOSurfaceGetBaseAddress")) return NULL;
  lock_surfaces();
  const int locks = locks_of(surface);
  unlock_surfaces();
  if (locks == 0) violation("IOSurfaceGetBaseAddress: the surface is not locked");
  return surface->_bytes;
}

EXPORTED size_t IOSurfaceGetAllocSize(IOSurface* surface) {
  trace(trace_calls, "IOSurfaceGetAllocSize");
  struct failure how;
  if (failure_due("IOSurfaceGetAllocSize", &how) || !is_surface(surface, "IOSurfaceGetAllocSize")) return 0;
  return surface->_size;
}

// The real ones crash on NULL.
EXPORTED id CFRetain(id object) {
  trace(trace_calls, "CFRetain");
  if (object == nil) violation("CFRetain: NULL");
  return [object retain];
}

EXPORTED void CFRelease(id object) {
  trace(trace_calls, "CFRelease");
  if (object == nil) violation("CFRelease: NULL");
  [object release];
}
