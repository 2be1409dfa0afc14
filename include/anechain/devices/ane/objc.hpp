// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include <anechain/devices/ane/library.hpp>

/// As much of the Objective-C runtime as it takes to send messages from plain C++. Apple's runtime and GNU's are told apart
/// when they are opened.
namespace anechain::ane::objc {

/// An object or a class.
using Id = struct Object*;

/// The name of a message, as the runtime knows it.
using Selector = const struct SelectorEntry*;

/// BOOL is a `bool`, a `signed char` or an `unsigned char`, by platform: one byte that holds 0 or 1 in each case.
using Bool = unsigned char;

/// Code behind a message, to be called as what it is.
using Implementation = void (*)();

/// The runtime's functions.
struct Runtime {
  explicit Runtime(const Library& library)
      : get_class(library.symbol<Id (*)(const char*)>("objc_getClass")),
        get_metaclass(library.symbol<Id (*)(const char*)>("objc_getMetaClass")),
        register_selector(library.symbol<Selector (*)(const char*)>("sel_registerName")),
        responds(library.symbol<Bool (*)(Id, Selector)>("class_respondsToSelector")),
        add_method(library.symbol<Bool (*)(Id, Selector, Implementation, const char*)>("class_addMethod")),
        push_pool(library.symbol<void* (*)()>("objc_autoreleasePoolPush")),
        pop_pool(library.symbol<void (*)(void*)>("objc_autoreleasePoolPop")),
        exception_vtable(library.symbol<const void* const*>("objc_ehtype_vtable")),
        send(library.symbol<Implementation>("objc_msgSend")),
        look_up(library.symbol<Implementation (*)(Id, Selector)>("objc_msg_lookup")) {}

  bool is_usable() const {
    return get_class != nullptr && get_metaclass != nullptr && register_selector != nullptr && responds != nullptr &&
           (send != nullptr || look_up != nullptr);
  }

  /// Apple's runtime finds and calls in one function, GNU's only finds.
  Implementation implementation(Id receiver, Selector selector) const { return send != nullptr ? send : look_up(receiver, selector); }

  Id (*get_class)(const char*);
  Id (*get_metaclass)(const char*);
  Selector (*register_selector)(const char*);
  Bool (*responds)(Id, Selector);
  Bool (*add_method)(Id, Selector, Implementation, const char*);
  void* (*push_pool)();                 ///< Apple's alone; GNU's has a class for it
  void (*pop_pool)(void*);              ///< the same
  const void* const* exception_vtable;  ///< Apple's alone: see exception.hpp
  Implementation send;                  ///< Apple's alone
  Implementation (*look_up)(Id, Selector);
};

/// A message of one name with the types of its arguments, looked up once. Sent to nothing, it gives nothing.
template <class Signature>
class Message;

template <class R, class... A>
class Message<R(A...)> {
 public:
  Message() = default;
  Message(const Runtime& runtime, const char* name) : runtime_(&runtime), selector_(runtime.register_selector(name)) {}

  /// Whether there is such a message.
  explicit operator bool() const { return runtime_ != nullptr; }
  Selector selector() const { return selector_; }

  R operator()(Id receiver, A... arguments) const {
    return reinterpret_cast<R (*)(Id, Selector, A...)>(runtime_->implementation(receiver, selector_))(receiver, selector_, arguments...);
  }

 private:
  const Runtime* runtime_ = nullptr;
  Selector selector_ = nullptr;
};

/// An object that is released with this.
class Owned {
 public:
  Owned() = default;

  /// Takes over a reference that the caller owns: what alloc, new, copy and retain gave.
  Owned(Id object, const Message<void()>& release) : object_(object), release_(&release) {}
  Owned(Owned&& other) noexcept : object_(std::exchange(other.object_, nullptr)), release_(other.release_) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(object_, other.object_);
    std::swap(release_, other.release_);
    return *this;
  }
  ~Owned() {
    if (object_ != nullptr) (*release_)(object_);
  }

  Id get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  Id object_ = nullptr;
  const Message<void()>* release_ = nullptr;
};

}  // namespace anechain::ane::objc
