// SPDX-License-Identifier: MIT
// What every method of the stand-in begins with.
#pragma once

#import <Foundation/Foundation.h>

#import "object.h"
#include "record.h"
#include "settings.h"

extern NSString* const ane_domain;
extern NSString* const compiler_domain;

// +0, as the framework hands them out. An underlying error where `underlying` is not nil.
NSError* ane_error(NSString* domain, NSInteger code, NSString* text, NSString* underlying);

// Fills an NSError** that may be NULL, and answers NO.
BOOL refuse(NSError** error, NSString* domain, NSInteger code, NSString* text);

void trace_call(id self, SEL selector);

// A violation of the caller's: "-[_ANERequest validate]: ...".
void wrong_call(id self, SEL selector, NSString* format, ...);

// The same, and NSInvalidArgumentException.
void wrong_argument(id self, SEL selector, NSString* format, ...) __attribute__((noreturn));

void require_class(id self, SEL selector, const char* what, id argument, Class wanted);
void require_options(id self, SEL selector, id options);                       // never nil: @{}
void require_quality(id self, SEL selector, unsigned quality_of_service);      // 0 to 63 (maderix, m5result)
void require_error_pointer(id self, SEL selector, NSError** error);

// Whether a command says that this call is to fail: then the error is filled, or the exception raised.
BOOL call_fails(SEL selector, NSError** error);
