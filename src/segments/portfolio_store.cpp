#include "segments/portfolio_store.h"

#include <algorithm>
#include <utility>

#include "base/threads.h"
#include "identity/resolve.h"
#include "segments/portfolio_making.h"
#include "segments/stored_events.h"

namespace kenko::segments {
namespace {

/// Raised whenever identity::resolve gives another portfolio for the same facts, so that older caches are not used.
constexpr int64_t kResolutionVersion = 5;

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
  const int threads = threads_for();
  if (cut.occurred_until || cut.known_until) {
    KENKO_TRY(const StoredEvents stored, StoredEvents::open(dir, store, texts, threads, cut.known_until));
    return identity::resolve(stored.tables(), *stored.rest, settings, cut);
  }
  const CacheFile file = cache_file(dir, settings, texts);
  auto base = open_base(file.path, file.fingerprint, threads);
  if (base) {
    KENKO_TRY(const ports::Snapshot snapshot, store.snapshot());
    if (base->origin.token == snapshot.token && base->origin.intake_seq == snapshot.intake_seq) {
      base->portfolio.settings = settings;
      return std::move(base->portfolio);
    }
  }
  KENKO_TRY(const StoredEvents stored, StoredEvents::open(dir, store, texts, threads));
  if (base) {
    if (auto live = keep_up(std::move(*base), stored, settings)) return live->take();
  }
  base = make_base(dir, file, stored, settings, threads);
  if (base) return std::move(base->portfolio);
  return identity::resolve(stored.tables(), *stored.rest, settings, cut);
}

}  // namespace kenko::segments
