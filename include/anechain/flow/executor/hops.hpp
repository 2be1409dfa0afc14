// SPDX-License-Identifier: MIT
#pragma once

namespace anechain::executor {

/// How often an executor hands work to another thread or queue. Each hop takes time on a real machine; on a device of virtual time a pass
/// charges it.
enum class Hops {
  none,      ///< the calling thread does everything
  each_run,  ///< once for a whole run, like a thread for each pass
  each_step  ///< once for every step, like a queue
};

}  // namespace anechain::executor
