// SPDX-License-Identifier: MIT
#import "call.h"

#include <objc/runtime.h>
#include <string.h>

NSString* const ane_domain = @"com.apple.appleneuralengine";
NSString* const compiler_domain = @"com.apple.appleneuralengine.compiler";

NSError* ane_error(NSString* domain, NSInteger code, NSString* text, NSString* underlying) {
  NSMutableDictionary* told = [[NSMutableDictionary alloc] init];
  [told setObject:text forKey:NSLocalizedDescriptionKey];
  if (underlying != nil) {
    NSDictionary* why = [[NSDictionary alloc] initWithObjectsAndKeys:underlying, NSLocalizedDescriptionKey, nil];
    NSError* below = [[NSError alloc] initWithDomain:underlying code:1 userInfo:why];
    [told setObject:below forKey:NSUnderlyingErrorKey];
    [below release];
    [why release];
  }
  NSError* error = [[NSError alloc] initWithDomain:domain code:code userInfo:told];
  [told release];
  return hand_out(error);
}

BOOL refuse(NSError** error, NSString* domain, NSInteger code, NSString* text) {
  if (error != NULL) *error = ane_error(domain, code, text, nil);
  return NO;
}

static NSString* call_of(id self, SEL selector) {
  const BOOL of_class = class_isMetaClass(object_getClass(self));
  return [NSString stringWithFormat:@"%c[%s %s]", of_class ? '+' : '-', of_class ? class_getName((Class)self) : object_getClassName(self),
                                    sel_getName(selector)];
}

void trace_call(id self, SEL selector) {
  const BOOL of_class = class_isMetaClass(object_getClass(self));
  trace(trace_calls, "%c[%s %s]", of_class ? '+' : '-', of_class ? class_getName((Class)self) : object_getClassName(self),
        sel_getName(selector));
}

void wrong_call(id self, SEL selector, NSString* format, ...) {
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  va_list arguments;
  va_start(arguments, format);
  NSString* text = [[[NSString alloc] initWithFormat:format arguments:arguments] autorelease];
  va_end(arguments);
  violation("%s: %s", [call_of(self, selector) UTF8String], [text UTF8String]);
  [pool release];
}

void wrong_argument(id self, SEL selector, NSString* format, ...) {
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  va_list arguments;
  va_start(arguments, format);
  NSString* text = [[[NSString alloc] initWithFormat:format arguments:arguments] autorelease];
  va_end(arguments);
  NSString* reason = [[NSString alloc] initWithFormat:@"%@: %@", call_of(self, selector), text];
  violation("%s", [reason UTF8String]);
  [pool release];
  @throw hand_out([[NSException alloc] initWithName:NSInvalidArgumentException reason:hand_out(reason) userInfo:nil]);
}

void require_class(id self, SEL selector, const char* what, id argument, Class wanted) {
  if (is_a(argument, wanted)) return;
  wrong_argument(self, selector, @"the %s must be a %s, not %@", what, class_getName(wanted), class_of(argument));
}

void require_options(id self, SEL selector, id options) { require_class(self, selector, "options", options, [NSDictionary class]); }

void require_quality(id self, SEL selector, unsigned quality_of_service) {
  if (quality_of_service > 63) wrong_argument(self, selector, @"the quality of service is %u, beyond 63", quality_of_service);
}

void require_error_pointer(id self, SEL selector, NSError** error) {
  if (error == NULL) wrong_argument(self, selector, @"the error pointer is NULL");
}

BOOL call_fails(SEL selector, NSError** error) {
  struct failure how;
  if (!failure_due(sel_getName(selector), &how)) return NO;
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  NSString* name = [[NSString alloc] initWithUTF8String:how.name];
  NSString* text = [[NSString alloc] initWithUTF8String:how.text];
  NSString* underlying = how.underlying[0] == 0 ? nil : [NSString stringWithUTF8String:how.underlying];
  NSError* made = nil;
  NSException* raised = nil;
  if (how.kind == fail_error) made = [ane_error(name, how.code, text, underlying) retain];
  if (how.kind == fail_exception) raised = [[NSException alloc] initWithName:name reason:text userInfo:nil];
  [name release];
  [text release];
  [pool release];
  if (raised != nil) @throw hand_out(raised);
  if (error != NULL && made != nil)
    *error = hand_out(made);
  else
    [made release];
  return YES;
}
