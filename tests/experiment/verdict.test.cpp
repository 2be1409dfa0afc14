// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/experiment/verdict.hpp>

#include <string>

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
  CHECK(judgement.next == "16.0 times the rounds to see 0.50 %");
}

TEST_CASE("verdict: numbers that do not hold, and why") {
  const auto reason = [](Evidence given) {
    const Judgement judgement = judge(given);
    CHECK(judgement.verdict == Verdict::unreliable);
    CHECK_FALSE(judgement.next.empty());
    return judgement.reason;
  };
  const Evidence sound = evidence(0.010, 0.008, 0.012);
  Evidence one = sound;
  one.failed_share = 0.0101;
  CHECK(reason(one) == "more than 1 % of the rounds failed");
  one.failed_share = 0.01;
  CHECK(judge(one).verdict == Verdict::slower);
  one = sound;
  one.interval.reset();
  CHECK(reason(one) == "too few rounds for an interval");
  one = sound;
  one.effective_rounds = 29.9;
  CHECK(reason(one) == "the rounds say no more than 29 independent ones, 30 are the least");
  one.effective_rounds = 30;
  CHECK(judge(one).verdict == Verdict::slower);
  one = sound;
  one.tied_share = 0.51;
  CHECK(reason(one) == "more than half of the rounds are ties: the clock is too coarse");
  one = sound;
  one.control_is_quiet = false;
  CHECK(reason(one).starts_with("the A/A control"));
  one.control_is_quiet.reset();
  CHECK(judge(one).verdict == Verdict::slower);
  one = sound;
  one.launches_disagree = true;
  CHECK(reason(one) == "launches differ by more than rounds do");
}
