// SPDX-License-Identifier: MIT
#import "object.h"

#include "control.h"
#include "record.h"
#include "settings.h"

#ifndef ANE_STAND_IN_EMPTY
#include "compiled.h"
#endif

void ane_stand_in_reset(void) {
  forget_settings();
#ifndef ANE_STAND_IN_EMPTY
  forget_compiled();
#endif
  free_the_dead();
  forget_records();
}
