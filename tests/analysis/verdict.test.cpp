// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/analysis/verdict.hpp>

using namespace anechain;

namespace {

/// Half a per cent is of interest; a quiet, long run.
Evidence evidence(double effect, double low, double high) {
  return {.effect = effect,
          .interval = statistics::Interval{low, high},
          .minimum_detectable = 0.001,
          .effective_rounds = 400,
          .control_is_quiet = true};
}

}  // namespace

TEST_CASE("verdict: an effect of interest whose interval excludes zero") {
  CHECK(judge(evidence(0.010, 0.008, 0.012)).verdict == Verdict::slower);
  CHECK(judge(evidence(-0.010, -0.012, -0.008)).verdict == Verdict::faster);
  CHECK(judge(evidence(0.005, 0.0001, 0.010)).verdict == Verdict::slower);  // the smallest of interest
}

TEST_CASE("verdict: effects too small to be of interest") {
  CHECK(judge(evidence(0.0049, 0.0001, 0.009)).verdict == Verdict::negligible);
  CHECK(judge(evidence(0.001, 0, 0.002)).verdict == Verdict::equivalent);  // an interval that touches zero holds it
  CHECK(judge(evidence(0.001, -0.0049, 0.0049)).verdict == Verdict::equivalent);
  CHECK(judge(evidence(0.001, -0.001, 0.005)).verdict == Verdict::indistinguishable);
}

TEST_CASE("verdict: what cannot be told says how much more it would take") {
  Evidence wide = evidence(0.002, -0.02, 0.02);
  wide.minimum_detectable = 0.02;
  const Judgement judgement = judge(wide);
  CHECK(judgement.verdict == Verdict::indistinguishable);
  CHECK(judgement.times_the_rounds == doctest::Approx(16));
}

TEST_CASE("verdict: numbers that do not hold, and why") {
  const auto reason = [](Evidence given) {
    const Judgement judgement = judge(given);
    CHECK(judgement.verdict == Verdict::unreliable);
    return judgement.reason;
  };
  const Evidence sound = evidence(0.010, 0.008, 0.012);
  Evidence one = sound;
  one.failed_share = 0.0101;
  CHECK(reason(one) == Reason::failed_rounds);
  one.failed_share = 0.01;
  CHECK(judge(one).verdict == Verdict::slower);
  one = sound;
  one.interval.reset();
  CHECK(reason(one) == Reason::too_few_rounds);
  one = sound;
  one.effective_rounds = 29.9;
  CHECK(reason(one) == Reason::dependent_rounds);
  CHECK(judge(one).effective_rounds == 29.9);
  one.effective_rounds = 30;
  CHECK(judge(one).verdict == Verdict::slower);
  one = sound;
  one.tied_share = 0.51;
  CHECK(reason(one) == Reason::ties);
  one = sound;
  one.control_is_quiet = false;
  CHECK(reason(one) == Reason::control_not_quiet);
  one.control_is_quiet.reset();
  CHECK(judge(one).verdict == Verdict::slower);
  one = sound;
  one.launches_disagree = true;
  CHECK(reason(one) == Reason::launches_disagree);
}
