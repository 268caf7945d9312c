// Every template that ships is a good model.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "facts/settings.h"
#include "model/load.h"
#include "plan/lower.h"

namespace kenko::plan {
namespace {

facts::Settings sources_of_everybody() {
  facts::Settings out;
  facts::SourceSettings source;
  source.name = "all";
  source.emits = {
      "announcement.opened", "ces.answered",       "community.posted", "csat.answered",   "expansion.discussed",
      "feature.used",        "gcr.answered",       "goal.missed",      "goal.reached",    "goal.set",
      "integration.used",    "invoice.issued",     "invoice.paid",     "login",           "meeting.cancelled",
      "meeting.held",        "meeting.missed",     "message.replied",  "message.sent",    "milestone.done",
      "milestone.due",       "nps.answered",       "payment.failed",   "pulse.set",       "purchase",
      "reference.given",     "reminder.sent",      "return",           "roi.recorded",    "subscription.started",
      "survey.sent",         "ticket.commented",   "ticket.opened",    "ticket.reopened", "ticket.solved",
      "training.attended",   "workflow.completed", "workflow.started"};
  using enum facts::AttributeType;
  source.attributes = {{"budget", number}, {"plan", text}, {"segment", text}, {"trial_ends", day}};
  out.sources = {source};
  return out;
}

TEST(Templates, LoadWithoutAProblemAndScore) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("share/templates")) {
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    const auto model = model::load(text.str(), entry.path().string(), sources_of_everybody());
    ASSERT_TRUE(model.ok()) << to_text(model.problems());
    EXPECT_TRUE(model->warnings.empty()) << to_text(model->warnings);
    const auto plan = lower(*model, sources_of_everybody());
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(model->name, entry.path().stem().string());
    EXPECT_GE(plan->metrics.size(), 3U);
    ++found;
  }
  EXPECT_GE(found, 10);
}

}  // namespace
}  // namespace kenko::plan
