#include "segments/open_portfolio.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/threads.h"
#include "segments/portfolio_making.h"
#include "segments/stored_events.h"

namespace kenko::segments {

struct OpenPortfolio::State {
  StoredEvents stored;
  text::RuleFiles texts;
  std::optional<identity::LivePortfolio> live;
  int64_t last_seq = 0;
  uint64_t room = 0;
};

OpenPortfolio::OpenPortfolio(std::unique_ptr<State> state) : state_(std::move(state)) {}
OpenPortfolio::OpenPortfolio(OpenPortfolio&&) noexcept = default;
OpenPortfolio& OpenPortfolio::operator=(OpenPortfolio&&) noexcept = default;
OpenPortfolio::~OpenPortfolio() = default;

Result<OpenPortfolio> OpenPortfolio::open(const std::string& dir, ports::FactStore& store,
                                          const facts::Settings& settings, const text::RuleFiles& texts) {
  const int threads = threads_for();
  auto state = std::make_unique<State>();
  state->texts = texts;
  KENKO_TRY(state->stored, StoredEvents::open(dir, store, texts, threads));
  const StoredEvents& stored = state->stored;
  state->last_seq = stored.last_seq();
  const CacheFile file = cache_file(dir, settings, texts);
  if (auto base = open_base(file.path, file.fingerprint, threads)) {
    state->live = keep_up(std::move(*base), stored, settings);
  }
  if (!state->live) {
    if (auto base = make_base(dir, file, stored, settings, threads)) {
      state->live = keep_up(std::move(*base), stored, settings);
    }
  }
  if (!state->live) {  // there is no place for a cache
    identity::MemorySink sink;
    auto resolved = identity::resolve_tables(stored.tables(), *stored.rest, settings, {}, sink, threads);
    auto columns = std::make_unique<identity::GrowingVectors>(resolved.portfolio);
    state->live.emplace(std::move(resolved), stored.rest, std::move(columns));
    const bool same = state->live->update(stored.tables(), state->last_seq, stored.rest, 0);
    KENKO_CHECK(same, "{} rows were laid behind all", state->live->added_rows());
  }
  state->room = overlay_room(state->live->portfolio().events.size() - state->live->added_rows());
  return OpenPortfolio(std::move(state));
}

const facts::Portfolio& OpenPortfolio::portfolio() const { return state_->live->portfolio(); }

Result<bool> OpenPortfolio::add(std::vector<facts::EventFact> events) {
  int64_t last = state_->last_seq;
  for (const facts::EventFact& event : events) {
    if (event.recorded.seq <= state_->last_seq) return false;
    last = std::max(last, event.recorded.seq);
  }
  KENKO_TRY_STATUS(state_->stored.add(std::move(events), state_->texts));
  if (!state_->live->update(state_->stored.tables(), state_->last_seq, nullptr, state_->room)) return false;
  state_->last_seq = last;
  return true;
}

bool OpenPortfolio::fits(const ports::Snapshot& snapshot) const {
  return state_->stored.snapshot.token == snapshot.token && snapshot.intake_seq <= state_->last_seq;
}

}  // namespace kenko::segments
