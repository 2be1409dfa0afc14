// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/ane/library.hpp>
#include <anechain/devices/ane/objc.hpp>

namespace anechain::ane {

/// Whether the device can do without something.
enum class Need : std::uint8_t { always, sometimes };

/// Something that was looked for, once, when the framework was opened.
struct Part {
  enum class Kind : std::uint8_t { library, function, class_object, message };

  Kind kind;
  std::string name;
  Need need;
  bool found;
  std::string problem{};  ///< why a library could not be opened
};

/// Looks things up in the libraries, and keeps a list of what it found and what not. Nothing throws here: what a missing
/// part means, who needs it decides.
class Inventory {
 public:
  explicit Inventory(const Libraries& paths)
      : libraries_{Library{paths.objc}, Library{paths.foundation}, Library{paths.core_foundation}, Library{paths.io_surface},
                   Library{paths.neural_engine}},
        runtime_(libraries_.objc) {
    std::string_view last;
    for (const Library* library :
         {&libraries_.objc, &libraries_.foundation, &libraries_.core_foundation, &libraries_.io_surface, &libraries_.neural_engine})
      if (library->path() != std::exchange(last, library->path()))
        parts_.push_back({Part::Kind::library, library->path(), Need::always, library->is_open(), library->problem()});
    if (libraries_.objc.is_open())
      parts_.push_back(
          {Part::Kind::function, "objc_msgSend or objc_msg_lookup, and the runtime's other functions", Need::always, runtime_.is_usable()});
  }
  Inventory(const Inventory&) = delete;
  Inventory& operator=(const Inventory&) = delete;

  struct Opened {
    Library objc, foundation, core_foundation, io_surface, neural_engine;
  };

  const Opened& libraries() const { return libraries_; }
  const objc::Runtime& runtime() const { return runtime_; }
  const std::vector<Part>& parts() const { return parts_; }

  /// The runtime, for tests that count what goes through it.
  objc::Runtime& runtime() { return runtime_; }

  template <class Function>
  Function function(const Library& library, const char* name, Need need) {
    const auto found = library.symbol<Function>(name);
    if (library.is_open()) parts_.push_back({Part::Kind::function, name, need, found != nullptr});
    return found;
  }

  objc::Id class_named(const char* name, Need need) {
    const objc::Id found = runtime_.is_usable() ? runtime_.get_class(name) : nullptr;
    if (runtime_.is_usable()) parts_.push_back({Part::Kind::class_object, name, need, found != nullptr});
    return found;
  }

  /// A message of a documented class, which is there where the class is.
  template <class Signature>
  objc::Message<Signature> documented(const char* selector) const {
    return runtime_.is_usable() ? objc::Message<Signature>{runtime_, selector} : objc::Message<Signature>{};
  }

  /// A message as Objective-C writes it, with the class and a sign for who receives it: "+" the class, "-" its objects. It is
  /// empty where the class is missing, or does not know it.
  template <class Signature>
  objc::Message<Signature> message(objc::Id receiver, const char* class_name, const char* signed_selector, Need need) {
    if (receiver == nullptr) return {};
    const bool to_class = *signed_selector == '+';
    const objc::Message<Signature> message{runtime_, signed_selector + 1};
    const bool found = runtime_.responds(to_class ? runtime_.get_metaclass(class_name) : receiver, message.selector()) != 0;
    parts_.push_back(
        {Part::Kind::message, std::string{*signed_selector} + "[" + class_name + " " + (signed_selector + 1) + "]", need, found});
    return found ? message : objc::Message<Signature>{};
  }

 private:
  Opened libraries_;
  objc::Runtime runtime_;
  std::vector<Part> parts_;
};

}  // namespace anechain::ane
