// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <anechain/measure/report.hpp>
#include <anechain/support/digest.hpp>

/// How a process sends a report to another process of the same program: as bytes of this machine and this build. Files have a format of
/// their own, see report/.
namespace anechain::detail::wire {

/// The bytes are not a message, or not a whole one.
struct WireError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
concept Number = std::is_arithmetic_v<T> || std::is_enum_v<T>;

// The members of each type in a report, in the order in which they are written and read: `of` is a Writer or a Reader.
template <class Archive, class First, class Second>
void members(Archive& of, std::pair<First, Second>& x) {
  of(x.first, x.second);
}
template <class Archive>
void members(Archive& of, SpeedOfLight& x) {
  of(x.tflops, x.gb_per_s, x.source);
}
template <class Archive>
void members(Archive& of, Environment& x) {
  of(x.version, x.compiler, x.time, x.system, x.processor, x.cores, x.memory_bytes, x.load, x.governor, x.is_virtual, x.clock, x.device,
     x.arguments, x.settings, x.speed_of_light);
}
template <class Archive>
void members(Archive& of, mil::TensorType& x) {
  of(x.dtype, x.shape.rank);
  for (std::int64_t& extent : x.shape.extents) of(extent);
}
template <class Archive>
void members(Archive& of, MeasuredLinks& x) {
  of(x.count, x.bytes);
}
template <class Archive>
void members(Archive& of, PassMemory& x) {
  of(x.surfaces, x.bytes, x.saved_bytes);
}
template <class Archive>
void members(Archive& of, MeasuredKernel& x) {
  of(x.name, x.text, x.weights, x.inputs, x.outputs, x.flops, x.bytes.input, x.bytes.output, x.bytes.weights);
}
template <class Archive>
void members(Archive& of, MeasuredContender& x) {
  of(x.name, x.label, x.flow.name, x.flow.programs, x.flow.parts, x.flow.wiring, x.strategy.name, x.strategy.executor, x.strategy.lanes,
     x.strategy.work, x.strategy.copies, x.strategy.hops, x.memory, x.baseline, x.failure);
}
template <class Archive>
void members(Archive& of, Protocol& x) {
  of(x.order, x.seed, x.history, x.gaps, x.launches, x.pilot, x.least_rounds, x.most_rounds, x.target_us, x.target_share, x.budget,
     x.warm_up_limit, x.confidence, x.epsilon, x.estimator);
}
template <class Archive>
void members(Archive& of, Launch& x) {
  of(x.process, x.resumed, x.repeats, x.rounds, x.warm_up, x.steady, x.planned, x.end);
}
template <class Archive>
void members(Archive& of, Sample& x) {
  of(x.start, x.duration, x.round, x.slot, x.contender, x.launch, x.control);
}
template <class Archive>
void members(Archive& of, FailedRound& x) {
  of(x.launch, x.round, x.contender, x.reason);
}
template <class Archive>
void members(Archive& of, Measurement& x) {
  of(x.protocol, x.across, x.clock.resolution, x.clock.reading, x.contenders, x.launches, x.samples, x.failures);
}
template <class Archive>
void members(Archive& of, FailedProcess& x) {
  of(x.process, x.processes, x.signal, x.exit_code, x.is_kept, x.reason);
}
template <class Archive>
void members(Archive& of, Report& x) {
  of(x.environment, x.measurements, x.failed_processes, x.interrupted);
}

class Writer {
 public:
  template <class... Values>
  void operator()(Values&... values) {
    (put(values), ...);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  template <Number T>
  void put(T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof raw);
  }
  void put(std::chrono::nanoseconds value) { put(std::int64_t{value.count()}); }
  void put(const std::string& text) {
    put(std::uint64_t{text.size()});
    bytes_ += text;
  }
  template <class T>
  void put(std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class T>
  void put(std::vector<T>& all) {
    put(std::uint64_t{all.size()});
    for (T& one : all) put(one);
  }
  template <class T>
    requires requires(Writer& to, T& value) { members(to, value); }
  void put(T& value) {
    members(*this, value);
  }

  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }

  /// How many bytes are still unread.
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) throw WireError("the message ends too early");
    const std::string_view taken = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  template <Number T>
  void get(T& value) {
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
  }
  void get(bool& value) { value = take(1)[0] != 0; }
  void get(std::chrono::nanoseconds& value) {
    std::int64_t count = 0;
    get(count);
    value = std::chrono::nanoseconds{count};
  }
  void get(std::string& text) {
    std::uint64_t size = 0;
    get(size);
    text = take(size);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool is_there = false;
    get(is_there);
    value.reset();
    if (is_there) get(value.emplace());
  }
  template <class T>
  void get(std::vector<T>& all) {
    std::uint64_t size = 0;
    get(size);
    if (size > bytes_.size()) throw WireError("the message ends too early");  // an element has one byte at least
    all.clear();
    for (std::uint64_t i = 0; i < size; ++i) get(all.emplace_back());
  }
  template <class T>
    requires requires(Reader& from, T& value) { members(from, value); }
  void get(T& value) {
    members(*this, value);
  }

  std::string_view bytes_;
};

/// What a child sends to its parent.
struct Message {
  std::string error{};             ///< the reason if there is no report
  int signal = 0;                  ///< that interrupted the measurement; 0 if none did
  std::optional<Report> report{};  ///< what was measured
};
template <class Archive>
void members(Archive& of, Message& x) {
  of(x.error, x.signal, x.report);
}

inline constexpr std::string_view magic = "anechain";

/// The bytes of a message, after its length and a digest by which decoded() notices that bytes are missing or changed. Only reads
/// `message`.
inline std::string encoded(Message& message) {
  Writer body;
  body(message);
  std::uint64_t size = body.bytes().size();
  std::uint64_t sum = digest(std::string_view{body.bytes()});
  Writer ends;
  ends(size, sum);
  return std::string{magic} + ends.bytes() + body.bytes();
}

/// Decodes the message at the beginning of `bytes` and removes it from them. Throws WireError if it is not whole.
inline Message decoded(std::string_view& bytes) {
  constexpr std::size_t head = magic.size() + 2 * sizeof(std::uint64_t);
  if (bytes.size() < head || !bytes.starts_with(magic)) throw WireError("no message");
  Reader ends{bytes.substr(magic.size())};
  std::uint64_t size = 0;
  std::uint64_t sum = 0;
  ends(size, sum);
  if (size > bytes.size() - head) throw WireError("the message ends too early");
  const std::string_view body = bytes.substr(head, static_cast<std::size_t>(size));
  if (digest(body) != sum) throw WireError("the message is not what was sent");
  Message message;
  Reader reader{body};
  reader(message);
  if (reader.left() != 0) throw WireError("the message is longer than what it holds");
  bytes.remove_prefix(head + body.size());
  return message;
}

}  // namespace anechain::detail::wire
