// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <anechain/devices/ane/foundation.hpp>
#include <anechain/devices/ane/inventory.hpp>

namespace anechain::ane {

/// An IOSurface, as its own functions know it.
struct SurfaceObject;

/// Everything of the private framework, and of the public ones that it needs, that this library calls: opened and looked up
/// once. Making one never fails; what is missing is in its inventory.
///
/// The types of the messages are those that working code of other projects casts them to (maderix, Orion, libane, abr), where
/// those agree, and the class dump's where they do not: `processRequest:…` takes 64-bit numbers for qIndex and modelStringID.
class Framework {
  using Id = objc::Id;
  using Bool = objc::Bool;
  using Error = objc::Id*;

 public:
  explicit Framework(const Libraries& paths = {}) : inventory(paths), foundation(inventory) {}

  Inventory inventory;
  Foundation foundation;

  // IOSurface.
  using SurfaceRef = SurfaceObject*;
  SurfaceRef (*create_surface)(Id properties) = inventory.function<SurfaceRef (*)(Id)>(inventory.libraries().io_surface, "IOSurfaceCreate",
                                                                                       Need::always);
  std::int32_t (*lock_surface)(SurfaceRef, std::uint32_t options,
                               std::uint32_t* seed) = inventory.function<decltype(lock_surface)>(inventory.libraries().io_surface,
                                                                                                 "IOSurfaceLock", Need::always);
  std::int32_t (*unlock_surface)(SurfaceRef, std::uint32_t options,
                                 std::uint32_t* seed) = inventory.function<decltype(unlock_surface)>(inventory.libraries().io_surface,
                                                                                                     "IOSurfaceUnlock", Need::always);
  void* (*surface_memory)(SurfaceRef) = inventory.function<decltype(surface_memory)>(inventory.libraries().io_surface,
                                                                                     "IOSurfaceGetBaseAddress", Need::always);
  std::size_t (*surface_size)(SurfaceRef) = inventory.function<decltype(surface_size)>(inventory.libraries().io_surface,
                                                                                       "IOSurfaceGetAllocSize", Need::always);
  const Id* width_key = surface_key("kIOSurfaceWidth");
  const Id* height_key = surface_key("kIOSurfaceHeight");
  const Id* element_bytes_key = surface_key("kIOSurfaceBytesPerElement");
  const Id* row_bytes_key = surface_key("kIOSurfaceBytesPerRow");
  const Id* size_key = surface_key("kIOSurfaceAllocSize");
  const Id* format_key = surface_key("kIOSurfacePixelFormat");
  void (*release_reference)(void*) = inventory.function<void (*)(void*)>(inventory.libraries().core_foundation, "CFRelease", Need::always);

  // Classes.
  Id descriptor_class = inventory.class_named("_ANEInMemoryModelDescriptor", Need::always);
  Id model_class = inventory.class_named("_ANEInMemoryModel", Need::always);
  Id request_class = inventory.class_named("_ANERequest", Need::always);
  Id surface_class = inventory.class_named("_ANEIOSurfaceObject", Need::always);
  Id client_class = inventory.class_named("_ANEClient", Need::sometimes);
  Id program_class = inventory.class_named("_ANEProgramForEvaluation", Need::sometimes);
  Id inner_model_class = inventory.class_named("_ANEModel", Need::sometimes);
  Id statistics_class = inventory.class_named("_ANEPerformanceStats", Need::sometimes);
  Id device_class = inventory.class_named("_ANEDeviceInfo", Need::sometimes);

  // A program's life.
  objc::Message<Id(Id text, Id weights, Id options)> make_descriptor{
      descriptor<Id(Id, Id, Id)>("+modelWithMILText:weights:optionsPlist:", Need::always)};
  objc::Message<Id(Id descriptor)> make_model{model<Id(Id)>("+inMemoryModelWithDescriptor:", Need::always)};
  objc::Message<Id()> identifier{model<Id()>("-hexStringIdentifier", Need::always)};
  objc::Message<Bool(std::uint32_t qos, Id options, Error)> compile{
      model<Bool(std::uint32_t, Id, Error)>("-compileWithQoS:options:error:", Need::always)};
  objc::Message<Bool(std::uint32_t qos, Id options, Error)> load{
      model<Bool(std::uint32_t, Id, Error)>("-loadWithQoS:options:error:", Need::always)};
  objc::Message<Bool(std::uint32_t qos, Error)> unload{model<Bool(std::uint32_t, Error)>("-unloadWithQoS:error:", Need::always)};
  objc::Message<Bool()> is_compiled{model<Bool()>("-compiledModelExists", Need::sometimes)};
  objc::Message<void()> purge{model<void()>("-purgeCompiledModel", Need::sometimes)};
  objc::Message<Id()> attributes{model<Id()>("-modelAttributes", Need::sometimes)};
  objc::Message<Id()> inner_model{model<Id()>("-model", Need::sometimes)};
  objc::Message<void(std::uint32_t mask)> set_inner_statistics_mask{
      inventory.message<void(std::uint32_t)>(inner_model_class, "_ANEModel", "-setPerfStatsMask:", Need::sometimes)};
  objc::Message<void(std::uint32_t mask)> set_statistics_mask{model<void(std::uint32_t)>("-setPerfStatsMask:", Need::sometimes)};

  // Requests.
  objc::Message<Id(void* surface)> make_surface_object{
      inventory.message<Id(void*)>(surface_class, "_ANEIOSurfaceObject", "+objectWithIOSurface:", Need::always)};
  objc::Message<Id(Id inputs, Id input_indices, Id outputs, Id output_indices, Id weights, Id statistics, Id procedure)> make_request{
      inventory.message<Id(Id, Id, Id, Id, Id, Id, Id)>(
          request_class, "_ANERequest",
          "+requestWithInputs:inputIndices:outputs:outputIndices:weightsBuffer:perfStats:procedureIndex:", Need::always)};
  objc::Message<Id(std::uint64_t nanoseconds)> make_statistics{
      inventory.message<Id(std::uint64_t)>(statistics_class, "_ANEPerformanceStats", "+statsWithHardwareExecutionNS:", Need::sometimes)};
  objc::Message<std::uint64_t()> hardware_time{
      inventory.message<std::uint64_t()>(statistics_class, "_ANEPerformanceStats", "-hwExecutionTime", Need::sometimes)};

  // Evaluation, by each route.
  objc::Message<Bool(std::uint32_t qos, Id options, Id request, Error)> evaluate{
      model<Bool(std::uint32_t, Id, Id, Error)>("-evaluateWithQoS:options:request:error:", Need::always)};
  objc::Message<Id()> shared_client{inventory.message<Id()>(client_class, "_ANEClient", "+sharedConnection", Need::sometimes)};
  objc::Message<Bool(Id model, Id options, Id request, Error)> evaluate_in_real_time{inventory.message<Bool(Id, Id, Id, Error)>(
      client_class, "_ANEClient", "-evaluateRealTimeWithModel:options:request:error:", Need::sometimes)};
  objc::Message<Bool(Id model, Id options, Id request, std::uint32_t qos, Error)> evaluate_directly{
      inventory.message<Bool(Id, Id, Id, std::uint32_t, Error)>(client_class, "_ANEClient",
                                                                "-doEvaluateDirectWithModel:options:request:qos:error:", Need::sometimes)};
  objc::Message<Id()> program{inventory.message<Id()>(inner_model_class, "_ANEModel", "-program", Need::sometimes)};
  objc::Message<std::uint64_t()> string_id{
      inventory.message<std::uint64_t()>(inner_model_class, "_ANEModel", "-string_id", Need::sometimes)};
  objc::Message<Bool(Id request, Id model, std::uint32_t qos, std::uint64_t queue, std::uint64_t string_id, Id options,
                     std::uint32_t* returned, Error)>
      process_request{inventory.message<Bool(Id, Id, std::uint32_t, std::uint64_t, std::uint64_t, Id, std::uint32_t*, Error)>(
          program_class, "_ANEProgramForEvaluation",
          "-processRequest:model:qos:qIndex:modelStringID:options:returnValue:error:", Need::sometimes)};

  // What engine there is.
  objc::Message<Bool()> has_engine{device<Bool()>("+hasANE")};
  objc::Message<std::uint32_t()> core_count{device<std::uint32_t()>("+numANECores")};
  objc::Message<Id()> architecture{device<Id()>("+aneArchitectureType")};
  objc::Message<Id()> product{device<Id()>("+productName")};
  objc::Message<Id()> build{device<Id()>("+buildVersion")};

  /// What is missing without which nothing can be run.
  std::vector<Part> missing() const {
    std::vector<Part> parts;
    for (const Part& part : inventory.parts())
      if (part.need == Need::always && !part.found) parts.push_back(part);
    return parts;
  }

 private:
  const Id* surface_key(const char* name) { return inventory.function<const Id*>(inventory.libraries().io_surface, name, Need::always); }
  template <class Signature>
  objc::Message<Signature> descriptor(const char* selector, Need need) {
    return inventory.message<Signature>(descriptor_class, "_ANEInMemoryModelDescriptor", selector, need);
  }
  template <class Signature>
  objc::Message<Signature> model(const char* selector, Need need) {
    return inventory.message<Signature>(model_class, "_ANEInMemoryModel", selector, need);
  }
  template <class Signature>
  objc::Message<Signature> device(const char* selector) {
    return inventory.message<Signature>(device_class, "_ANEDeviceInfo", selector, Need::sometimes);
  }
};

}  // namespace anechain::ane
