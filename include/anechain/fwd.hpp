// SPDX-License-Identifier: MIT
#pragma once

/// The names of anechain without what they are: for headers that mention them in declarations only.
namespace anechain {

namespace mil {
struct TensorType;
struct Graph;
class Builder;
struct Value;
}  // namespace mil

namespace kernels {
struct KernelFacts;
}
using kernels::KernelFacts;

template <class... Kernels>
struct Chain;
template <class Net>
struct Flow;
namespace flow {
class Traced;
}
template <class Chain, class Device>
class Compiled;
class WeightBlobs;

class HostDevice;
class SimulatedDevice;
class AneDevice;

struct Measurement;
struct Protocol;
struct Report;
struct Analysis;

}  // namespace anechain
