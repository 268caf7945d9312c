#include "segments/portfolio_making.h"

#include <algorithm>
#include <utility>

#include "ports/files.h"
#include "segments/growing_columns.h"
#include "segments/portfolio_store.h"
#include "segments/segment_files.h"

namespace kenko::segments {
namespace {

/// Also what killed processes left; one that is writing now makes do without a cache.
void remove_others(const std::string& dir, const CacheFile& file) {
  for (const std::string& name : ports::list_files(cache_folder(dir))) {
    const std::string path = cache_folder(dir) + "/" + name;
    const bool old = name.starts_with("portfolio-") && name.ends_with(".bin") && path != file.path;
    if (old || name.ends_with(ports::kTemporarySuffix)) ports::remove_file(path);
  }
}

}  // namespace

CacheFile cache_file(const std::string& dir, const facts::Settings& settings, const text::RuleFiles& texts) {
  const Hash128 fingerprint = portfolio_fingerprint(settings, texts);
  return {cache_folder(dir) + "/portfolio-" + fingerprint.hex() + ".bin", fingerprint};
}

std::optional<PortfolioBase> make_base(const std::string& dir, const CacheFile& file, const StoredEvents& stored,
                                       const facts::Settings& settings, int threads) {
  if (!ports::make_folder(cache_folder(dir)).ok()) return std::nullopt;
  BaseWriter writer(file.path);
  identity::Resolved resolved = identity::resolve_tables(stored.tables(), *stored.rest, settings, {}, writer, threads);
  const BaseRecord record{std::move(resolved.tally), std::move(resolved.user_keys), std::move(resolved.user_events),
                          stored.rest->identities, stored.rest->memberships};
  const int64_t last_seq = stored.last_seq();
  const BaseOrigin origin{stored.snapshot.token, stored.snapshot.intake_seq, last_seq, stored.rows_up_to(last_seq)};
  if (!writer.finish_file(file.fingerprint, resolved.portfolio, origin, record).ok()) return std::nullopt;
  auto base = open_base(file.path, file.fingerprint, threads, false);
  if (base) base->portfolio.settings = settings;
  remove_others(dir, file);
  return base;
}

uint64_t overlay_room(uint64_t rows) {
  constexpr uint64_t kAlways = 20'000;
  return std::max(kAlways, rows / 5);
}

std::optional<identity::LivePortfolio> keep_up(PortfolioBase base, const StoredEvents& stored,
                                               const facts::Settings& settings) {
  // Facts are only ever added; where some are gone, what is behind the base can't be told.
  if (stored.rows_up_to(base.origin.last_seq) != base.origin.rows) return std::nullopt;
  auto record = base.read_record();
  if (!record) return std::nullopt;
  auto columns = GrowingColumns::over(base);
  if (columns == nullptr) return std::nullopt;
  const uint64_t room = overlay_room(base.portfolio.events.size());
  auto before = std::make_shared<facts::FactSet>();
  before->identities = std::move(record->identities);
  before->memberships = std::move(record->memberships);
  base.portfolio.settings = settings;
  identity::LivePortfolio live({std::move(base.portfolio), std::move(record->tally), std::move(record->user_keys),
                                std::move(record->user_events)},
                               std::move(before), std::move(columns));
  if (!live.update(stored.tables(), base.origin.last_seq, stored.rest, room)) return std::nullopt;
  return live;
}

}  // namespace kenko::segments
