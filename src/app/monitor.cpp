#include "app/monitor.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "app/overdue.h"
#include "app/panel.h"
#include "app/publish.h"
#include "app/published.h"
#include "app/scoring.h"
#include "app/unchanged.h"
#include "base/decimal.h"
#include "engine/peers.h"
#include "score/day_parts.h"
#include "score/history.h"

namespace kenko::app {
namespace {

using validate::Monitor;
using validate::Panel;

// Whole weeks, so that every day is the same weekday.
constexpr int32_t kRecent[] = {0, 7, 14, 21};
constexpr int32_t kMonth = 28;           // the band matrix goes from this day to today
constexpr int32_t kReferenceFirst = 56;  // the last weeks and the windows of most metrics lie behind it
constexpr int32_t kReferenceDays = 7;    // so many, kMonth apart
constexpr int32_t kFlapDays = 91, kFlapWithin = 14;
constexpr int32_t kRecentOutcomes = 84;  // as-of days whose horizon ended within three months

std::vector<Day> snapshot_days(Day as_of, Day first) {
  std::vector<Day> out;
  for (const int32_t before : kRecent) out.push_back(as_of - before);
  out.push_back(as_of - kMonth);
  for (int32_t i = 0; i < kReferenceDays; ++i) out.push_back(as_of - (kReferenceFirst + i * kMonth));
  std::erase_if(out, [&](Day d) { return d < first; });
  std::sort(out.begin(), out.end());
  return out;
}

class Watcher {
 public:
  Watcher(const Workspace& workspace, const MonitorRequest& request, const Scoring& scoring)
      : workspace_(workspace), request_(request), scoring_(scoring) {}

  Result<Monitor> watch() {
    out_.model = scoring_.plan().model;
    out_.as_of = scoring_.as_of();
    out_.rate = request_.rate;
    KENKO_TRY_STATUS(publication());
    KENKO_TRY_STATUS(drift());
    feeds();
    flapping();
    KENKO_TRY_STATUS(live());
    validate::conclude(out_);
    return std::move(out_);
  }

 private:
  Status publication() {
    KENKO_TRY(const auto publications, read_publications(workspace_));
    for (const state::Publication& p : publications) {  // the newest first
      if (p.fingerprint != scoring_.plan().fingerprint) continue;
      out_.published = workspace_.settings.time_zone.day_of(p.at);
      break;
    }
    return Done{};
  }

  Status drift() {
    const Day as_of = scoring_.as_of();
    KENKO_TRY(const WorkspacePanel built,
              build_snapshots(workspace_, scoring_, snapshot_days(as_of, engine::first_day(scoring_.portfolio()))));
    const Panel& panel = built.panel;
    validate::DriftOptions options;
    options.reference_until = as_of - kReferenceFirst;
    options.recent_from = as_of - kRecent[std::size(kRecent) - 1];
    options.least = request_.least;
    for (const plan::Metric& m : scoring_.plan().metrics) options.watched.push_back(m.dimension ? 1 : 0);
    out_.looks = validate::drift_looks(panel, options);
    const auto reference_end = std::upper_bound(panel.days.begin(), panel.days.end(), options.reference_until);
    if (static_cast<size_t>(reference_end - panel.days.begin()) >= validate::kFewestReferenceDays) {
      out_.reference_from = panel.days.front();
      out_.reference_to = options.reference_until;
      out_.recent_from = options.recent_from;
    }
    const auto month = std::find(panel.days.begin(), panel.days.end(), as_of - kMonth);
    const auto today = std::find(panel.days.begin(), panel.days.end(), as_of);
    if (month != panel.days.end() && today != panel.days.end() && !panel.bands.empty()) {
      out_.bands = validate::band_matrix(panel, static_cast<size_t>(month - panel.days.begin()),
                                         static_cast<size_t>(today - panel.days.begin()));
    }
    return Done{};
  }

  void feeds() {
    const facts::Portfolio& portfolio = scoring_.portfolio();
    const auto& sources = portfolio.settings.sources;
    const auto overdue = overdue_sources(portfolio, nullptr, scoring_.as_of());
    for (size_t i = 0; i < sources.size() && i < portfolio.source_fact_days.size(); ++i) {
      const std::vector<Day>& days = portfolio.source_fact_days[i];
      validate::FeedLine line;
      line.source = sources[i].name;
      line.every_days = sources[i].every_days;
      const auto after = std::upper_bound(days.begin(), days.end(), scoring_.as_of());
      if (after != days.begin()) {
        line.last = *(after - 1);
        line.silent = scoring_.as_of() - *line.last;
      }
      line.overdue =
          std::any_of(overdue.begin(), overdue.end(), [&](const auto& o) { return o.source == line.source; });
      if (auto look = validate::feed_look(line.source, days, scoring_.as_of())) {
        line.longest = static_cast<int32_t>(*look->reference);
        if (!line.every_days) out_.looks.push_back(std::move(*look));  // a promise judges it better
      }
      out_.feeds.push_back(std::move(line));
    }
  }

  // Of the history as it is known today, day by day.
  void flapping() {
    out_.flapping.days = kFlapDays;
    out_.flapping.within = kFlapWithin;
    const Day until = scoring_.as_of(), from = until - (kFlapDays - 1);
    std::vector<int32_t> bands;
    score::for_each_account(scoring_.engine(), until, scoring_.threads(), {}, [&](const score::AccountHistory& h) {
      bands.assign(kFlapDays, -1);
      for (const score::LifeScores& life : h.scores) {
        for (size_t at = 0; at < life.size(); ++at) {
          const Day day = life.first + static_cast<int32_t>(at);
          if (day < from || day > until || life.state[at] != score::State::scored || life.band[at] < 0) continue;
          bands[static_cast<size_t>(day - from)] = life.band[at] + 128 * life.band_list[at];
        }
      }
      out_.flapping.add(bands);
    });
  }

  Status live() {
    PanelRequest request;
    request.outcome = request_.outcome;
    request.to = scoring_.as_of();
    // Outcomes so far, too; but nothing can be absent so far.
    const plan::Outcome* outcome = find_outcome();
    request.open = outcome != nullptr && outcome->kind != plan::Outcome::Kind::absence;
    const auto built = build_panel(workspace_, scoring_, request);
    if (!built && built.problems().front().code == "too-little-history") return Done{};
    if (!built) return built.problems();
    const Panel& panel = built->panel;
    out_.outcome = panel.outcome;
    KENKO_TRY(const std::vector<int32_t> published, published_scores(panel));
    out_.as_published = judgeable(panel, published);
    validate::Live live = validate::live_performance(panel, out_.as_published ? published : panel.score,
                                                     kRecentOutcomes, request_.measures);
    out_.live = std::move(live.periods);
    out_.looks.insert(out_.looks.end(), live.looks.begin(), live.looks.end());
    return Done{};
  }

  [[nodiscard]] const plan::Outcome* find_outcome() const {
    for (const plan::Outcome& o : scoring_.plan().outcomes) {
      if (request_.outcome.empty() || o.name == request_.outcome) return &o;
    }
    return nullptr;  // who makes the panel says so
  }

  // By row: what was said first of its account and day.
  Result<std::vector<int32_t>> published_scores(const Panel& panel) {
    std::vector<int32_t> out(panel.rows(), score::kNoScore);
    if (panel.rows() == 0) return out;
    std::map<std::pair<Day, std::string_view>, size_t> rows;
    for (size_t r = 0; r < panel.rows(); ++r) {
      rows[{panel.days[panel.day[r]], panel.accounts[panel.account[r]]}] = r;
    }
    PublishedRequest request;
    request.from = panel.days.front();
    request.to = panel.days.back();
    size_t account = 0, day = 0, score = 0;
    PublishedSink sink;
    sink.header = [&](const std::vector<PublishedColumn>& columns) {
      for (size_t c = 0; c < columns.size(); ++c) {
        if (columns[c].name == "account") account = c;
        if (columns[c].name == "day") day = c;
        if (columns[c].name == "score") score = c;
      }
    };
    sink.row = [&](std::span<const std::optional<std::string_view>> cells) -> Status {
      if (!cells[account] || !cells[day] || !cells[score]) return Done{};
      const auto on = Day::parse(*cells[day]);
      const auto row = on ? rows.find({*on, *cells[account]}) : rows.end();
      if (row == rows.end()) return Done{};
      const ParsedDecimal points = parse_decimal(*cells[score]);
      if (points.fault == ParsedDecimal::Fault::none)
        out[row->second] = static_cast<int32_t>(points.value.micros / 10'000);
      return Done{};
    };
    const Status read = read_published_history(workspace_, request, sink);
    if (!read && read.problems().front().code != "not-published") return read.problems();
    return out;
  }

  // Published scores count once there are some whose horizon ended.
  bool judgeable(const Panel& panel, const std::vector<int32_t>& published) {
    int32_t last = -1;
    bool ended = false;
    for (size_t r = 0; r < panel.rows(); ++r) {
      if (published[r] == score::kNoScore) continue;
      const auto day = static_cast<int32_t>(panel.day[r]);
      if (day != last) ++out_.published_days;
      last = day;
      ended |= panel.days[panel.day[r]] + (panel.gap + panel.horizon) <= panel.last_day;
    }
    return ended;
  }

  const Workspace& workspace_;
  const MonitorRequest& request_;
  const Scoring& scoring_;
  Monitor out_;
};

}  // namespace

Result<Monitor> monitor_model(const Workspace& workspace, const MonitorRequest& request, Instant now) {
  KENKO_TRY(const Unchanged unchanged, Unchanged::since_now(workspace));
  KENKO_TRY(const auto scoring, Scoring::open(workspace, {request.model, request.as_of, {}, request.threads}, now));
  KENKO_TRY(Monitor out, Watcher(workspace, request, *scoring).watch());
  KENKO_TRY_STATUS(unchanged.still(workspace));
  return out;
}

}  // namespace kenko::app
