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
      : framework_(std::move(framework)), route_(options.route), qos_(options.qos), model_(program.model()) {
    require_fit(program.inputs(), inputs, "input");
    require_fit(program.outputs(), outputs, "output");
    framework_->foundation.in_pool<DeviceError>("making a request", [&] {
      none_ = framework_->foundation.dictionary({}, {});
      if (options.statistics) make_statistics();
      make_request(inputs, outputs);
      find_route();
    });
  }
  Request(Request&&) = default;
  Request& operator=(Request&& other) noexcept {
    std::swap(framework_, other.framework_);  // what is released with it needs it
    std::swap(route_, other.route_);
    std::swap(qos_, other.qos_);
    std::swap(model_, other.model_);
    std::swap(target_, other.target_);
    std::swap(string_id_, other.string_id_);
    std::swap(none_, other.none_);
    std::swap(statistics_, other.statistics_);
    std::swap(request_, other.request_);
    return *this;
  }
  ~Request() = default;

  /// Runs it, and returns when the outputs are written. Throws EvaluateError.
  void evaluate() const {
    framework_->foundation.in_pool<EvaluateError>(call(), [&] {
      objc::Id error = nullptr;
      if (send(&error) == 0) throw Failed<EvaluateError>{call(), framework_->foundation.failure(error)};
    });
  }

  /// What the hardware took for the last evaluation, where statistics were asked for and the framework tells.
  std::optional<std::chrono::nanoseconds> hardware_time() const {
    if (!statistics_ || !framework_->hardware_time) return std::nullopt;
    const auto time =
        framework_->foundation.in_pool<DeviceError>("hwExecutionTime", [&] { return framework_->hardware_time(statistics_.get()); });
    return time == 0 ? std::nullopt : std::optional{std::chrono::nanoseconds{static_cast<std::int64_t>(time)}};
  }

 private:
  static void require_fit(std::span<const Port> ports, std::span<Surface* const> surfaces, const char* role) {
    if (ports.size() != surfaces.size())
      throw DeviceError(std::to_string(surfaces.size()) + " surfaces for the " + std::to_string(ports.size()) + " " + role +
                        "s of the program");
    for (std::size_t i = 0; i < ports.size(); ++i)
      if (surfaces[i]->type() != ports[i].type)
        throw DeviceError("the surface for the " + std::string{role} + " '" + ports[i].name + "' is " + to_string(surfaces[i]->type()) +
                          ", the program has " + to_string(ports[i].type));
  }

  /// Without fuss where there are none.
  void make_statistics() {
    if (framework_->make_statistics)
      statistics_ = framework_->foundation.retained(framework_->make_statistics(framework_->statistics_class, 0));
  }

  void make_request(std::span<Surface* const> inputs, std::span<Surface* const> outputs) {
    const Foundation& foundation = framework_->foundation;
    const auto objects = [&](std::span<Surface* const> surfaces) {
      std::vector<objc::Id> all;
      for (const Surface* surface : surfaces) all.push_back(surface->object());
      return foundation.array(all);
    };
    const auto indices = [&](std::size_t count) {
      std::vector<objc::Owned> numbers;
      std::vector<objc::Id> all;
      for (std::size_t i = 0; i < count; ++i) all.push_back(numbers.emplace_back(foundation.number(static_cast<std::int64_t>(i))).get());
      return foundation.array(all);
    };
    const objc::Owned input_objects = objects(inputs);
    const objc::Owned output_objects = objects(outputs);
    const objc::Owned input_indices = indices(inputs.size());
    const objc::Owned output_indices = indices(outputs.size());
    const objc::Owned procedure = foundation.number(0);
    const objc::Id statistics_list[]{statistics_.get()};
    const objc::Owned statistics = statistics_ ? foundation.array(statistics_list) : objc::Owned{};
    request_ = foundation.retained(framework_->make_request(framework_->request_class, input_objects.get(), input_indices.get(),
                                                            output_objects.get(), output_indices.get(), nullptr, statistics.get(),
                                                            procedure.get()));
    if (!request_) throw DeviceError("the framework makes no request of these surfaces");
  }

  /// What the route's message is sent to, and what it takes besides.
  void find_route() {
    const Framework& framework = *framework_;
    const Foundation& foundation = framework.foundation;
    if (route_ == Route::standard) return;
    const std::string route = "route " + std::string{name_of(route_)} + ": ";
    inner_model_ = foundation.retained(framework.inner_model ? framework.inner_model(model_) : model_);
    if (!inner_model_) throw DeviceError(route + "the loaded program has no _ANEModel");
    model_ = inner_model_.get();
    target_ = foundation.retained(route_ == Route::program ? framework.program(model_) : framework.shared_client(framework.client_class));
    if (!target_)
      throw DeviceError(route +
                        (route_ == Route::program ? "the loaded program has no _ANEProgramForEvaluation" : "the client has no connection"));
    if (route_ == Route::program) string_id_ = framework.string_id(model_);
  }

  const char* call() const {
    switch (route_) {
      case Route::standard: return "evaluateWithQoS";
      case Route::real_time: return "evaluateRealTimeWithModel";
      case Route::direct: return "doEvaluateDirectWithModel";
      case Route::program: return "processRequest";
    }
    return "";
  }

  objc::Bool send(objc::Id* error) const {
    const Framework& framework = *framework_;
    switch (route_) {
      case Route::standard: return framework.evaluate(model_, qos_, none_.get(), request_.get(), error);
      case Route::real_time: return framework.evaluate_in_real_time(target_.get(), model_, none_.get(), request_.get(), error);
      case Route::direct: return framework.evaluate_directly(target_.get(), model_, none_.get(), request_.get(), qos_, error);
      case Route::program: {
        constexpr std::uint64_t queue = 0;
        std::uint32_t returned = 0;
        return framework.process_request(target_.get(), request_.get(), model_, qos_, queue, string_id_, none_.get(), &returned, error);
      }
    }
    return 0;
  }

  std::shared_ptr<const Framework> framework_;
  Route route_;
  std::uint32_t qos_;
  objc::Id model_;  // the program's, or its inner model
  std::uint64_t string_id_ = 0;
  objc::Owned inner_model_;
  objc::Owned target_;  // the client, which is one for all, or the model's program
  objc::Owned none_;
  objc::Owned statistics_;
  objc::Owned request_;
};

}  // namespace anechain::ane
