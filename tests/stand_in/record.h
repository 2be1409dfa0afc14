// SPDX-License-Identifier: MIT
// The stand-in's memory of what it was asked and what was wrong with it.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

enum trace_level { trace_off, trace_calls, trace_ownership };

void set_trace(enum trace_level level);
void trace(enum trace_level least, const char* format, ...) __attribute__((format(printf, 2, 3)));

void violation(const char* format, ...) __attribute__((format(printf, 1, 2)));

void count_live(const char* class_name, int change);
void count_locked(int change);

void forget_records(void);

#ifdef __cplusplus
}
#endif
