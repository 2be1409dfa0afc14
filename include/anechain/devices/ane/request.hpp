// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <anechain/devices/ane/framework.hpp>
#include <anechain/devices/ane/options.hpp>
#include <anechain/devices/ane/program.hpp>
#include <anechain/devices/ane/surface.hpp>

namespace anechain::ane {

/// A program bound to surfaces, made once, and all that evaluating it by a route takes.
class Request {
 public:
  /// Throws DeviceError where the surfaces are not as many, or not of the types, that the program has, and for what the framework says.
  Request(std::shared_ptr<const Framework> framework, const Program& program, std::span<Surface* const> inputs,
          std::span<Surface* const> outputs, const Options& options)
      : state_(std::make_unique<State>(std::move(framework), options, program.model())) {
    require_fit(program.inputs(), inputs, "input");
    require_fit(program.outputs(), outputs, "output");
    state_->framework->foundation.in_pool<DeviceError>("making a request", [&] {
      state_->none = state_->framework->foundation.dictionary({}, {});
      if (options.statistics) make_statistics();
      make_request(inputs, outputs);
      find_route();
    });
  }

  /// Runs it, and returns when the outputs are written. Throws EvaluateError.
  void evaluate() const {
    const Framework& framework = *state_->framework;
    framework.foundation.in_pool<EvaluateError>(call(), [&] {
      objc::Id error = nullptr;
      if (send(framework, &error) == 0) throw Failed<EvaluateError>{call(), framework.foundation.failure(error)};
    });
  }

  /// What the hardware took for the last evaluation, where statistics were asked for and the framework tells.
  std::optional<std::chrono::nanoseconds> hardware_time() const {
    const Framework& framework = *state_->framework;
    if (!state_->statistics || !framework.hardware_time) return std::nullopt;
    const auto time =
        framework.foundation.in_pool<DeviceError>("hwExecutionTime", [&] { return framework.hardware_time(state_->statistics.get()); });
    return time == 0 ? std::nullopt : std::optional{std::chrono::nanoseconds{static_cast<std::int64_t>(time)}};
  }

 private:
  /// Objects go before the framework that they are released through.
  struct State {
    State(std::shared_ptr<const Framework> through, const Options& options, objc::Id loaded)
        : framework(std::move(through)), route(options.route), qos(options.qos), model(loaded) {}

    std::shared_ptr<const Framework> framework;
    Route route;
    std::uint32_t qos;
    objc::Id model;  // the program's, or its inner model
    std::uint64_t string_id = 0;
    objc::Owned none;
    objc::Owned inner_model;
    objc::Owned target;  // the client, which is one for all, or the model's program
    objc::Owned statistics;
    objc::Owned request;
  };

  /// Without fuss where there are none.
  void make_statistics() {
    const Framework& framework = *state_->framework;
    if (framework.make_statistics)
      state_->statistics = framework.foundation.retained(framework.make_statistics(framework.statistics_class, 0));
  }

  void make_request(std::span<Surface* const> inputs, std::span<Surface* const> outputs) {
    const Framework& framework = *state_->framework;
    const Foundation& foundation = framework.foundation;
    const auto objects = [&](std::span<Surface* const> surfaces) {
      std::vector<objc::Id> all;
      for (const Surface* surface : surfaces) all.push_back(surface->object());
      return foundation.array(all);
    };
    const auto indices = [&](std::size_t count) {
      std::vector<objc::Owned> numbers;
      std::vector<objc::Id> all;
      all.reserve(count);
      for (std::size_t i = 0; i < count; ++i) all.push_back(numbers.emplace_back(foundation.number(static_cast<std::int64_t>(i))).get());
      return foundation.array(all);
    };
    const objc::Owned input_objects = objects(inputs);
    const objc::Owned output_objects = objects(outputs);
    const objc::Owned input_indices = indices(inputs.size());
    const objc::Owned output_indices = indices(outputs.size());
    const objc::Owned procedure = foundation.number(0);
    const objc::Id statistics_list[]{state_->statistics.get()};
    const objc::Owned statistics = state_->statistics ? foundation.array(statistics_list) : objc::Owned{};
    state_->request =
        foundation.retained(framework.make_request(framework.request_class, input_objects.get(), input_indices.get(), output_objects.get(),
                                                   output_indices.get(), nullptr, statistics.get(), procedure.get()));
    if (!state_->request) throw DeviceError("the framework makes no request of these surfaces");
  }

  /// What the route's message is sent to, and what it takes besides.
  void find_route() {
    State& state = *state_;
    const Framework& framework = *state.framework;
    const Foundation& foundation = framework.foundation;
    if (state.route == Route::standard) return;
    const std::string route = "route " + std::string{name_of(state.route)} + ": ";
    state.inner_model = foundation.retained(framework.inner_model ? framework.inner_model(state.model) : state.model);
    if (!state.inner_model) throw DeviceError(route + "the loaded program has no _ANEModel");
    state.model = state.inner_model.get();
    const bool by_program = state.route == Route::program;
    state.target = foundation.retained(by_program ? framework.program(state.model) : framework.shared_client(framework.client_class));
    if (!state.target)
      throw DeviceError(route + (by_program ? "the loaded program has no _ANEProgramForEvaluation" : "the client has no connection"));
    if (by_program) state.string_id = framework.string_id(state.model);
  }

  const char* call() const {
    switch (state_->route) {
      case Route::standard: return "evaluateWithQoS";
      case Route::real_time: return "evaluateRealTimeWithModel";
      case Route::direct: return "doEvaluateDirectWithModel";
      case Route::program: return "processRequest";
    }
    return "";
  }

  objc::Bool send(const Framework& framework, objc::Id* error) const {
    const State& state = *state_;
    const objc::Id none = state.none.get();
    const objc::Id request = state.request.get();
    switch (state.route) {
      case Route::standard: return framework.evaluate(state.model, state.qos, none, request, error);
      case Route::real_time: return framework.evaluate_in_real_time(state.target.get(), state.model, none, request, error);
      case Route::direct: return framework.evaluate_directly(state.target.get(), state.model, none, request, state.qos, error);
      case Route::program: {
        constexpr std::uint64_t queue = 0;
        std::uint32_t returned = 0;
        const objc::Bool done =
            framework.process_request(state.target.get(), request, state.model, state.qos, queue, state.string_id, none, &returned, error);
        if (done != 0 && returned != 0) throw EvaluateError("processRequest succeeded, but returned " + std::to_string(returned));
        return done;
      }
    }
    return 0;
  }

  std::unique_ptr<State> state_;
};

}  // namespace anechain::ane
