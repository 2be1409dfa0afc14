// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <anechain/devices/simulated/model.hpp>

namespace anechain::simulated {

/// Where a number of a preset comes from. What nobody has published is said to be assumed.
struct Source {
  std::string_view figure;  ///< of the costs or the noise, in a word: "dispatch"
  std::string_view source;  ///< who measured what, or what is assumed
};

/// An engine like one that others have measured: for planning an experiment, not for claims about the chip.
struct Preset {
  std::string_view name;          ///< what `preset` finds it by: "m4-max"
  std::string_view chip;          ///< "M4 Max"
  Costs costs;                    ///< measured by others or assumed: `sources` says which
  Noise noise;                    ///< assumed: see `sources`
  double peak_tflops = 0;         ///< the most that was measured on the chip, fp16
  std::array<Source, 7> sources;  ///< of each figure
};

/// The engines that can be simulated by name.
inline std::span<const Preset> presets() {
  constexpr std::string_view assumed_noise =
      "assumed: nobody has published a time series; large enough that blocks in a fixed order disagree as the published tables do";
  constexpr std::string_view assumed_fixed = "assumed 30 us: no source tells a pass's cost from its dispatches'";
  constexpr std::string_view copies_of_m4 = "as on the M4 Max: no source for this chip";
  static const std::array<Preset, 3> all{
      Preset{
          .name = "m4-max",
          .chip = "M4 Max",
          .costs = {.fixed_us = 30,
                    .dispatch_us = 179,
                    .us_per_gflop = 91.5,
                    .copy_us = 0.2,
                    .us_per_mb = 12.3,
                    .lock_us = 0.6,
                    .hop_us = 5,
                    .clock_tick_ns = 125.0 / 3,
                    .clock_read_ns = 30},
          .noise = {.white = 0.05,
                    .cold_start = 1.2,
                    .cold_start_ms = 120,
                    .wander = 0.1,
                    .wander_ms = 120,
                    .tails = {.probability = 0.003, .least_us = 60}},
          .peak_tflops = 10.93,
          .sources = {{{"dispatch", "throughput-ceiling table at 99ba013: run-only 158, 181, 226 us a kernel, less compute, their mean"},
                       {"compute", "10.93 TFLOPS, 128 convolutions of 512 channels in one program, benchmark report of the same project"},
                       {"copies", "the same table: 1, 2, 6 us a copy of 4, 33, 393 kB, locks included"},
                       {"lock", "0.51 to 0.70 us for a lock and its unlock, iosurface_staging_m4max.md"},
                       {"hop", "assumed 5 us: the published queue timings lie on both sides of those without a queue"},
                       {"fixed", assumed_fixed},
                       {"noise", assumed_noise}}}},
      Preset{.name = "m1",
             .chip = "M1",
             .costs = {.fixed_us = 30,
                       .dispatch_us = 190,
                       .us_per_gflop = 370,
                       .copy_us = 0.2,
                       .us_per_mb = 12.3,
                       .lock_us = 0.6,
                       .hop_us = 5,
                       .clock_tick_ns = 125.0 / 3,
                       .clock_read_ns = 30},
             .noise = {.white = 0.05, .cold_start = 0.3, .cold_start_ms = 120, .wander = 0.04, .wander_ms = 120},
             .peak_tflops = 2.70,
             .sources = {{{"dispatch", "about 190 us: 25 bind, 16 build, 2 to 3 kick, 130 firmware, 10 completion (guide)"},
                          {"compute", "2.70 TFLOPS (forge's roofline)"},
                          {"copies", copies_of_m4},
                          {"lock", copies_of_m4},
                          {"hop", "assumed 5 us"},
                          {"fixed", assumed_fixed},
                          {"noise", "assumed"}}}},
      Preset{.name = "m5",
             .chip = "M5",
             .costs = {.fixed_us = 30,
                       .dispatch_us = 110,
                       .us_per_gflop = 82.2,
                       .copy_us = 0.2,
                       .us_per_mb = 12.3,
                       .lock_us = 0.6,
                       .hop_us = 5,
                       .clock_tick_ns = 125.0 / 3,
                       .clock_read_ns = 30},
             .noise = {.white = 0.05, .cold_start = 0.3, .cold_start_ms = 120, .wander = 0.04, .wander_ms = 120},
             .peak_tflops = 12.17,
             .sources = {{{"dispatch", "0.11 ms (guide); 103 to 117 us by route (inf, macOS 26.3)"},
                          {"compute", "12.17 TFLOPS, 128 convolutions of 512 channels in one program"},
                          {"copies", copies_of_m4},
                          {"lock", copies_of_m4},
                          {"hop", "assumed 5 us"},
                          {"fixed", assumed_fixed},
                          {"noise", "assumed"}}}},
  };
  return all;
}

/// The preset of a name; null where there is none.
inline const Preset* preset(std::string_view name) {
  const auto found = std::ranges::find(presets(), name, &Preset::name);
  return found == presets().end() ? nullptr : &*found;
}

}  // namespace anechain::simulated
