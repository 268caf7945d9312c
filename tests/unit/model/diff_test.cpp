#include "model/diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/load.h"
#include "model_workspace.h"

namespace kenko::model {
namespace {

constexpr const char* kModel = R"(kenko: 1
model: first
purpose: see who leaves
dimensions:
  product: {weight: 40}
  people: {weight: 60}
metrics:
  logins:
    label: Logins
    dimension: product
    weight: 2
    value: count(login[28d])
    curve: {0: 0, 4: 60, 20: 100}
  tickets:
    dimension: people
    value: count(ticket.opened[28d])
    curve: {0: 100, 5: 0}
segments:
  big: {when: 'attr(employees) > 100', weights: {product: 50}}
  small: {when: 'true'}
triggers:
  angry: {when: 'count(ticket.opened[7d]) > 3', points: -10, for: 14d}
inputs:
  pulse: {event: pulse.set, every: 30d, from: the CSM, rubric: {1: bad, 5: good}}
bands: {low: {from: 0}, high: {from: 50}}
)";

Model loaded(const std::string& text) {
  auto model = load(text, "first.yaml", example_settings());
  EXPECT_TRUE(model.ok()) << (model.ok() ? "" : to_text(model.problems()));
  return model.ok() ? std::move(model).value() : Model{};
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

std::vector<std::string> said(const std::string& before, const std::string& after) {
  std::vector<std::string> out;
  for (const Difference& d : differences(loaded(before), loaded(after)))
    out.push_back(to_text(d) + (d.meaning ? "" : " (words)"));
  return out;
}

using Lines = std::vector<std::string>;

TEST(Diff, AModelDoesNotDifferFromItself) { EXPECT_EQ(said(kModel, kModel), Lines{}); }

TEST(Diff, OneSettingAtATime) {
  const auto change = [](const std::string& what, const std::string& with) {
    return said(kModel, replaced(kModel, what, with));
  };
  EXPECT_EQ(change("product: {weight: 40}", "product: {weight: 45}"), Lines{"dimension product: weight 40 -> 45"});
  EXPECT_EQ(change("4: 60", "4: 55"), Lines{"metric logins: curve at 4 60 points -> 55 points"});
  EXPECT_EQ(change("4: 60", "5: 60"),
            (Lines{"metric logins: curve at 5 is new: 60 points", "metric logins: curve at 4 is gone, was 60 points"}));
  EXPECT_EQ(change("login[28d]", "login[7d]"), Lines{"metric logins: value count(login[28d]) -> count(login[7d])"});
  EXPECT_EQ(change("high: {from: 50}", "high: {from: 60}"), Lines{"the model: band high from 50 -> 60"});
  EXPECT_EQ(change("points: -10", "points: -12"), Lines{"trigger angry: points -10 -> -12"});
  EXPECT_EQ(change("weights: {product: 50}", "weights: {product: 55}"),
            Lines{"segment big: weight of product 50 -> 55"});
}

TEST(Diff, WordsAreMarked) {
  EXPECT_EQ(said(kModel, replaced(kModel, "label: Logins", "label: Visits")),
            Lines{"metric logins: label Logins -> Visits (words)"});
  EXPECT_EQ(said(kModel, replaced(kModel, "see who leaves", "see who stays")),
            Lines{"the model: purpose see who leaves -> see who stays (words)"});
  EXPECT_EQ(said(kModel, replaced(kModel, "5: good", "5: great")),
            Lines{"input pulse: rubric 5 good -> great (words)"});
}

TEST(Diff, ASubjectComesAndGoes) {
  const std::string line = "  angry: {when: 'count(ticket.opened[7d]) > 3', points: -10, for: 14d}\n";
  const std::string without = replaced(kModel, "triggers:\n" + line, "");
  const Lines gone = said(kModel, without);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].rfind("trigger angry is gone: ", 0), 0U) << gone[0];
  const Lines came = said(without, kModel);
  ASSERT_EQ(came.size(), 1U);
  EXPECT_EQ(came[0].rfind("trigger angry is new: ", 0), 0U) << came[0];
}

TEST(Diff, OrderCountsForSegmentsAlone) {
  std::string swapped = replaced(kModel, "  small: {when: 'true'}\n", "");
  swapped = replaced(swapped, "segments:\n", "segments:\n  small: {when: 'true'}\n");
  EXPECT_EQ(said(kModel, swapped), Lines{"the model: order of segments big, small -> small, big"});
  std::string other = replaced(kModel, "  people: {weight: 60}\n", "");
  other = replaced(other, "dimensions:\n", "dimensions:\n  people: {weight: 60}\n");
  EXPECT_EQ(said(kModel, other), Lines{});
}

// Whatever is said of one way is said of the way back, with before and after swapped.
TEST(Diff, TheWayBack) {
  const std::string after = replaced(replaced(kModel, "4: 60", "6: 70"), "weight: 2", "weight: 3");
  const auto there = differences(loaded(kModel), loaded(after));
  auto back = differences(loaded(after), loaded(kModel));
  ASSERT_EQ(there.size(), 3U);
  for (Difference d : there) {
    std::swap(d.before, d.after);
    EXPECT_NE(std::find(back.begin(), back.end(), d), back.end()) << to_text(d);
  }
  EXPECT_EQ(back.size(), there.size());
}

}  // namespace
}  // namespace kenko::model
