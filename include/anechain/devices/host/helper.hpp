// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

#include <anechain/support/worker.hpp>

namespace anechain::host {

/// A second thread that takes half of large products, of one request at a time.
class Helper {
 public:
  /// Runs both, which must not throw: one here and one on the other thread, or both here while that is at work for another request.
  template <class Here, class There>
  void run(Here here, There there) {
    if (busy_.test_and_set(std::memory_order_acquire)) {
      here();
      there();
      return;
    }
    worker_.submit([](void* half) { (*static_cast<There*>(half))(); }, &there, true);
    here();
    worker_.wait();
    busy_.clear(std::memory_order_release);
  }

 private:
  std::atomic_flag busy_;
  Worker worker_{1};
};

}  // namespace anechain::host
