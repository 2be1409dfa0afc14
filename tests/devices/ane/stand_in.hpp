// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <anechain/ane.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stand_in/control.h"

/// The framework's stand-in for one test: nothing is left of the test before, and at the end it is asked what the device did that
/// it must not, and what it left behind.
class StandIn {
 public:
  StandIn() {
    call<void()>("ane_stand_in_reset")();
    anechain::ane::Process::shared().compiled = 0;
  }
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;
  ~StandIn() {
    for (const std::string& violation : violations()) FAIL_CHECK(violation);
    CHECK(live() == 0);
    CHECK(call<std::size_t()>("ane_stand_in_locked")() == 0);
    CHECK(folders().empty());
    CHECK(anechain::ane::Process::shared().identities.empty());
    CHECK(anechain::ane::Process::shared().loaded == 0);
  }

  /// See control.h.
  void command(const std::string& words) const { call<void(const char*)>("ane_stand_in_command")(words.c_str()); }

  std::vector<std::string> calls() const { return lines("ane_stand_in_calls", "ane_stand_in_call"); }
  std::vector<std::string> violations() const { return lines("ane_stand_in_violations", "ane_stand_in_violation"); }
  std::size_t live(const char* class_name = nullptr) const { return call<std::size_t(const char*)>("ane_stand_in_live")(class_name); }

  /// Looks away from what it was told of until now: for tests of what it tells.
  void forgive() const { call<void()>("ane_stand_in_reset")(); }

  /// Where the programs' directories are.
  std::filesystem::path temporary_folder() const {
    return framework->foundation.in_pool<anechain::DeviceError>(
        "NSTemporaryDirectory", [&] { return std::filesystem::path{framework->foundation.temporary_directory()}; });
  }

  /// The programs' directories that are there now.
  std::vector<std::string> folders() const {
    std::vector<std::string> names;
    const std::filesystem::path all = temporary_folder();
    if (std::filesystem::exists(all))
      for (const auto& entry : std::filesystem::directory_iterator(all)) names.push_back(entry.path().filename().string());
    return names;
  }

  /// A device on it. Warnings are kept.
  anechain::AneDevice device(anechain::ane::Options options = {}) {
    options.load_retry_after = {};
    options.on_warning = [this](const std::string& warning) { warnings.push_back(warning); };
    return anechain::AneDevice{framework, std::move(options)};
  }
  anechain::AneDevice device(anechain::ane::Route route) {
    anechain::ane::Options options;
    options.route = route;
    return device(std::move(options));
  }

  std::shared_ptr<anechain::ane::Framework> framework =
      std::make_shared<anechain::ane::Framework>(anechain::ane::Libraries::all_in(ANECHAIN_STAND_IN));
  std::vector<std::string> warnings;

 private:
  template <class Signature>
  Signature* call(const char* name) const {
    return framework->inventory.libraries().neural_engine.symbol<Signature*>(name);
  }

  std::vector<std::string> lines(const char* count, const char* line) const {
    std::vector<std::string> all;
    const std::size_t size = call<std::size_t()>(count)();
    for (std::size_t i = 0; i < size; ++i) all.emplace_back(call<const char*(std::size_t)>(line)(i));
    return all;
  }
};

/// What an action throws, as text; empty where it throws nothing. Fails for anything that is not an `Error`.
template <class Error, class Action>
std::string thrown_by(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}
