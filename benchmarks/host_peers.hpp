// SPDX-License-Identifier: MIT
// The same work as the host device's, done by hand with the libraries that one would otherwise take.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace peers {

using half = _Float16;

/// A chain of 1x1 convolutions: matrices [channels, channels], row after row.
struct Convolutions {
  int channels, positions;
  std::vector<std::vector<float>> weights;
};

/// A chain of Llama layers without position embeddings; matrices are [outputs, inputs], row after row.
struct Transformer {
  struct Layer {
    std::vector<float> attention_norm, wq, wk, wv, wo, feed_forward_norm, w1, w2, w3;
  };

  int channels, positions, hidden, heads;
  std::vector<Layer> layers;
};

/// A chain ready to run. Activations are fp16 between kernels and at both ends, position after position; within a kernel they
/// are fp32. Weights are fp32, in the form that the library likes best.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void run(const half* input, half* output) = 0;

  std::string name;
};

std::vector<std::unique_ptr<Peer>> peers_of(const Convolutions& work);
std::vector<std::unique_ptr<Peer>> peers_of(const Transformer& work);

/// To be called before any peer is made.
void use_one_thread();

/// The libraries that were found, and their versions.
std::vector<std::pair<std::string, std::string>> versions();

/// Runs multiply-adds on registers alone, with the widest vectors there are; returns their number.
double multiply_add(long rounds);

}  // namespace peers
