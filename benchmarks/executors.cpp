// SPDX-License-Identifier: MIT
// What does it cost to have another thread do a step? One hop through executor::SerialQueue, there and back, beside the barest ways to
// hand over one job, and beside libraries for it; and what two passes in flight give on two cores.
//   executors [RESULTS.json]
#include "hand_off.hpp"
#include "results.hpp"
#include "samples.hpp"

#include <anechain/anechain.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <semaphore>
#include <span>
#include <string>
#include <thread>
#include <vector>

#if BENCH_HAS_ASIO
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/version.hpp>
#endif
#if BENCH_HAS_TBB
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/version.h>
#endif

using namespace anechain;

namespace {

/// The job that is handed over: it counts, so that a job that was not done, or not yet done, is noticed.
struct Count {
  std::size_t* done;
  void operator()() const { ++*done; }
};

/// There is none.
struct NoInterlude {
  std::size_t position = 0;
  void operator()() const {}
};

struct ThroughOurs {
  std::array<Count, 12> steps{};
  std::unique_ptr<executor::SerialQueue> queue = std::make_unique<executor::SerialQueue>(12);

  void operator()(Count job, std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i) steps[i] = job;
    const executor::Lane<Count, NoInterlude> lane{std::span{steps}.first(jobs), {}};
    queue->run(std::span<const executor::Lane<Count, NoInterlude>>{&lane, 1});
  }
};

/// Does `Jobs` jobs on another thread and waits for the last of them, by SerialQueue and by `way` in turns; a way is given one job, and how
/// many there are before the wait.
template <std::size_t Jobs, class Way>
void compare(const std::string& name, Way way) {
  benchmark::RegisterBenchmark((std::to_string(Jobs) + " " + name).c_str(), [way](benchmark::State& state) {
    const auto done_by = [](auto& hand_over) {
      return [&hand_over] {
        std::size_t done = 0;
        hand_over(Count{&done}, Jobs);
        require(done == Jobs, "a job was not done in time");
      };
    };
    ThroughOurs ours;
    auto theirs = way();
    in_turns(state, 100, real_seconds, done_by(ours), done_by(theirs));
  })->UseRealTime();
}

template <class Way>
struct Through {
  std::unique_ptr<hand_off::Partner<Way>> partner = std::make_unique<hand_off::Partner<Way>>();

  void operator()(Count job, std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i) partner->run([](void* context) { (*static_cast<Count*>(context))(); }, &job);
  }
};

#if BENCH_HAS_ASIO
class ThroughAsio {
 public:
  ThroughAsio() : thread_([this] { context_->run(); }) {}
  ThroughAsio(ThroughAsio&&) = delete;
  ~ThroughAsio() {
    context_->stop();
    thread_.join();
  }

  void operator()(Count job, std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i)
      asio::post(*context_, [this, job, last = i + 1 == jobs] {
        job();
        if (last) done_.release();
      });
    done_.acquire();
  }

 private:
  std::unique_ptr<asio::io_context> context_ = std::make_unique<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_->get_executor()};
  std::binary_semaphore done_{0};
  std::thread thread_;
};
#endif

#if BENCH_HAS_TBB
class ThroughTbb {
 public:
  // One job at a time, in any order: an arena of one worker.
  void operator()(Count job, std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i)
      arena_.enqueue([this, job, jobs] {
        job();
        if (++finished_ == jobs) {
          finished_ = 0;
          done_.release();
        }
      });
    done_.acquire();
  }

 private:
  oneapi::tbb::task_arena arena_{1, 0};
  std::size_t finished_ = 0;
  std::binary_semaphore done_{0};
};
#endif

#if ANECHAIN_HAS_LIBDISPATCH
class ThroughDispatch {
 public:
  ThroughDispatch() = default;
  ThroughDispatch(ThroughDispatch&&) = delete;
  ~ThroughDispatch() {
    dispatch_release(done_);
    dispatch_release(queue_);
  }

  void operator()(Count job, std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i) {
      jobs_[i] = {this, job, i + 1 == jobs};
      dispatch_async_f(queue_, &jobs_[i], [](void* context) {
        const Job& one = *static_cast<Job*>(context);
        one.job();
        if (one.last) dispatch_semaphore_signal(one.of->done_);
      });
    }
    dispatch_semaphore_wait(done_, DISPATCH_TIME_FOREVER);
  }

 private:
  struct Job {
    ThroughDispatch* of;
    Count job;
    bool last;
  };
  dispatch_queue_t queue_ = dispatch_queue_create("benchmark", DISPATCH_QUEUE_SERIAL);
  dispatch_semaphore_t done_ = dispatch_semaphore_create(0);
  std::array<Job, 12> jobs_{};
};
#endif

/// Twelve large kernels on the host.
class LargePasses {
 public:
  template <class S>
  void time(const S& strategy) {
    auto pass = bind(strategy);
    benchmark::RegisterBenchmark(S::name.data(), [pass](benchmark::State& state) {
      for (auto _ : state) pass->run();
      verify(*pass);
    })->UseRealTime();
  }

  /// What the machine gives to two threads that know nothing of each other.
  void time_two_threads() {
    auto one = bind(zero_copy);
    auto other = bind(zero_copy);
    benchmark::RegisterBenchmark("two threads", [one, other](benchmark::State& state) {
      for (auto _ : state) {
        std::thread thread{[&] { other->run(); }};
        one->run();
        thread.join();
      }
      verify(*one);
      verify(*other);
    })->UseRealTime();
  }

 private:
  using Net = Repeat<Conv1x1<768, 256>, 12>;

  template <class S>
  std::shared_ptr<Pass<HostDevice, S>> bind(const S& strategy) {
    auto pass = std::shared_ptr<Pass<HostDevice, S>>{new auto(chain_.bind(strategy))};
    pass->input(x());
    return pass;
  }

  template <class P>
  static void verify(P& pass) {
    for (std::size_t lane = 0; lane < pass.lanes; ++lane) require(pass.output(lane) == x(), "a chain of identities gave something else");
  }

  static std::vector<float> x() { return std::vector<float>(768 * 256, 1.5f); }

  HostDevice device_;
  Compiled<Net, HostDevice> chain_ = Net::compile(device_, identity);
};

template <std::size_t Jobs>
std::vector<std::string> compare_all() {
  std::vector<std::string> names;
#if defined(__linux__)
  compare<Jobs>(hand_off::Futex::name, [] { return Through<hand_off::Futex>{}; });
  names.push_back(hand_off::Futex::name);
#endif
  compare<Jobs>(hand_off::AtomicWait::name, [] { return Through<hand_off::AtomicWait>{}; });
  names.push_back(hand_off::AtomicWait::name);
#if BENCH_HAS_ASIO
  compare<Jobs>("asio", [] { return ThroughAsio{}; });
  names.push_back("asio");
#endif
#if BENCH_HAS_TBB
  compare<Jobs>("oneTBB", [] { return ThroughTbb{}; });
  names.push_back("oneTBB");
#endif
#if ANECHAIN_HAS_LIBDISPATCH
  compare<Jobs>("libdispatch", [] { return ThroughDispatch{}; });
  names.push_back("libdispatch");
#endif
  return names;
}

/// Alone: its thread would take a core from whatever it stood beside.
void time_spinning() {
  benchmark::RegisterBenchmark(hand_off::Spin::name, [](benchmark::State& state) {
    std::size_t done = 0;
    std::size_t expected = 0;
    Through<hand_off::Spin> spin;
    for (auto _ : state) {
      spin(Count{&done}, 1);
      ++expected;
    }
    require(done == expected, "a job was not done in time");
  })->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
  return run_program([&] {
    const std::vector<std::string> names = compare_all<1>();
    compare_all<12>();
    time_spinning();
    LargePasses passes;
    passes.time(zero_copy);
    passes.time(overlapped<2>);
    passes.time_two_threads();
    const Samples samples = run_benchmarks(21, 0.05);

    Results results;
    results.samples() = samples;
#if BENCH_HAS_ASIO
    results.version("asio", std::to_string(ASIO_VERSION / 100000) + "." + std::to_string(ASIO_VERSION / 100 % 1000));
#endif
#if BENCH_HAS_TBB
    results.version("oneTBB", std::to_string(TBB_VERSION_MAJOR) + "." + std::to_string(TBB_VERSION_MINOR));
#endif
    const auto of = [&](const std::string& jobs, const std::string& name, const char* counter) {
      return median(samples.at(jobs + " " + name + "/real_time: " + counter));
    };
    const auto time = [&](const std::string& jobs, const std::string& name, const char* counter) {
      return fixed(of(jobs, name, counter) * 1e6, 2) + " us";
    };
    Results::Rows rows{{"by way of", "one job, there and back", "SerialQueue, in turns", "ratio", "twelve jobs, one wait",
                        "SerialQueue, in turns", "ratio"}};
    double hop = 0;
    for (const std::string& name : names) {
      std::vector<std::string> row{name};
      for (const char* jobs : {"1", "12"})
        for (const std::string& cell : {time(jobs, name, "theirs"), time(jobs, name, "ours"), fixed(of(jobs, name, "ratio"))})
          row.push_back(cell);
      rows.push_back(row);
      if (name == hand_off::AtomicWait::name || name == "futex") hop = std::max(hop, of("1", name, "ratio"));
    }
    const double spinning = median(samples.at(std::string{hand_off::Spin::name} + "/real_time"));
    rows.push_back({hand_off::Spin::name, fixed(spinning * 1e6, 2) + " us", "", "", "", "", ""});
    results.table("hops", rows);
    results.goal("a hop through SerialQueue costs at most 1.25 times the cheapest hand-off between two threads that sleep",
                 fixed(hop) + " times", hop <= 1.25);

    const double single = median(samples.at("zero_copy/real_time"));
    const double two_threads = median(samples.at("two threads/real_time"));
    const double overlapped = median(samples.at("overlapped2/real_time"));
    results.table("overlapped", {{"passes of twelve 768x256 on the host", "passes a second", "of zero_copy's"},
                                 {"zero_copy", fixed(1 / single, 1), "1.00"},
                                 {"overlapped2", fixed(2 / overlapped, 1), fixed(2 * single / overlapped)},
                                 {"two threads by hand", fixed(2 / two_threads, 1), fixed(2 * single / two_threads)}});
    results.goal("Overlapped<2> reaches 1.8 times the passes a second of zero_copy at 768x256",
                 fixed(2 * single / overlapped) + " times (two threads by hand: " + fixed(2 * single / two_threads) + ")",
                 2 * single / overlapped >= 1.8);
    results.write(argc, argv);
  });
}
