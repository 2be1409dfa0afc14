// SPDX-License-Identifier: MIT
#pragma once

#include <dlfcn.h>

#include <string>
#include <utility>

namespace anechain::ane {

/// A dynamic library. It is never closed: classes that it brought cannot be taken back.
class Library {
 public:
  explicit Library(std::string path) : path_(std::move(path)), handle_(dlopen(path_.c_str(), RTLD_NOW)) {
    if (handle_ == nullptr) problem_ = dlerror();
  }

  const std::string& path() const { return path_; }
  bool is_open() const { return handle_ != nullptr; }

  /// Why it could not be opened; empty where it could.
  const std::string& problem() const { return problem_; }

  /// A function or variable of this library or of those that it needs; null where there is none of that name.
  template <class Pointer>
  Pointer symbol(const char* name) const {
    return handle_ == nullptr ? nullptr : reinterpret_cast<Pointer>(dlsym(handle_, name));
  }

 private:
  std::string path_;
  void* handle_;
  std::string problem_;
};

/// Where the libraries are that the ANE needs. One path may stand for all.
struct Libraries {
  std::string objc = "/usr/lib/libobjc.A.dylib";
  std::string foundation = "/System/Library/Frameworks/Foundation.framework/Foundation";
  std::string core_foundation = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";
  std::string io_surface = "/System/Library/Frameworks/IOSurface.framework/IOSurface";
  std::string neural_engine = "/System/Library/PrivateFrameworks/AppleNeuralEngine.framework/AppleNeuralEngine";

  /// One library in place of all: a stand-in, for tests.
  static Libraries all_in(const std::string& path) { return {path, path, path, path, path}; }
};

}  // namespace anechain::ane
