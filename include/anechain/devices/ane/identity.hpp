// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <anechain/devices/ane/framework.hpp>

namespace anechain::ane {

/// A model that is loaded, and what unloading it takes.
struct LoadedModel {
  std::shared_ptr<const Framework> framework;  ///< its own: other devices of the process may have other ones
  objc::Owned model;
  bool purges = false;  ///< also what the system keeps of it: nobody will load a distinct program again
  std::function<void(const std::string&)> on_warning{};

  /// What fails is warned of: there is nobody who could do more.
  void unload() const noexcept {
    constexpr std::uint32_t qos = 21;  // whatever else is used elsewhere, everyone unloads with this
    std::string problem;
    try {
      framework->foundation.in_pool<DeviceError>("unloadWithQoS", [&] {
        if (purges && framework->purge) framework->purge(model.get());
        objc::Id error = nullptr;
        if (framework->unload(model.get(), qos, &error) == 0) problem = "unloadWithQoS: " + to_string(framework->foundation.failure(error));
      });
    } catch (const std::exception& error) {
      problem = error.what();
    }
    if (!problem.empty() && on_warning) on_warning(problem);
  }
};

/// What the devices of a process share, since the framework does: directories, and how much was compiled and loaded. Other
/// processes that run the same programs at the same time share the directories too, and are not counted.
struct Process {
  /// Programs of one identifier: the same text, weights and options. The framework derives a directory from it and deletes that when
  /// any of them is unloaded (nano), so their models are unloaded together, when the last program is released.
  struct Identity {
    std::size_t programs = 0;
    std::vector<LoadedModel> models{};
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
  /// Under the process's lock.
  IdentityShare(Process& process, std::filesystem::path directory) : process_(&process), directory_(std::move(directory)) {
    ++process_->identities[directory_].programs;
  }
  IdentityShare(const IdentityShare&) = delete;
  IdentityShare& operator=(const IdentityShare&) = delete;

  ~IdentityShare() {
    const std::lock_guard lock{process_->mutex};
    const auto found = process_->identities.find(directory_);
    Process::Identity& identity = found->second;
    if (--identity.programs > 0) return;
    for (const LoadedModel& loaded : identity.models) loaded.unload();
    process_->loaded -= identity.models.size();
    process_->identities.erase(found);
    std::error_code ignored;  // the framework may have deleted it
    std::filesystem::remove_all(directory_, ignored);
  }

  const std::filesystem::path& directory() const { return directory_; }

  /// Whether this is the only one: the directory is not yet written.
  bool is_first() const { return process_->identities.at(directory_).programs == 1; }

  /// Keeps a loaded model. Under the process's lock.
  void keep(LoadedModel loaded) {
    process_->identities.at(directory_).models.push_back(std::move(loaded));
    ++process_->loaded;
  }

 private:
  Process* process_;
  std::filesystem::path directory_;
};

}  // namespace anechain::ane
