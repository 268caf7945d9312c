// The workspace that the tests of the front end check models against.
#pragma once

#include "facts/settings.h"

namespace kenko::model {

inline facts::Settings example_settings() {
  using facts::AttributeType;
  facts::Settings s;
  const auto source = [&](std::string name, facts::Coverage covers,
                          std::vector<std::string> emits) -> facts::SourceSettings& {
    facts::SourceSettings& out = s.sources.emplace_back();
    out.name = std::move(name);
    out.covers = covers;
    out.emits = std::move(emits);
    return out;
  };
  source("product", facts::Coverage::all, {"feature.used", "login", "workflow.completed", "workflow.started"});
  source("desk", facts::Coverage::touched, {"ticket.commented", "ticket.opened", "ticket.solved"});
  source("survey", facts::Coverage::touched, {"csat.answered", "nps.answered"});
  source("billing", facts::Coverage::all, {"invoice.issued", "invoice.paid", "payment.failed"});
  source("crm", facts::Coverage::touched, {"meeting.held", "message.sent", "milestone.done", "milestone.due"})
      .attributes = {{"employees", AttributeType::number}, {"health_check", AttributeType::number},
                     {"mrr", AttributeType::money},        {"plan", AttributeType::text},
                     {"started", AttributeType::day},      {"vip", AttributeType::flag},
                     {"go_live", AttributeType::day}};
  return s;
}

}  // namespace kenko::model
