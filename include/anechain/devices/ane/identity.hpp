// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <anechain/devices/ane/framework.hpp>

namespace anechain::ane {

/// What the devices of a process share, since the framework does: directories, and how much was compiled and loaded.
struct Process {
  /// Programs of one identifier: the same text, weights and options. The framework derives a directory from it and deletes that when
  /// any of them is unloaded (nano), so their models are unloaded together, when the last program is released.
  struct Identity {
    std::size_t programs = 0;
    std::vector<objc::Owned> models{};  ///< loaded
  };

  std::recursive_mutex mutex{};  ///< of all of it: a program that fails gives its share back while it is made
  std::map<std::filesystem::path, Identity> identities{};
  std::size_t compiled = 0;  ///< since the process began: unloading does not give a compilation back (solatticus)
  std::size_t loaded = 0;    ///< at present

  static Process& shared() {
    static Process process;
    return process;
  }
};

/// A program's share of its identity: of the directory, and of the models that are loaded from there.
class IdentityShare {
 public:
  using Unload = std::function<void(objc::Id model)>;

  /// Under the process's lock. `unload` is called for each model once nobody has a share any more; it must not throw.
  IdentityShare(Process& process, std::filesystem::path directory, Unload unload)
      : process_(&process), directory_(std::move(directory)), unload_(std::move(unload)) {
    ++process_->identities[directory_].programs;
  }
  IdentityShare(const IdentityShare&) = delete;
  IdentityShare& operator=(const IdentityShare&) = delete;

  ~IdentityShare() {
    const std::lock_guard lock{process_->mutex};
    const auto found = process_->identities.find(directory_);
    Process::Identity& identity = found->second;
    if (--identity.programs > 0) return;
    for (const objc::Owned& model : identity.models) unload_(model.get());
    process_->loaded -= identity.models.size();
    process_->identities.erase(found);
    std::error_code ignored;  // the framework may have deleted it
    std::filesystem::remove_all(directory_, ignored);
  }

  const std::filesystem::path& directory() const { return directory_; }

  /// Whether this is the only one: the directory is not yet written.
  bool is_first() const { return process_->identities.at(directory_).programs == 1; }

  /// Keeps a loaded model. Under the process's lock.
  void keep(objc::Owned model) {
    process_->identities.at(directory_).models.push_back(std::move(model));
    ++process_->loaded;
  }

 private:
  Process* process_;
  std::filesystem::path directory_;
  Unload unload_;
};

}  // namespace anechain::ane
