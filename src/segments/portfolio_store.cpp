#include "segments/portfolio_store.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "identity/resolve.h"
#include "ports/files.h"
#include "segments/coded_segment.h"
#include "segments/portfolio_base.h"
#include "text/derive.h"

namespace kenko::segments {
namespace {

/// Raised whenever identity::resolve gives another portfolio for the same facts, so that older caches are not used.
constexpr int64_t kResolutionVersion = 5;

std::string cache_folder(const std::string& dir) { return dir + "/cache"; }

std::string cache_name(const Hash128& fingerprint) { return "portfolio-" + fingerprint.hex() + ".bin"; }

/// Removes the caches that no longer fit.
void remove_others(const std::string& dir, const Hash128& fingerprint, const ports::Snapshot& snapshot) {
  for (const std::string& other : ports::list_files(cache_folder(dir))) {
    if (other.starts_with("portfolio-") && other.ends_with(".bin") && other != cache_name(fingerprint)) {
      ports::remove_file(cache_folder(dir) + "/" + other);
    }
  }
  remove_old_coded_segments(dir, snapshot.segments);
}

/// Events that stand in no segment (few) are read each time.
Status derive_own_events(facts::FactSet& facts, const text::RuleFiles& texts) {
  const bool any = std::any_of(facts.events.begin(), facts.events.end(), [](const auto& e) { return e.text; });
  text::TextRules rules;
  if (any && !texts.empty()) {
    KENKO_TRY(rules, text::read_rules(texts));
  }
  text::derive_properties(facts, rules.lexicons, rules.topics);
  return Done{};
}

/// All events of a workspace: the coded segments and those that stand in none.
struct AllEvents {
  std::vector<CodedSegment> segments;
  facts::EventTable own;
  std::vector<facts::EventView> tables;
};

Result<std::unique_ptr<AllEvents>> open_events(const std::string& dir, ports::StoredFacts& stored,
                                               const text::RuleFiles& texts, int threads) {
  auto out = std::make_unique<AllEvents>();
  KENKO_TRY(out->segments, open_coded_segments(dir, stored.snapshot.segments, texts, threads));
  KENKO_TRY_STATUS(derive_own_events(stored.facts, texts));
  for (const facts::EventFact& event : stored.facts.events) out->own.add(event);
  for (const CodedSegment& segment : out->segments) out->tables.push_back(segment.view);
  out->tables.push_back(out->own.view());
  return out;
}

BaseOrigin origin_of(const ports::Snapshot& snapshot, const AllEvents& events) {
  BaseOrigin origin{snapshot.token, snapshot.intake_seq, 0, 0};
  for (const facts::EventView& table : events.tables) {
    origin.last_seq = std::max(origin.last_seq, table.last_seq);
    origin.rows += static_cast<int64_t>(table.size());
  }
  return origin;
}

/// Resolves everything into a new base; nullopt when it can't be written.
std::optional<PortfolioBase> make_base(const std::string& path, const Hash128& fingerprint, const AllEvents& events,
                                       const ports::StoredFacts& stored, const facts::Settings& settings, int threads) {
  BaseWriter writer(path);
  identity::Resolved resolved = identity::resolve_tables(events.tables, stored.facts, settings, {}, writer, threads);
  const BaseRecord record{std::move(resolved.tally), std::move(resolved.user_keys), std::move(resolved.user_events),
                          stored.facts.identities, stored.facts.memberships};
  const BaseOrigin origin = origin_of(stored.snapshot, events);
  if (!writer.finish_file(fingerprint, resolved.portfolio, origin, record).ok()) return std::nullopt;
  return open_base(path, fingerprint, threads, false);
}

}  // namespace

Hash128 portfolio_fingerprint(const facts::Settings& settings, const text::RuleFiles& texts) {
  PartsHash hash;
  const auto all = [&hash](const std::vector<std::string>& list) {
    hash.add(static_cast<int64_t>(list.size()));
    for (const std::string& text : list) hash.add(text);
  };
  hash.add(kResolutionVersion);
  texts.empty() ? hash.absent() : hash.add(texts.fingerprint().hex());
  hash.add(TimeZone::data_version()).add(settings.time_zone.name()).add(settings.currency);
  hash.add(settings.close_minutes).add(settings.lapse_days);
  all(settings.exclude_accounts);
  all(settings.exclude_users);
  hash.add(static_cast<int64_t>(settings.sources.size()));
  for (const facts::SourceSettings& source : settings.sources) {
    hash.add(source.name).add(static_cast<int64_t>(source.covers)).add(static_cast<int64_t>(source.accounts));
    hash.add(static_cast<int64_t>(source.known_at));
    all(source.emits);
    hash.add(static_cast<int64_t>(source.attributes.size()));
    for (const auto& [key, type] : source.attributes) hash.add(key).add(static_cast<int64_t>(type));
    source.start ? hash.add(source.start->number) : hash.absent();
  }
  return hash.hash();
}

Result<facts::Portfolio> load_portfolio(const std::string& dir, ports::FactStore& store,
                                        const facts::Settings& settings, const text::RuleFiles& texts,
                                        const facts::Cut& cut) {
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (cut.occurred_until || cut.known_until) {
    KENKO_TRY(ports::StoredFacts stored, store.load_facts(cut.known_until));
    KENKO_TRY(const auto events, open_events(dir, stored, texts, threads));
    return identity::resolve(events->tables, stored.facts, settings, cut);
  }
  const Hash128 fingerprint = portfolio_fingerprint(settings, texts);
  const std::string path = cache_folder(dir) + "/" + cache_name(fingerprint);
  auto base = open_base(path, fingerprint, threads);
  if (base) {
    KENKO_TRY(const ports::Snapshot snapshot, store.snapshot());
    if (base->origin.token == snapshot.token && base->origin.intake_seq == snapshot.intake_seq) {
      base->portfolio.settings = settings;
      return std::move(base->portfolio);
    }
  }
  KENKO_TRY(ports::StoredFacts stored, store.load_facts());
  KENKO_TRY(const auto events, open_events(dir, stored, texts, threads));
  if (ports::make_folder(cache_folder(dir)).ok()) {
    base = make_base(path, fingerprint, *events, stored, settings, threads);
    remove_others(dir, fingerprint, stored.snapshot);
    if (base) {
      base->portfolio.settings = settings;
      return std::move(base->portfolio);
    }
  }
  return identity::resolve(events->tables, stored.facts, settings, cut);
}

}  // namespace kenko::segments
