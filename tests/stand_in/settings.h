// SPDX-License-Identifier: MIT
// What the commands have set.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum failure_kind { fail_not, fail_error, fail_exception, fail_nil, fail_no };

struct failure {
  enum failure_kind kind;
  char name[128];  // the error's domain, or the exception's name
  long code;
  char text[512];
  char underlying[128];  // empty: none
};

// Whether this call, one of those to come, is to fail. Waits first where the call is to be slow.
bool failure_due(const char* call, struct failure* how);

enum attributes_told { attributes_on, attributes_off, attributes_wrong, attributes_planes, attributes_suffixed };

enum attributes_told told_attributes(void);
uint64_t hardware_nanoseconds(void);
void chip_name(char* name, unsigned long capacity);
bool surfaces_watched(void);

// Whether this evaluation, one of those to come, is to compute wrongly.
bool wrong_due(void);

void forget_settings(void);

#ifdef __cplusplus
}
#endif
