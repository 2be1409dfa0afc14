// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <anechain/devices/ane/exception.hpp>
#include <anechain/devices/ane/failure.hpp>
#include <anechain/devices/ane/inventory.hpp>
#include <anechain/devices/ane/objc.hpp>

namespace anechain::ane {

/// The objects of Apple's Foundation that the engine's framework takes and gives, and the pool that those it gives live in.
class Foundation {
 public:
  explicit Foundation(Inventory& found)
      : runtime_(found.runtime()),
        retain_(found.documented<objc::Id()>("retain")),
        release_(found.documented<void()>("release")),
        alloc_(found.documented<objc::Id()>("alloc")),
        init_(found.documented<objc::Id()>("init")),
        is_kind_of_(found.documented<objc::Bool(objc::Id)>("isKindOfClass:")),
        pool_class_(runtime_.push_pool != nullptr ? nullptr : found.class_named("NSAutoreleasePool", Need::always)),
        string_class_(found.class_named("NSString", Need::always)),
        init_string_(found.documented<objc::Id(const char*, std::uintptr_t, std::uintptr_t)>("initWithBytes:length:encoding:")),
        utf8_(found.documented<const char*()>("UTF8String")),
        data_class_(found.class_named("NSData", Need::always)),
        init_data_(found.documented<objc::Id(const void*, std::uintptr_t)>("initWithBytes:length:")),
        number_class_(found.class_named("NSNumber", Need::always)),
        init_number_(found.documented<objc::Id(long long)>("initWithLongLong:")),
        number_value_(found.documented<long long()>("longLongValue")),
        array_class_(found.class_named("NSArray", Need::always)),
        init_array_(found.documented<objc::Id(const objc::Id*, std::uintptr_t)>("initWithObjects:count:")),
        count_(found.documented<std::uintptr_t()>("count")),
        object_at_(found.documented<objc::Id(std::uintptr_t)>("objectAtIndex:")),
        dictionary_class_(found.class_named("NSDictionary", Need::always)),
        init_dictionary_(found.documented<objc::Id(const objc::Id*, const objc::Id*, std::uintptr_t)>("initWithObjects:forKeys:count:")),
        object_for_(found.documented<objc::Id(objc::Id)>("objectForKey:")),
        error_class_(found.class_named("NSError", Need::always)),
        error_domain_(found.documented<objc::Id()>("domain")),
        error_code_(found.documented<std::intptr_t()>("code")),
        error_text_(found.documented<objc::Id()>("localizedDescription")),
        error_information_(found.documented<objc::Id()>("userInfo")),
        underlying_key_(found.function<const objc::Id*>(found.libraries().foundation, "NSUnderlyingErrorKey", Need::always)),
        exception_class_(found.class_named("NSException", Need::always)),
        exception_name_(found.documented<objc::Id()>("name")),
        exception_reason_(found.documented<objc::Id()>("reason")),
        temporary_directory_(found.function<objc::Id (*)()>(found.libraries().foundation, "NSTemporaryDirectory", Need::always)) {}

  const objc::Runtime& runtime() const { return runtime_; }

  /// An object that was given, and is to be kept.
  objc::Owned retained(objc::Id object) const { return {object == nullptr ? nullptr : retain_(object), release_}; }

  /// What alloc, new or init gave.
  objc::Owned adopted(objc::Id object) const { return {object, release_}; }

  objc::Owned string(std::string_view text) const {
    constexpr std::uintptr_t utf8 = 4;
    return adopted(init_string_(alloc_(string_class_), text.data(), text.size(), utf8));
  }
  objc::Owned data(std::span<const std::byte> bytes) const { return adopted(init_data_(alloc_(data_class_), bytes.data(), bytes.size())); }
  objc::Owned number(std::int64_t value) const { return adopted(init_number_(alloc_(number_class_), value)); }
  objc::Owned array(std::span<const objc::Id> objects) const {
    return adopted(init_array_(alloc_(array_class_), objects.data(), objects.size()));
  }

  /// As many keys as objects.
  objc::Owned dictionary(std::span<const objc::Id> keys, std::span<const objc::Id> objects) const {
    return adopted(init_dictionary_(alloc_(dictionary_class_), objects.data(), keys.data(), keys.size()));
  }

  /// An NSString's characters; empty for anything else.
  std::string text(objc::Id string) const {
    const char* const characters = is_a(string, string_class_) ? utf8_(string) : nullptr;
    return characters == nullptr ? std::string{} : characters;
  }

  /// An NSNumber's value; none for anything else.
  std::optional<std::int64_t> integer(objc::Id number) const {
    return is_a(number, number_class_) ? std::optional{static_cast<std::int64_t>(number_value_(number))} : std::nullopt;
  }

  /// An entry of an NSDictionary; null where it has none, or is none.
  objc::Id entry(objc::Id dictionary, objc::Id key) const {
    return is_a(dictionary, dictionary_class_) ? object_for_(dictionary, key) : nullptr;
  }
  objc::Id entry(objc::Id dictionary, std::string_view key) const { return entry(dictionary, string(key).get()); }

  /// Elements of an NSArray; 0 for anything else.
  std::size_t count(objc::Id array) const { return is_a(array, array_class_) ? count_(array) : 0; }
  objc::Id element(objc::Id array, std::size_t index) const { return object_at_(array, index); }

  std::string temporary_directory() const { return text(temporary_directory_()); }

  /// What an NSError says; anything else says that none was given.
  Failure failure(objc::Id error) const {
    if (!is_a(error, error_class_)) return {"no NSError", 0, "the call failed and gave no reason"};
    return {text(error_domain_(error)), error_code_(error), text(error_text_(error)),
            underlying(entry(error_information_(error), *underlying_key_))};
  }

  /// Does something in an autorelease pool of its own. An Objective-C exception comes out as `Failed<Error>`, which says
  /// what was called; C++ exceptions come out as they are.
  template <class Error, class Action>
  decltype(auto) in_pool(const char* call, Action action) const {
    const Pool pool{*this};
    Failure thrown;
    thrown.exception = true;
    try {
      return action();
    } catch (const std::exception&) {
      throw;
    } catch (...) {
      const objc::Id exception = objc::object_in_flight(runtime_);
      if (exception == nullptr) throw;
      if (is_a(exception, exception_class_)) {
        thrown.domain = text(exception_name_(exception));
        thrown.text = text(exception_reason_(exception));
      } else {
        thrown.domain = "an object that is no NSException";
      }
    }
    // Outside of the handler: libstdc++ ends the program where a foreign exception comes while another one is handled.
    throw Failed<Error>{call, thrown};
  }

 private:
  class Pool {
   public:
    explicit Pool(const Foundation& foundation)
        : foundation_(foundation),
          token_(foundation.runtime_.push_pool != nullptr ? foundation.runtime_.push_pool()
                                                          : foundation.init_(foundation.alloc_(foundation.pool_class_))) {}
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
      if (foundation_.runtime_.pop_pool != nullptr)
        foundation_.runtime_.pop_pool(token_);
      else
        foundation_.release_(static_cast<objc::Id>(token_));
    }

   private:
    const Foundation& foundation_;
    void* token_;
  };

  /// An NSError, as documented, or words.
  std::string underlying(objc::Id beneath) const {
    if (!is_a(beneath, error_class_)) return text(beneath);
    const std::string words = text(error_text_(beneath));
    return text(error_domain_(beneath)) + (words.empty() ? "" : ": " + words);
  }

  bool is_a(objc::Id object, objc::Id kind) const { return object != nullptr && is_kind_of_(object, kind) != 0; }

  const objc::Runtime& runtime_;
  objc::Message<objc::Id()> retain_;
  objc::Message<void()> release_;
  objc::Message<objc::Id()> alloc_;
  objc::Message<objc::Id()> init_;
  objc::Message<objc::Bool(objc::Id)> is_kind_of_;
  objc::Id pool_class_;
  objc::Id string_class_;
  objc::Message<objc::Id(const char*, std::uintptr_t, std::uintptr_t)> init_string_;
  objc::Message<const char*()> utf8_;
  objc::Id data_class_;
  objc::Message<objc::Id(const void*, std::uintptr_t)> init_data_;
  objc::Id number_class_;
  objc::Message<objc::Id(long long)> init_number_;
  objc::Message<long long()> number_value_;
  objc::Id array_class_;
  objc::Message<objc::Id(const objc::Id*, std::uintptr_t)> init_array_;
  objc::Message<std::uintptr_t()> count_;
  objc::Message<objc::Id(std::uintptr_t)> object_at_;
  objc::Id dictionary_class_;
  objc::Message<objc::Id(const objc::Id*, const objc::Id*, std::uintptr_t)> init_dictionary_;
  objc::Message<objc::Id(objc::Id)> object_for_;
  objc::Id error_class_;
  objc::Message<objc::Id()> error_domain_;
  objc::Message<std::intptr_t()> error_code_;
  objc::Message<objc::Id()> error_text_;
  objc::Message<objc::Id()> error_information_;
  const objc::Id* underlying_key_;
  objc::Id exception_class_;
  objc::Message<objc::Id()> exception_name_;
  objc::Message<objc::Id()> exception_reason_;
  objc::Id (*temporary_directory_)();
};

}  // namespace anechain::ane
