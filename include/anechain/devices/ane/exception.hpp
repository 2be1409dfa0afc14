// SPDX-License-Identifier: MIT
#pragma once

#include <cxxabi.h>
#include <unwind.h>

#include <cstddef>
#include <cstdint>
#include <typeinfo>

#include <anechain/devices/ane/objc.hpp>

#if defined(_LIBCPP_VERSION) && !defined(__APPLE__)
// Of the ABI, but LLVM's <cxxabi.h> leaves it out.
namespace __cxxabiv1 {
extern "C" void* __cxa_get_globals();
}
#endif

/// What an Objective-C exception is, seen from C++. Both runtimes unwind as the Itanium C++ ABI says, so `catch (...)`
/// catches their exceptions; which object was thrown, C++ has no word for.
namespace anechain::ane::objc {

namespace detail {

#if defined(__APPLE__)

/// Apple's runtime throws through the C++ runtime: the thrown object's first word is the exception, and its type_info has a
/// vtable of its own, by which it is told from C++ exceptions (objc4, runtime/objc-exception.mm).
inline Id object_in_flight(const Runtime& runtime) {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr || runtime.exception_vtable == nullptr) return nullptr;
  constexpr int header_words = 2;  // as in every vtable: the offset to the top and the type
  if (*reinterpret_cast<const void* const*>(type) != runtime.exception_vtable + header_words) return nullptr;
  void* const thrown = abi::__cxa_current_primary_exception();
  const Id object = thrown == nullptr ? nullptr : *static_cast<Id*>(thrown);
  if (thrown != nullptr) abi::__cxa_decrement_exception_refcount(thrown);
  return object;
}

#elif (defined(__GLIBCXX__) || (defined(_LIBCPP_VERSION) && defined(__LP64__))) && !defined(__ARM_EABI_UNWINDER__)

/// What the C++ runtime keeps of a caught exception, the unwinder's header last (Itanium C++ ABI, 2.2.1; libstdc++:
/// libsupc++/unwind-cxx.h; LLVM: libcxxabi/src/cxa_exception.h).
struct CaughtException {
#if defined(_LIBCPP_VERSION)
  void* reserve;
  std::size_t references;
#endif
  void* type;
  void* destructor;
  void* unexpected_handler;
  void* terminate_handler;
  CaughtException* next;
  int handler_count;
  int handler_switch_value;
  const void* action_record;
  const void* language_specific_data;
  std::uintptr_t catch_temporary;
  void* adjusted;
  _Unwind_Exception unwind;
};

struct CaughtExceptions {
  CaughtException* last;
  unsigned int uncaught;
};

/// GNU's runtime throws past the C++ runtime, with a class of its own; the object stands right behind the unwinder's
/// header (GCC, libobjc/exception.c).
inline Id object_in_flight(const Runtime&) {
  constexpr char name[] = "GNUCOBJC";
  _Unwind_Exception_Class objective_c = 0;
  for (int i = 0; i < 8; ++i) objective_c = objective_c << 8 | static_cast<unsigned char>(name[i]);
  const auto* const caught = reinterpret_cast<const CaughtExceptions*>(abi::__cxa_get_globals());
  if (caught->last == nullptr || caught->last->unwind.exception_class != objective_c) return nullptr;
  return *reinterpret_cast<Id const*>(&caught->last->unwind + 1);
}

#else

inline Id object_in_flight(const Runtime&) { return nullptr; }

#endif

}  // namespace detail

/// The Objective-C exception that the handler being run has caught; null where that is something else, or cannot be told.
inline Id object_in_flight(const Runtime& runtime) { return detail::object_in_flight(runtime); }

}  // namespace anechain::ane::objc
