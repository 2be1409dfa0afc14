// SPDX-License-Identifier: MIT
// Compiled for the processor that it is built on, and with fast mathematics: peers are to be as fast as they can be.
#include "host_peers.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#if defined(__F16C__)
#include <immintrin.h>
#endif
#if HAS_OPENBLAS
#include <cblas.h>
#endif
#if HAS_EIGEN
#include <Eigen/Dense>
#endif
#if HAS_DNNL
#include <omp.h>
#include <dnnl.hpp>
#include <unordered_map>
#endif
#if HAS_XNNPACK
#include <xnnpack.h>
#endif

namespace peers {
namespace {

using Floats = std::vector<float>;

void widen(const half* from, float* to, std::size_t count) {
  std::size_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= count; i += 16)
    _mm512_storeu_ps(to + i, _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i))));
#elif defined(__F16C__)
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i))));
#endif
  for (; i < count; ++i) to[i] = static_cast<float>(from[i]);
}

void narrow(const float* from, half* to, std::size_t count) {
  std::size_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= count; i += 16)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), _mm512_cvtps_ph(_mm512_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
#elif defined(__F16C__)
  for (; i + 8 <= count; i += 8)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
#endif
  for (; i < count; ++i) to[i] = static_cast<half>(from[i]);
}

/// What every library has to offer: y[positions, outputs] = x[positions, inputs] * W^T, and the two products of attention, head by
/// head on columns of [positions, channels].
struct Sizes {
  int positions, channels, heads;
  int width() const { return channels / heads; }
};

#if HAS_OPENBLAS
struct OpenBlas {
  static constexpr const char* name = "OpenBLAS sgemm";
  struct Linear {
    Linear(const Floats& w, int outputs_, int inputs_, int positions_)
        : transposed(w.size()), outputs(outputs_), inputs(inputs_), positions(positions_) {
      for (int i = 0; i < inputs; ++i)
        for (int o = 0; o < outputs; ++o)
          transposed[static_cast<std::size_t>(i * outputs + o)] = w[static_cast<std::size_t>(o * inputs + i)];
    }
    void operator()(const float* x, float* y) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, positions, outputs, inputs, 1, x, inputs, transposed.data(), outputs, 0, y,
                  outputs);
    }
    Floats transposed;
    int outputs, inputs, positions;
  };
  struct Attention {
    explicit Attention(const Sizes& given) : s(given) {}
    void scores(const float* q, const float* k, float* to) const {
      for (int h = 0; h < s.heads; ++h)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, s.positions, s.positions, s.width(), 1, q + h * s.width(), s.channels,
                    k + h * s.width(), s.channels, 0, to + h * s.positions * s.positions, s.positions);
    }
    void mix(const float* shares, const float* v, float* to) const {
      for (int h = 0; h < s.heads; ++h)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, s.positions, s.width(), s.positions, 1,
                    shares + h * s.positions * s.positions, s.positions, v + h * s.width(), s.channels, 0, to + h * s.width(), s.channels);
    }
    Sizes s;
  };
};
#endif

#if HAS_EIGEN
struct EigenLibrary {
  static constexpr const char* name = "Eigen";
  using Columns = Eigen::MatrixXf;
  struct Linear {
    Linear(const Floats& w, int outputs_, int inputs_, int positions_) : outputs(outputs_), inputs(inputs_), positions(positions_) {
      weight = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(w.data(), outputs, inputs);
    }
    void operator()(const float* x, float* y) {
      Eigen::Map<Columns>(y, outputs, positions).noalias() = weight * Eigen::Map<const Columns>(x, inputs, positions);
    }
    Columns weight;
    int outputs, inputs, positions;
  };
  struct Attention {
    using Part = Eigen::Map<const Columns, 0, Eigen::OuterStride<>>;
    explicit Attention(const Sizes& given) : s(given) {}
    Part part(const float* of, int h) const { return {of + h * s.width(), s.width(), s.positions, Eigen::OuterStride<>(s.channels)}; }
    void scores(const float* q, const float* k, float* to) const {
      for (int h = 0; h < s.heads; ++h)
        Eigen::Map<Columns>(to + h * s.positions * s.positions, s.positions, s.positions).noalias() = part(k, h).transpose() * part(q, h);
    }
    void mix(const float* shares, const float* v, float* to) const {
      for (int h = 0; h < s.heads; ++h)
        Eigen::Map<Columns, 0, Eigen::OuterStride<>>(to + h * s.width(), s.width(), s.positions, Eigen::OuterStride<>(s.channels))
            .noalias() = part(v, h) * Eigen::Map<const Columns>(shares + h * s.positions * s.positions, s.positions, s.positions);
    }
    Sizes s;
  };
};
#endif

#if HAS_DNNL
struct OneDnn {
  static constexpr const char* name = "oneDNN matmul";
  using Memory = dnnl::memory;
  using Type = Memory::data_type;

  static dnnl::engine& engine() {
    static dnnl::engine cpu{dnnl::engine::kind::cpu, 0};
    return cpu;
  }
  static dnnl::stream& stream() {
    static dnnl::stream in_order{engine()};
    return in_order;
  }

  struct Product {
    Product(const Memory::desc& a, const Memory::desc& b, const Memory::desc& c)
        : description({a, b, c}, engine()),
          primitive(description),
          source(description.src_desc(), engine(), nullptr),
          weights(description.weights_desc(), engine(), nullptr),
          result(description.dst_desc(), engine(), nullptr) {
      arguments = {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, result}};
    }
    void run(const float* a, const float* b, float* c) {
      source.set_data_handle(const_cast<float*>(a));
      weights.set_data_handle(const_cast<float*>(b));
      result.set_data_handle(c);
      primitive.execute(stream(), arguments);
    }
    dnnl::matmul::primitive_desc description;
    dnnl::matmul primitive;
    Memory source, weights, result;
    std::unordered_map<int, Memory> arguments;
  };

  struct Linear {
    Linear(const Floats& w, int outputs, int inputs, int positions)
        : product({{positions, inputs}, Type::f32, Memory::format_tag::ab}, {{inputs, outputs}, Type::f32, Memory::format_tag::any},
                  {{positions, outputs}, Type::f32, Memory::format_tag::ab}),
          packed(product.description.weights_desc(), engine()) {
      Memory plain{{{inputs, outputs}, Type::f32, Memory::format_tag::ba}, engine(), const_cast<float*>(w.data())};
      dnnl::reorder(plain, packed).execute(stream(), plain, packed);
      stream().wait();
    }
    void operator()(const float* x, float* y) { product.run(x, static_cast<float*>(packed.get_data_handle()), y); }
    Product product;
    Memory packed;
  };
  struct Attention {
    explicit Attention(const Sizes& s)
        : compares({{s.heads, s.positions, s.width()}, Type::f32, {s.width(), s.channels, 1}},
                   {{s.heads, s.width(), s.positions}, Type::f32, {s.width(), 1, s.channels}},
                   {{s.heads, s.positions, s.positions}, Type::f32, Memory::format_tag::abc}),
          mixes({{s.heads, s.positions, s.positions}, Type::f32, Memory::format_tag::abc},
                {{s.heads, s.positions, s.width()}, Type::f32, {s.width(), s.channels, 1}},
                {{s.heads, s.positions, s.width()}, Type::f32, {s.width(), s.channels, 1}}) {}
    void scores(const float* q, const float* k, float* to) { compares.run(q, k, to); }
    void mix(const float* shares, const float* v, float* to) { mixes.run(shares, v, to); }
    Product compares, mixes;
  };
};
#endif

#if HAS_XNNPACK
struct XnnPack {
  static constexpr const char* name = "XNNPACK fully connected";
  struct Linear {
    Linear(const Floats& w, int outputs_, int inputs_, int positions_) : positions(static_cast<std::size_t>(positions_)) {
      xnn_initialize(nullptr);
      const auto in = static_cast<std::size_t>(inputs_);
      const auto out = static_cast<std::size_t>(outputs_);
      xnn_create_fully_connected_nc_f32(in, out, in, out, w.data(), nullptr, -INFINITY, INFINITY, 0, &op);
    }
    Linear(const Linear&) = delete;
    Linear& operator=(const Linear&) = delete;
    ~Linear() { xnn_delete_operator(op); }
    void operator()(const float* x, float* y) {
      xnn_setup_fully_connected_nc_f32(op, positions, x, y, nullptr);
      xnn_run_operator(op, nullptr);
    }
    std::size_t positions;
    xnn_operator_t op = nullptr;
  };
};
#endif

// Some libraries read a little more than they need.
constexpr std::size_t spare = 64;

template <class Library>
class ConvolutionPeer : public Peer {
 public:
  explicit ConvolutionPeer(const Convolutions& work)
      : elements_(static_cast<std::size_t>(work.channels * work.positions)),
        from_(elements_ + spare),
        to_(elements_ + spare),
        between_(work.weights.size() + 1, std::vector<half>(elements_)) {
    name = Library::name;
    for (const Floats& weight : work.weights)
      kernels_.push_back(std::make_unique<typename Library::Linear>(weight, work.channels, work.channels, work.positions));
  }

  void run(const half* input, half* output) override {
    for (std::size_t k = 0; k < kernels_.size(); ++k) {
      widen(k == 0 ? input : between_[k].data(), from_.data(), elements_);
      (*kernels_[k])(from_.data(), to_.data());
      narrow(to_.data(), k + 1 == kernels_.size() ? output : between_[k + 1].data(), elements_);
    }
  }

 private:
  std::size_t elements_;
  Floats from_, to_;
  std::vector<std::vector<half>> between_;
  std::vector<std::unique_ptr<typename Library::Linear>> kernels_;
};

void rms_norm(const float* x, const Floats& gain, int positions, float* to) {
  const std::size_t channels = gain.size();
  for (int p = 0; p < positions; ++p, x += channels, to += channels) {
    float squares = 0;
    for (std::size_t i = 0; i < channels; ++i) squares += x[i] * x[i];
    const float factor = 1 / std::sqrt(squares / static_cast<float>(channels) + 1e-5f);
    for (std::size_t i = 0; i < channels; ++i) to[i] = x[i] * factor * gain[i];
  }
}

/// Only what a position may see is computed.
void causal_softmax(float* scores, int heads, int positions, float scale) {
  for (int h = 0; h < heads; ++h)
    for (int q = 0; q < positions; ++q, scores += positions) {
      float most = scores[0];
      for (int k = 1; k <= q; ++k) most = std::max(most, scores[k]);
      float sum = 0;
      for (int k = 0; k <= q; ++k) sum += scores[k] = std::exp(scale * (scores[k] - most));
      const float factor = 1 / sum;
      for (int k = 0; k <= q; ++k) scores[k] *= factor;
      for (int k = q + 1; k < positions; ++k) scores[k] = 0;
    }
}

template <class Library>
class TransformerPeer : public Peer {
 public:
  explicit TransformerPeer(const Transformer& work)
      : work_(work),
        elements_(static_cast<std::size_t>(work.channels * work.positions)),
        wide_(static_cast<std::size_t>(work.hidden * work.positions)),
        attention_({work.positions, work.channels, work.heads}),
        between_(work.layers.size() + 1, std::vector<half>(elements_)),
        x_(elements_),
        y_(elements_),
        q_(elements_),
        k_(elements_),
        v_(elements_),
        gate_(wide_),
        up_(wide_),
        scores_(static_cast<std::size_t>(work.heads * work.positions * work.positions)) {
    name = Library::name;
    const int c = work.channels;
    for (const Transformer::Layer& w : work.layers)
      layers_.push_back(std::make_unique<Layer>(Layer{{w.wq, c, c, work.positions},
                                                      {w.wk, c, c, work.positions},
                                                      {w.wv, c, c, work.positions},
                                                      {w.wo, c, c, work.positions},
                                                      {w.w1, work.hidden, c, work.positions},
                                                      {w.w2, c, work.hidden, work.positions},
                                                      {w.w3, work.hidden, c, work.positions}}));
  }

  void run(const half* input, half* output) override {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      Layer& layer = *layers_[i];
      widen(i == 0 ? input : between_[i].data(), x_.data(), elements_);
      rms_norm(x_.data(), work_.layers[i].attention_norm, work_.positions, y_.data());
      layer.wq(y_.data(), q_.data());
      layer.wk(y_.data(), k_.data());
      layer.wv(y_.data(), v_.data());
      attention_.scores(q_.data(), k_.data(), scores_.data());
      causal_softmax(scores_.data(), work_.heads, work_.positions, 1 / std::sqrt(static_cast<float>(work_.channels / work_.heads)));
      attention_.mix(scores_.data(), v_.data(), q_.data());
      layer.wo(q_.data(), y_.data());
      for (std::size_t j = 0; j < elements_; ++j) x_[j] += y_[j];
      rms_norm(x_.data(), work_.layers[i].feed_forward_norm, work_.positions, y_.data());
      layer.w1(y_.data(), gate_.data());
      layer.w3(y_.data(), up_.data());
      for (std::size_t j = 0; j < wide_; ++j) gate_[j] = gate_[j] / (1 + std::exp(-gate_[j])) * up_[j];
      layer.w2(gate_.data(), y_.data());
      for (std::size_t j = 0; j < elements_; ++j) x_[j] += y_[j];
      narrow(x_.data(), i + 1 == layers_.size() ? output : between_[i + 1].data(), elements_);
    }
  }

 private:
  struct Layer {
    typename Library::Linear wq, wk, wv, wo, w1, w2, w3;
  };

  Transformer work_;
  std::size_t elements_, wide_;
  typename Library::Attention attention_;
  std::vector<std::vector<half>> between_;
  Floats x_, y_, q_, k_, v_, gate_, up_, scores_;
  std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace

std::vector<std::unique_ptr<Peer>> peers_of([[maybe_unused]] const Convolutions& work) {
  std::vector<std::unique_ptr<Peer>> peers;
#if HAS_OPENBLAS
  peers.push_back(std::make_unique<ConvolutionPeer<OpenBlas>>(work));
#endif
#if HAS_EIGEN
  peers.push_back(std::make_unique<ConvolutionPeer<EigenLibrary>>(work));
#endif
#if HAS_DNNL
  peers.push_back(std::make_unique<ConvolutionPeer<OneDnn>>(work));
#endif
#if HAS_XNNPACK
  peers.push_back(std::make_unique<ConvolutionPeer<XnnPack>>(work));
#endif
  return peers;
}

std::vector<std::unique_ptr<Peer>> peers_of([[maybe_unused]] const Transformer& work) {
  std::vector<std::unique_ptr<Peer>> peers;
#if HAS_OPENBLAS
  peers.push_back(std::make_unique<TransformerPeer<OpenBlas>>(work));
#endif
#if HAS_EIGEN
  peers.push_back(std::make_unique<TransformerPeer<EigenLibrary>>(work));
#endif
#if HAS_DNNL
  peers.push_back(std::make_unique<TransformerPeer<OneDnn>>(work));
#endif
  return peers;
}

std::vector<std::pair<std::string, std::string>> versions() {
  std::vector<std::pair<std::string, std::string>> found;
#if HAS_OPENBLAS
  found.emplace_back("OpenBLAS", std::string{openblas_get_config()} + ", " + openblas_get_corename());
#endif
#if HAS_EIGEN
  found.emplace_back(
      "Eigen", std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." + std::to_string(EIGEN_MINOR_VERSION));
#endif
#if HAS_DNNL
  const dnnl_version_t* const dnnl = dnnl_version();
  found.emplace_back("oneDNN", std::to_string(dnnl->major) + "." + std::to_string(dnnl->minor) + "." + std::to_string(dnnl->patch));
#endif
#if HAS_XNNPACK
  found.emplace_back("XNNPACK", "as the system has it");
#endif
  return found;
}

void use_one_thread() {
#if HAS_OPENBLAS
  openblas_set_num_threads(1);
#endif
#if HAS_DNNL
  omp_set_num_threads(1);
#endif
}

}  // namespace peers
