// SPDX-License-Identifier: MIT
#import "compiled.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static NSMutableDictionary* programs;  // identifier -> NSValue of an engine_program, retained

engine_program* compiled_program(NSString* identifier) {
  pthread_mutex_lock(&mutex);
  engine_program* program = engine_retain([[programs objectForKey:identifier] pointerValue]);
  pthread_mutex_unlock(&mutex);
  return program;
}

BOOL is_compiled(NSString* identifier) {
  pthread_mutex_lock(&mutex);
  const BOOL known = [programs objectForKey:identifier] != nil;
  pthread_mutex_unlock(&mutex);
  return known;
}

void keep_compiled(NSString* identifier, engine_program* program) {
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  pthread_mutex_lock(&mutex);
  if (programs == nil) programs = [[NSMutableDictionary alloc] init];
  engine_release([[programs objectForKey:identifier] pointerValue]);
  [programs setObject:[NSValue valueWithPointer:engine_retain(program)] forKey:identifier];
  pthread_mutex_unlock(&mutex);
  [pool release];
}

void purge_compiled(NSString* identifier) {
  pthread_mutex_lock(&mutex);
  engine_release([[programs objectForKey:identifier] pointerValue]);
  [programs removeObjectForKey:identifier];
  pthread_mutex_unlock(&mutex);
}

void forget_compiled(void) {
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  for (NSString* identifier in [programs allKeys]) purge_compiled(identifier);
  [pool release];
}
