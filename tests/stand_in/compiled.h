// SPDX-License-Identifier: MIT
// Programs that have been compiled, by their identifiers: what the real daemon keeps from one process to the next.
#pragma once

#import <Foundation/Foundation.h>

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

BOOL is_compiled(NSString* identifier);
engine_program* compiled_program(NSString* identifier);  // +1, or NULL
void keep_compiled(NSString* identifier, engine_program* program);
void purge_compiled(NSString* identifier);
void forget_compiled(void);

#ifdef __cplusplus
}
#endif
