#include <algorithm>

#include "property/generate_facts.h"

namespace kenko::property {

using facts::AccountIds;
using facts::AttributeType;
using facts::Coverage;
using facts::Settings;
using facts::SourceSettings;

Instant close_of(const Settings& settings, Day k) {
  return settings.time_zone.instant_of(LocalTime{k + 1, settings.close_minutes * 60'000'000LL, 0, false});
}

Settings generate_settings(Random& random, Day first) {
  Settings out;
  static const char* const kZones[] = {"UTC",        "Europe/London", "America/New_York",
                                       "Asia/Tokyo", "Pacific/Apia",  "America/Sao_Paulo"};
  out.company = "random";
  out.time_zone = *TimeZone::find(kZones[random.between(0, 5)]);
  out.close_minutes = random.chance(0.5) ? 360 : static_cast<int32_t>(random.between(0, 1439));
  out.lapse_days = random.chance(0.5) ? 30 : static_cast<int32_t>(random.between(0, 20));
  if (random.chance(0.3)) out.ours.push_back("meeting.held");
  if (random.chance(0.3)) out.exclude_accounts.push_back("a1");
  if (random.chance(0.5)) out.exclude_users.push_back("u0");

  const auto source = [&](const char* name, std::vector<std::string> emits, double all, double defines) {
    SourceSettings s;
    s.name = name;
    s.covers = random.chance(all) ? Coverage::all : Coverage::touched;
    s.accounts = random.chance(defines) ? AccountIds::defines : AccountIds::matched;
    s.emits = std::move(emits);
    std::sort(s.emits.begin(), s.emits.end());
    if (random.chance(0.3)) s.start = first + static_cast<int32_t>(random.between(-10, 40));
    return s;
  };
  out.sources.push_back(source("app", {"login", "feature.used", "workflow.completed", "workflow.started"}, 0.9, 1));
  out.sources.push_back(
      source("crm",
             {"account.churned", "account.paused", "account.reactivated", "account.renewed", "account.resumed",
              "meeting.held", "message.sent", "note.added", "notice.given", "override.cleared", "override.set",
              "pulse.set", "ticket.commented", "ticket.opened", "ticket.solved"},
             0.4, 0.3));
  out.sources.push_back(
      source("billing", {"invoice.issued", "invoice.paid", "subscription.started", "trial.started"}, 0.7, 0.5));
  out.sources.push_back(source("survey", {"login", "nps.answered", "ticket.opened"}, 0.3, 0.5));
  out.sources.push_back(source("sheet", {"nps.answered"}, 0.2, 0.7));
  out.sources[1].attributes = {
      {"go_live", AttributeType::day}, {"plan", AttributeType::text}, {"size", AttributeType::number}};
  out.sources[2].attributes = {{"plan", AttributeType::text}, {"spend", AttributeType::money}};
  out.sources[4].attributes = {{"size", AttributeType::number},
                               {"spend", AttributeType::money},
                               {"started", AttributeType::day},
                               {"status", AttributeType::text},
                               {"vip", AttributeType::flag}};
  if (random.chance(0.2)) {
    out.status_words = {{"active", "active"},       {"churned", "churned"}, {"gone fishing", "notice"},
                        {"onboarding", "internal"}, {"paused", "paused"},   {"trial", "onboarding"}};
  }
  if (random.chance(0.1)) out.status_attribute = "plan";
  for (SourceSettings& s : out.sources) {
    if (random.chance(0.2)) s.every_days = static_cast<int32_t>(random.between(3, 40));
  }
  return out;
}

}  // namespace kenko::property
