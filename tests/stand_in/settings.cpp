// SPDX-License-Identifier: MIT
#include "settings.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>

#include "control.h"
#include "record.h"

namespace {

struct Failure {
  std::string call;
  long skip = 0;
  long times = 0;  // 0: for ever
  failure how{};
};

struct Settings {
  std::list<Failure> failures;
  std::map<std::string, long> slow;
  attributes_told attributes = attributes_on;
  std::uint64_t hardware = 0;
  std::string chip = "h16g";
  bool watch = true;
  std::uint64_t wrong_every = 0;
  std::uint64_t evaluations = 0;
};

std::mutex& mutex() {
  static std::mutex& only = *new std::mutex;
  return only;
}

Settings& settings() {
  static Settings& only = *new Settings;
  return only;
}

template <std::size_t Size>
void copy(const std::string& text, char (&to)[Size]) {
  std::snprintf(to, Size, "%s", text.c_str());
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

std::string rest(std::istringstream& words) {
  std::string text;
  std::getline(words, text, '\0');
  return trimmed(text);
}

bool add_failure(std::istringstream& words) {
  Failure failure;
  std::string kind;
  if (!(words >> failure.call >> failure.skip >> failure.times >> kind)) return false;
  std::string name;
  if (kind == "error") {
    failure.how.kind = fail_error;
    if (!(words >> name >> failure.how.code)) return false;
    const std::string text = rest(words);
    const std::size_t bar = text.find('|');
    copy(trimmed(text.substr(0, bar)), failure.how.text);
    if (bar != std::string::npos) copy(trimmed(text.substr(bar + 1)), failure.how.underlying);
  } else if (kind == "exception") {
    failure.how.kind = fail_exception;
    if (!(words >> name)) return false;
    copy(rest(words), failure.how.text);
  } else if (kind == "nil" || kind == "no") {
    failure.how.kind = kind == "no" ? fail_no : fail_nil;
  } else {
    return false;
  }
  copy(name, failure.how.name);
  settings().failures.push_back(failure);
  return true;
}

bool obey(const std::string& command) {
  std::istringstream words{command};
  std::string verb, word;
  if (!(words >> verb)) return true;
  if (verb == "fail") return add_failure(words);
  if (!(words >> word)) return false;
  if (verb == "trace" && (word == "on" || word == "off" || word == "ownership")) {
    set_trace(word == "on" ? trace_calls : word == "off" ? trace_off : trace_ownership);
  } else if (verb == "slow") {
    return static_cast<bool>(words >> settings().slow[word]);
  } else if (verb == "hardware") {
    settings().hardware = std::strtoull(word.c_str(), nullptr, 10);
  } else if (verb == "attributes" && (word == "on" || word == "off" || word == "wrong" || word == "planes" || word == "suffixed")) {
    settings().attributes = word == "on"       ? attributes_on
                            : word == "off"    ? attributes_off
                            : word == "wrong"  ? attributes_wrong
                            : word == "planes" ? attributes_planes
                                               : attributes_suffixed;
  } else if (verb == "chip") {
    settings().chip = word;
  } else if (verb == "wrong") {
    settings().wrong_every = std::strtoull(word.c_str(), nullptr, 10);
    settings().evaluations = 0;
  } else if (verb == "watch" && (word == "on" || word == "off")) {
    settings().watch = word == "on";
  } else {
    return false;
  }
  return true;
}

}  // namespace

extern "C" {

bool failure_due(const char* call, failure* how) {
  long microseconds = 0;
  bool due = false;
  {
    const std::lock_guard guard{mutex()};
    const auto slow = settings().slow.find(call);
    if (slow != settings().slow.end()) microseconds = slow->second;
    auto& failures = settings().failures;
    for (auto failure = failures.begin(); failure != failures.end() && !due; ++failure) {
      if (failure->call != call) continue;
      if (failure->skip > 0) {
        --failure->skip;
        continue;
      }
      due = true;
      *how = failure->how;
      if (failure->times > 0 && --failure->times == 0) {
        failures.erase(failure);
        break;
      }
    }
  }
  if (microseconds > 0) std::this_thread::sleep_for(std::chrono::microseconds{microseconds});
  return due;
}

attributes_told told_attributes(void) {
  const std::lock_guard guard{mutex()};
  return settings().attributes;
}

std::uint64_t hardware_nanoseconds(void) {
  const std::lock_guard guard{mutex()};
  return settings().hardware;
}

void chip_name(char* name, unsigned long capacity) {
  const std::lock_guard guard{mutex()};
  std::snprintf(name, capacity, "%s", settings().chip.c_str());
}

bool surfaces_watched(void) {
  const std::lock_guard guard{mutex()};
  return settings().watch;
}

bool wrong_due(void) {
  const std::lock_guard guard{mutex()};
  return settings().wrong_every != 0 && ++settings().evaluations % settings().wrong_every == 0;
}

void forget_settings(void) {
  const std::lock_guard guard{mutex()};
  settings() = {};
}

void ane_stand_in_command(const char* command) {
  std::istringstream commands{command};
  for (std::string one; std::getline(commands, one, ';');) {
    const std::lock_guard guard{mutex()};
    if (!obey(one)) violation("the stand-in does not know the command '%s'", one.c_str());
  }
}

}  // extern "C"

namespace {

__attribute__((constructor)) void obey_environment() {
  if (const char* commands = std::getenv("ANE_STAND_IN")) ane_stand_in_command(commands);
}

}  // namespace
