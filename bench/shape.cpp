#include "shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace kenko::bench {
namespace {

constexpr double kLargestShare = 0.1;  // of all events, for the first account
constexpr double kExponent = 0.8;      // of Zipf's law for the others
constexpr uint32_t kGuides = 65'536;
constexpr int32_t kFeatures = 40;
constexpr int64_t kMicrosPerDay = 86'400'000'000;

struct Kind {
  const char* name;
  int share;  // of a thousand
  bool user, feature, value;
};

constexpr std::array<Kind, 13> kKinds{{
    {"login", 300, true, false, false},
    {"feature.used", 400, true, true, false},
    {"workflow.started", 60, true, false, false},
    {"workflow.completed", 50, true, false, false},
    {"integration.used", 60, false, true, false},
    {"message.sent", 40, false, false, false},
    {"ticket.opened", 30, true, false, false},
    {"ticket.solved", 25, false, false, false},
    {"nps.answered", 10, true, false, true},
    {"invoice.paid", 15, false, false, true},
    {"training.attended", 5, true, false, false},
    {"report.exported", 5, true, false, true},
    {"account.churned", 0, false, false, false},  // of customers.h alone
}};
constexpr uint8_t kTicketOpened = 6, kNps = 8, kInvoice = 9;

}  // namespace

const std::vector<std::string>& event_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Kind& kind : kKinds) out.emplace_back(kind.name);
    return out;
  }();
  return names;
}

Generator::Generator(const Shape& shape) : shape_(shape) {
  const auto count = static_cast<size_t>(std::max<int64_t>(shape.accounts, 1));
  std::vector<double> weight(count);
  double rest = 0;
  for (size_t a = 1; a < count; ++a) rest += weight[a] = 1 / std::pow(static_cast<double>(a), kExponent);
  for (size_t a = 1; a < count; ++a) weight[a] *= (1 - kLargestShare) / rest;
  weight[0] = count == 1 ? 1 : kLargestShare;
  double sum = 0;
  for (size_t a = 0; a < count; ++a) {
    up_to_.push_back(sum += weight[a]);
    const double events = weight[a] * static_cast<double>(shape.events);
    users_.push_back(static_cast<int32_t>(std::clamp(3 + events / 150, 3.0, 20'000.0)));
  }
  up_to_.back() = 1;
  for (uint32_t g = 0; g <= kGuides; ++g) {
    const double from = static_cast<double>(g) / kGuides;
    guide_.push_back(static_cast<uint32_t>(std::upper_bound(up_to_.begin(), up_to_.end() - 1, from) - up_to_.begin()));
  }
}

Row Generator::row(int64_t i) const {
  Random random(shape_.seed * 0x9E37'79B9'7F4A'7C15 + static_cast<uint64_t>(i));
  Row out;
  out.id = static_cast<uint64_t>(i);
  const double u = random.uniform();
  uint32_t account = guide_[static_cast<size_t>(u * kGuides)];
  while (up_to_[account] <= u) ++account;
  out.account = account;
  int64_t share = random.between(0, 999);
  while (share >= kKinds[out.name].share) share -= kKinds[out.name++].share;
  const Kind& kind = kKinds[out.name];
  // Few users do most: the smaller of two.
  if (kind.user)
    out.user =
        static_cast<int32_t>(std::min(random.between(0, users_[account] - 1), random.between(0, users_[account] - 1)));
  if (kind.feature)
    out.feature = static_cast<int32_t>(std::min(random.between(0, kFeatures - 1), random.between(0, kFeatures - 1)));
  if (out.name == kTicketOpened) out.severity = static_cast<int32_t>(random.between(0, 2));
  out.has_value = kind.value;
  if (out.name == kNps) {
    out.micros = random.between(0, 10) * 1'000'000;
  } else if (out.name == kInvoice) {
    out.micros = random.between(1'000, 900'000) * 10'000;
  } else if (kind.value) {
    out.micros = random.between(1, 5'000) * 1'000'000;
  }
  // The i-th of n events lies around i/n of the year, as a feed gives them, give or take two days.
  const double span = static_cast<double>(shape_.days) * kMicrosPerDay;
  const double at =
      static_cast<double>(i) / static_cast<double>(shape_.events) * span + (random.uniform() - 0.5) * 4 * kMicrosPerDay;
  const auto within = std::clamp(at, 0.0, span - 1);
  out.occurred =
      static_cast<int64_t>(shape_.first_day().number) * kMicrosPerDay + static_cast<int64_t>(within) / 1'000 * 1'000;
  return out;
}

std::string account_id(uint32_t account) { return fmt::format("acc-{:07}", account); }
std::string user_id(uint32_t account, int32_t user) { return fmt::format("u-{:07}-{:05}", account, user); }
std::string event_id(uint64_t id) {
  // Not in order of time, as the ids of most sources are not.
  uint64_t x = (id + 1) * 0x9E37'79B9'7F4A'7C15;
  x ^= x >> 32;
  return fmt::format("{:016x}", x * 0xD6E8'FEB8'6659'FD93);
}
std::string feature_name(int32_t feature) { return fmt::format("feature-{:02}", feature); }
std::string_view severity_name(int32_t severity) {
  constexpr std::array<std::string_view, 3> kWords{"low", "normal", "high"};
  return kWords[static_cast<size_t>(severity)];
}

facts::EventFact fact_of(const Row& row) {
  facts::EventFact out;
  out.source = kSource;
  out.event_id = event_id(row.id);
  out.account_ref = account_id(row.account);
  if (row.user != Row::kNone) out.user_ref = user_id(row.account, row.user);
  out.name = event_names()[row.name];
  out.occurred_at = Instant{row.occurred};
  if (row.has_value) out.value = Decimal{row.micros};
  if (row.feature != Row::kNone) out.properties.push_back({"feature", feature_name(row.feature)});
  if (row.severity >= 0) out.properties.push_back({"severity", std::string(severity_name(row.severity))});
  out.recorded = {Instant{row.occurred}, static_cast<int64_t>(row.id) + 1, true};
  out.raw = Hash128{row.id * 0x9E37'79B9'7F4A'7C15 + 1, row.id + 1};
  out.rule = "event";
  out.mapping = 1;
  return out;
}

}  // namespace kenko::bench
