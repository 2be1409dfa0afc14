// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <anechain/devices/device.hpp>

namespace anechain::ane {

/// What the framework said of a call that failed: an NSError, or an Objective-C exception, whose name is then the domain.
struct Failure {
  std::string domain{};      ///< "com.apple.appleneuralengine", or the exception's name
  std::int64_t code = 0;     ///< the NSError's; exceptions have none
  std::string text{};        ///< the framework's own words
  std::string underlying{};  ///< what the NSError says lies beneath, like "InvalidMILProgram"
  bool exception = false;    ///< Objective-C's, not an NSError
};

/// A failure that others met before, and what they found out of it.
struct KnownFailure {
  std::string_view domain;    ///< empty: any
  std::string_view fragment;  ///< of the text, or of what lies beneath; empty: any
  std::int64_t code;          ///< 0: any
  std::string_view cause;     ///< in words, for to_string
  std::string_view remedy;    ///< what helps, or "not known"
  std::string_view source;    ///< the projects that found it out
};

/// The more special ones first.
inline constexpr std::array known_failures{
    KnownFailure{"com.apple.appleneuralengine.compiler", "InvalidMILProgram", 0, "the compiler cannot read the program",
                 "`mil check` and `mil info` say what is unusual in it; results that nothing uses, unknown extents and more than 16 "
                 "weights in files of their own are known to be refused so",
                 "Espresso, abr, Orion"},
    KnownFailure{"com.apple.appleneuralengine.compiler", "UnreadableWeights", 0, "the compiler cannot read the weight file",
                 "check the path and the offset of BLOBFILE with `mil blob check`; the first record stands at offset 64", "Espresso, abr"},
    KnownFailure{"com.apple.appleneuralengine.compiler", "CompilationFailure", 0,
                 "the compiler takes the text, but no engine for an operation",
                 "`mil info` lists the constraints that the program breaks; arithmetic in fp32 is the usual one", "Espresso, abr"},
    KnownFailure{"com.apple.appleneuralengine.compiler", "", 0, "the compiler rejects the program",
                 "`mil info` lists the constraints that the program breaks; a process may have used up its compilations (about 119)",
                 "Espresso, Orion"},
    KnownFailure{"com.apple.appleneuralengine", "status=0x1d", 8, "surfaces of a wrong size, count or order",
                 "rows are padded to 64 bytes, and surfaces are in alphabetical order of the names; after a program with `tile`, every "
                 "evaluation of the process is known to fail so",
                 "Orion, Espresso, irm, sky"},
    KnownFailure{"com.apple.appleneuralengine", "status=0x2 ", 8, "a symbol index that the procedure does not have",
                 "procedure N takes the indices N", "inf"},
    KnownFailure{"com.apple.appleneuralengine", "status=0x16", 8, "the engine gave up during the evaluation", "not known", "inf"},
    KnownFailure{"", "map failure", 0, "the surfaces could not be mapped", "do not map them: evaluating does so itself", "lib, inf"},
    KnownFailure{"", "ANEProgramChainingPrepare", 0, "chaining requests are not for programs without an entitlement",
                 "use the strategy zero_copy, or fuse the chain", "maderix, abr"},
    KnownFailure{"", "", 0x20004, "too many programs are loaded, or too large ones",
                 "release some; processes have been seen to hold 55 to 120", "omlx"},
    KnownFailure{"com.apple.appleneuralengine", "", 6, "the program could not be loaded: too many are, or too large ones",
                 "release some; processes have been seen to hold 55 to 120", "omlx"},
    KnownFailure{"", "verifyBundleAtPath", 10, "macOS 27.0 rejects models that earlier ones took", "not known", "omlx"},
    KnownFailure{"com.apple.appleneuralengine.espresso", "", -1, "the client does not load programs given as MIL",
                 "use the routes standard, direct or program with programs compiled in memory", "maderix"},
    KnownFailure{"", "0xe00002e2", 0, "the kernel does not run a program that is not signed", "use another route", "guide"},
    KnownFailure{"", "0xe00002c7", 0, "this process lacks an entitlement", "use the route standard", "guide"},
    KnownFailure{"NSInvalidArgumentException", "getUUID", 0,
                 "the evaluation failed, and so did the framework's report of that failure, for a method that it lacks",
                 "use the route standard, which reports failures itself", "abr, maderix"},
};

/// What is known of a failure; null where nothing is.
inline const KnownFailure* known(const Failure& failure) {
  for (const KnownFailure& candidate : known_failures) {
    const bool domain_fits = candidate.domain.empty() || candidate.domain == failure.domain;
    const bool code_fits = candidate.code == 0 || candidate.code == failure.code;
    const bool text_fits = (failure.text + " ").find(candidate.fragment) != std::string::npos ||
                           failure.underlying.find(candidate.fragment) != std::string::npos;
    if (domain_fits && code_fits && text_fits) return &candidate;
  }
  return nullptr;
}

/// "com.apple.appleneuralengine 8: … Program Inference error. Known cause: … What helps: …"
inline std::string to_string(const Failure& failure) {
  std::string text = failure.exception ? "Objective-C exception " + failure.domain + ": " + failure.text
                                       : failure.domain + " " + std::to_string(failure.code) + ": " + failure.text;
  if (!failure.underlying.empty()) text += " (beneath: " + failure.underlying + ")";
  if (const KnownFailure* const facts = known(failure))
    text += std::string{". Known cause: "} + std::string{facts->cause} + ". What helps: " + std::string{facts->remedy} + " (" +
            std::string{facts->source} + ")";
  return text;
}

/// One of the device's errors, with what the framework said: `catch (const ane::Failed<EvaluateError>& error)`.
template <class Error>
struct Failed : Error {
  /// `call` is what was asked of the framework: "compileWithQoS".
  Failed(const std::string& call, Failure reported) : Error(call + ": " + to_string(reported)), failure(std::move(reported)) {}

  Failure failure;  ///< what `what()` says, as data
};

}  // namespace anechain::ane
