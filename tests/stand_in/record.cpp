// SPDX-License-Identifier: MIT
#include "record.h"

#include <cstdarg>
#include <cstdio>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "control.h"

namespace {

constexpr std::size_t most_lines = 100000;

struct Record {
  std::mutex mutex;
  trace_level level = trace_off;
  std::deque<std::string> calls;
  std::deque<std::string> violations;
  std::map<std::string, int> live;
  int locked = 0;
};

// Never destroyed: objects die after main, too.
Record& record() {
  static Record& only = *new Record;
  return only;
}

void add(std::deque<std::string>& lines, const char* format, std::va_list arguments) {
  char line[1024];
  std::vsnprintf(line, sizeof line, format, arguments);
  if (lines.size() < most_lines) lines.emplace_back(line);
}

const char* line_of(const std::deque<std::string>& lines, std::size_t i) {
  const std::lock_guard guard{record().mutex};
  return i < lines.size() ? lines[i].c_str() : nullptr;  // a deque's strings stay where they are
}

std::size_t size_of(const std::deque<std::string>& lines) {
  const std::lock_guard guard{record().mutex};
  return lines.size();
}

}  // namespace

extern "C" {

void set_trace(trace_level level) {
  const std::lock_guard guard{record().mutex};
  record().level = level;
}

void trace(trace_level least, const char* format, ...) {
  const std::lock_guard guard{record().mutex};
  if (record().level < least) return;
  std::va_list arguments;
  va_start(arguments, format);
  add(record().calls, format, arguments);
  va_end(arguments);
}

void violation(const char* format, ...) {
  const std::lock_guard guard{record().mutex};
  std::va_list arguments;
  va_start(arguments, format);
  add(record().violations, format, arguments);
  va_end(arguments);
}

void count_live(const char* class_name, int change) {
  const std::lock_guard guard{record().mutex};
  record().live[class_name] += change;
}

void count_locked(int change) {
  const std::lock_guard guard{record().mutex};
  record().locked += change;
}

void forget_records(void) {
  const std::lock_guard guard{record().mutex};
  record().level = trace_off;
  record().calls.clear();
  record().violations.clear();
}

std::size_t ane_stand_in_calls(void) { return size_of(record().calls); }
const char* ane_stand_in_call(std::size_t i) { return line_of(record().calls, i); }

std::size_t ane_stand_in_violations(void) { return size_of(record().violations); }
const char* ane_stand_in_violation(std::size_t i) { return line_of(record().violations, i); }

std::size_t ane_stand_in_live(const char* class_name) {
  const std::lock_guard guard{record().mutex};
  int sum = 0;
  for (const auto& [name, count] : record().live)
    if (class_name == nullptr || name == class_name) sum += count;
  return static_cast<std::size_t>(sum);
}

std::size_t ane_stand_in_locked(void) {
  const std::lock_guard guard{record().mutex};
  return static_cast<std::size_t>(record().locked);
}

}  // extern "C"
