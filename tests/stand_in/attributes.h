// SPDX-License-Identifier: MIT
// -modelAttributes: what a loaded program says of itself.
#pragma once

#import <Foundation/Foundation.h>

#include "engine.h"

NSDictionary* attributes_of(const engine_program* program);  // +1, or nil
