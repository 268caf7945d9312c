#include "cases/alerts/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/check.h"

namespace kenko::cases {
namespace {

using reference::AlertHistory;
using reference::Deed;
using reference::Line;
using reference::Standing;

constexpr size_t kShown = 6;

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

alerts::Act act_named(const std::string& name) {
  using alerts::Act;
  for (const Act act : {Act::acknowledge, Act::snooze, Act::resolve, Act::reopen, Act::assign, Act::note}) {
    if (alerts::word(act) == name) return act;
  }
  KENKO_CHECK(false, "no such act: {}", name);
  return Act::note;
}

// The ledger, and what it refused.
class Run {
 public:
  explicit Run(const AlertWorld& world) : world_(world) {
    for (const auto& setup : world.setups) ledger_.keep(alerts::longest_look(setup->rules));
  }

  AlertHistory all(const std::vector<Instant>& stops) {
    size_t deed = 0, stop = 0;
    for (size_t d = 0; d < world_.days.size(); ++d) {
      const Instant at = world_.days[d].at;
      go_on(deed, stop, stops, at);
      ledger_.close(world_.setups[d], world_.days[d]);
    }
    go_on(deed, stop, stops, Instant::kMax);
    ledger_.until(world_.until);
    return history();
  }

 private:
  // What lies before a moment.
  void go_on(size_t& deed, size_t& stop, const std::vector<Instant>& stops, Instant at) {
    while (true) {
      const bool has_deed = deed < world_.deeds.size() && world_.deeds[deed].at < at;
      const bool has_stop = stop < stops.size() && stops[stop] < at;
      if (!has_deed && !has_stop) return;
      if (has_stop && (!has_deed || stops[stop] <= world_.deeds[deed].at)) {
        ledger_.until(stops[stop++]);
      } else {
        act(world_.deeds[deed++]);
      }
    }
  }

  void act(const Deed& deed) {
    const auto there = ledger_.find(deed.subject + "/" + deed.cause);
    if (there) {
      const std::string id = ledger_.alerts()[*there].id;
      if (ledger_.act({deed.at, deed.by, id, act_named(deed.act), deed.text, "", deed.until}).ok()) return;
    }
    refused_.push_back({deed.at, deed.subject, deed.cause, "refused", "", deed.by, ""});
  }

  AlertHistory history() const {
    AlertHistory out;
    // A refusal stands where it was said: behind what had happened to the alert by then.
    for (const alerts::Event& e : ledger_.events()) {
      const alerts::Alert& a = ledger_.alerts()[e.alert];
      out.lines.push_back({e.at, a.subject, a.cause, std::string(alerts::word(e.what)),
                           std::string(alerts::word(e.level)), e.who, e.from});
    }
    out.lines.insert(out.lines.end(), refused_.begin(), refused_.end());
    for (const alerts::Alert& a : ledger_.alerts()) {
      out.standing.push_back({a.subject, a.cause, std::string(alerts::word(a.level)),
                              std::string(alerts::word(a.state)), a.assignee, a.day, a.due});
    }
    return out;
  }

  const AlertWorld& world_;
  alerts::Ledger ledger_;
  std::vector<Line> refused_;
};

}  // namespace

std::vector<reference::ClosedUnder> under(const AlertWorld& world) {
  std::vector<reference::ClosedUnder> out;
  for (size_t d = 0; d < world.days.size(); ++d) {
    const alerts::Setup& setup = *world.setups[d];
    out.push_back({&world.days[d], &setup.rules, &setup.calendar, &setup.team});
  }
  return out;
}

AlertHistory by_reference(const AlertWorld& world) {
  return reference::alert_history(under(world), world.deeds, world.until);
}

AlertHistory by_ledger(const AlertWorld& world, const std::vector<Instant>& stops) { return Run(world).all(stops); }

alerts::Ranking ranking(const AlertWorld& world) {
  alerts::Ledger ledger;
  for (size_t d = 0; d < world.days.size(); ++d) ledger.close(world.setups[d], world.days[d]);
  return alerts::rank(ledger.signals(), world.days.back(), {});
}

void put_in_order(AlertHistory& history) {
  std::stable_sort(history.lines.begin(), history.lines.end(), [](const Line& a, const Line& b) {
    const auto key = [](const Line& l) { return std::tuple(l.at, l.what == "refused", l.subject, l.cause); };
    return key(a) < key(b);
  });
  std::stable_sort(history.standing.begin(), history.standing.end(), [](const Standing& a, const Standing& b) {
    return std::tie(a.day, a.subject, a.cause) < std::tie(b.day, b.subject, b.cause);
  });
}

std::string to_text(const Line& l) {
  return fmt::format("{}  {}/{}  {}  {}  {}  {}", l.at.iso(), l.subject, l.cause, l.what, or_dash(l.level),
                     or_dash(l.who), or_dash(l.from));
}

std::string to_text(const Standing& s) {
  return fmt::format("{}  {}/{}  {}  {}  {}  {}", s.day.iso(), s.subject, s.cause, s.level, s.state,
                     or_dash(s.assignee), s.due ? s.due->iso() : "-");
}

std::vector<std::string> differences(const AlertHistory& wanted, const AlertHistory& got) {
  std::vector<std::string> out;
  const auto compare = [&out](const auto& a, const auto& b, const char* what) {
    for (size_t i = 0; i < std::max(a.size(), b.size()) && out.size() < kShown; ++i) {
      if (i < a.size() && i < b.size() && a[i] == b[i]) continue;
      out.push_back(fmt::format("{} {}: wanted {}", what, i + 1, i < a.size() ? to_text(a[i]) : "nothing"));
      out.push_back(fmt::format("{} {}: got    {}", what, i + 1, i < b.size() ? to_text(b[i]) : "nothing"));
    }
  };
  compare(wanted.lines, got.lines, "line");
  compare(wanted.standing, got.standing, "alert");
  return out;
}

}  // namespace kenko::cases
