#include "segments/portfolio_store.h"

#include <algorithm>
#include <utility>

#include "identity/resolve.h"
#include "ports/files.h"
#include "segments/portfolio_cache.h"
#include "segments/reader.h"
#include "text/derive.h"

namespace kenko::segments {
namespace {

/// Raised whenever identity::resolve gives another portfolio for the same facts, so that older caches are not used.
constexpr int64_t kResolutionVersion = 4;

std::string cache_folder(const std::string& dir) { return dir + "/cache"; }

std::string cache_name(const Hash128& fingerprint) { return "portfolio-" + fingerprint.hex() + ".bin"; }

/// Writes the cache and removes the ones that no longer fit.  What fails here costs time, not truth.
void keep(const std::string& dir, const Hash128& fingerprint, const facts::Portfolio& portfolio) {
  const std::string folder = cache_folder(dir);
  if (!ports::make_folder(folder).ok()) return;
  const std::string name = cache_name(fingerprint);
  if (!write_portfolio_cache(folder + "/" + name, fingerprint, portfolio).ok()) return;
  for (const std::string& other : ports::list_files(folder)) {
    if (other.starts_with("portfolio-") && other.ends_with(".bin") && other != name) {
      ports::remove_file(folder + "/" + other);
    }
  }
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

Result<facts::Portfolio> resolve(const std::string& dir, ports::StoredFacts& stored, const facts::Settings& settings,
                                 const text::RuleFiles& texts, const facts::Cut& cut) {
  KENKO_TRY(facts::EventTable events, read_events(dir, stored.snapshot.segments, texts));
  KENKO_TRY_STATUS(derive_own_events(stored.facts, texts));
  for (const facts::EventFact& event : stored.facts.events) events.add(event);
  return identity::resolve(events, stored.facts, settings, cut);
}

}  // namespace

Hash128 portfolio_fingerprint(const ports::Snapshot& snapshot, const facts::Settings& settings,
                              const text::RuleFiles& texts) {
  PartsHash hash;
  const auto all = [&hash](const std::vector<std::string>& list) {
    hash.add(static_cast<int64_t>(list.size()));
    for (const std::string& text : list) hash.add(text);
  };
  hash.add(kResolutionVersion).add(snapshot.token.hex());
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
  const bool whole = !cut.occurred_until && !cut.known_until;
  if (whole) {
    KENKO_TRY(const ports::Snapshot snapshot, store.snapshot());
    const Hash128 fingerprint = portfolio_fingerprint(snapshot, settings, texts);
    auto cached = read_portfolio_cache(cache_folder(dir) + "/" + cache_name(fingerprint), fingerprint);
    if (cached) {
      cached->settings = settings;
      return std::move(*cached);
    }
  }
  KENKO_TRY(ports::StoredFacts stored, store.load_facts(cut.known_until));
  KENKO_TRY(facts::Portfolio portfolio, resolve(dir, stored, settings, texts, cut));
  if (whole) keep(dir, portfolio_fingerprint(stored.snapshot, settings, texts), portfolio);
  return portfolio;
}

}  // namespace kenko::segments
