#include "app/import_batch.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>

#include "state/fact_hash.h"

namespace kenko::app {
namespace {

template <typename T>
void move_all(std::vector<T>& from, std::vector<T>& to, std::vector<uint32_t>& row_of, uint32_t row) {
  row_of.insert(row_of.end(), from.size(), row);
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

uint8_t fate_of(state::Outcome outcome) {
  switch (outcome) {
    case state::Outcome::added:
      return kAdded;
    case state::Outcome::corrected:
      return kCorrected;
    case state::Outcome::already:
      break;
  }
  return kAlready;
}

template <typename Fact>
void date_corrections(std::vector<Fact>& facts, const std::vector<state::Outcome>& outcomes, Instant now) {
  for (size_t i = 0; i < facts.size(); ++i) {
    if (outcomes[i] == state::Outcome::corrected) facts[i].recorded = {now, 0, false};
  }
}

}  // namespace

// A row counts once: what it changed comes before what it added anew, and that before what was there.
void ImportBatch::count_row(state::FileCounts& counts, uint8_t fate) {
  if ((fate & kDeleted) != 0) {
    ++counts.corrected;
  } else if ((fate & kAdded) != 0) {
    ++counts.added;
  } else if ((fate & kCorrected) != 0) {
    ++counts.corrected;
  } else {
    ++counts.already;
  }
}

void ImportBatch::add_row(uint8_t fate, facts::FactSet* facts) {
  const bool waits =
      facts != nullptr && (!facts->attributes.empty() || !facts->contracts.empty() || !facts->identities.empty() ||
                           !facts->memberships.empty() || !facts->rates.empty());
  if (!waits) {
    count_row(files.back(), fate);
    return;
  }
  const uint32_t row = static_cast<uint32_t>(rows_.size());
  rows_.push_back({static_cast<uint32_t>(files.size() - 1), fate});
  move_all(facts->attributes, facts_.attributes, attributes_.row, row);
  move_all(facts->contracts, facts_.contracts, contracts_.row, row);
  move_all(facts->identities, facts_.identities, identities_.row, row);
  move_all(facts->memberships, facts_.memberships, memberships_.row, row);
  move_all(facts->rates, facts_.rates, rates_.row, row);
}

BatchMark ImportBatch::mark() const {
  return {events.size(),
          segments.size(),
          files.size(),
          rows_.size(),
          rejects.size(),
          accepted.size(),
          facts_.attributes.size(),
          facts_.contracts.size(),
          facts_.identities.size(),
          facts_.memberships.size(),
          facts_.rates.size(),
          rounded};
}

void ImportBatch::roll_back(const BatchMark& mark) {
  events.shrink(mark.events);
  segments.resize(mark.segments);
  files.resize(mark.files);
  rows_.resize(mark.rows);
  rejects.resize(mark.rejects);
  accepted.resize(mark.accepted);
  facts_.attributes.resize(mark.attributes);
  facts_.contracts.resize(mark.contracts);
  facts_.identities.resize(mark.identities);
  facts_.memberships.resize(mark.memberships);
  facts_.rates.resize(mark.rates);
  attributes_.row.resize(mark.attributes);
  contracts_.row.resize(mark.contracts);
  identities_.row.resize(mark.identities);
  memberships_.row.resize(mark.memberships);
  rates_.row.resize(mark.rates);
  rounded = mark.rounded;
}

// Of several facts of one key in a batch the last one is stored: the same files again then change nothing.
template <typename Fact>
void ImportBatch::keep_last(const std::vector<Fact>& facts, Sorting& sorting, std::vector<Fact>& kept) {
  std::unordered_map<Hash128, uint32_t> place_of_key;
  std::vector<Hash128> content;
  sorting.place.clear();
  sorting.repeat.clear();
  for (const Fact& fact : facts) {
    const Hash128 says = state::content_of(fact);
    const auto [at, is_new] = place_of_key.emplace(state::key_of(fact), static_cast<uint32_t>(kept.size()));
    sorting.place.push_back(at->second);
    if (is_new) {
      sorting.repeat.push_back(Sorting::Repeat::none);
      kept.push_back(fact);
      content.push_back(says);
      continue;
    }
    sorting.repeat.push_back(content[at->second] == says ? Sorting::Repeat::equal : Sorting::Repeat::other);
    kept[at->second] = fact;
    content[at->second] = says;
  }
}

void ImportBatch::split_snapshots(const std::vector<facts::AttributeFact>& kept, state::Batch& out) {
  attribute_place_.clear();
  std::map<std::tuple<std::string, std::string, Day>, uint32_t> takes;
  for (const facts::AttributeFact& fact : kept) {
    if (fact.scope.empty()) {
      attribute_place_.push_back({false, 0, static_cast<uint32_t>(out.attributes.size())});
      out.attributes.push_back(fact);
      continue;
    }
    const auto [at, is_new] = takes.emplace(std::tuple{fact.source, fact.scope, fact.valid_from},
                                            static_cast<uint32_t>(out.snapshots.size()));
    if (is_new) out.snapshots.push_back({fact.source, fact.scope, fact.valid_from, {}});
    std::vector<facts::AttributeFact>& rows = out.snapshots[at->second].rows;
    attribute_place_.push_back({true, at->second, static_cast<uint32_t>(rows.size())});
    rows.push_back(fact);
  }
}

void ImportBatch::fill(state::Batch& out) {
  std::vector<facts::AttributeFact> attributes;
  keep_last(facts_.attributes, attributes_, attributes);
  split_snapshots(attributes, out);
  keep_last(facts_.contracts, contracts_, out.contracts);
  keep_last(facts_.identities, identities_, out.identities);
  keep_last(facts_.memberships, memberships_, out.memberships);
  keep_last(facts_.rates, rates_, out.rates);
}

void ImportBatch::count(const Sorting& sorting, const std::vector<state::Outcome>& outcomes) {
  for (size_t i = 0; i < sorting.row.size(); ++i) {
    const state::Outcome outcome = outcomes[sorting.place[i]];
    uint8_t fate = fate_of(outcome);
    if (outcome != state::Outcome::already && sorting.repeat[i] != Sorting::Repeat::none) {
      fate = sorting.repeat[i] == Sorting::Repeat::equal ? kAlready : kCorrected;
    }
    rows_[sorting.row[i]].fate |= fate;
  }
}

void ImportBatch::settle(const state::Outcomes& outcomes, Instant now, bool known_by_column, state::Batch& out) {
  std::vector<state::Outcome> attributes;
  for (const AttributePlace& place : attribute_place_) {
    attributes.push_back(place.in_snapshot ? outcomes.snapshots[place.take][place.index]
                                           : outcomes.attributes[place.index]);
  }
  count(attributes_, attributes);
  count(contracts_, outcomes.contracts);
  count(identities_, outcomes.identities);
  count(memberships_, outcomes.memberships);
  count(rates_, outcomes.rates);
  for (const Row& row : rows_) count_row(files[row.file], row.fate);
  rows_.clear();
  if (known_by_column) return;

  date_corrections(out.attributes, outcomes.attributes, now);
  date_corrections(out.contracts, outcomes.contracts, now);
  date_corrections(out.identities, outcomes.identities, now);
  date_corrections(out.memberships, outcomes.memberships, now);
  date_corrections(out.rates, outcomes.rates, now);
  for (size_t take = 0; take < out.snapshots.size(); ++take) {
    const auto& rows = outcomes.snapshots[take];
    const bool first = std::all_of(rows.begin(), rows.end(), [](auto o) { return o == state::Outcome::added; });
    if (first) continue;
    for (facts::AttributeFact& fact : out.snapshots[take].rows) fact.recorded = {now, 0, false};
  }
}

}  // namespace kenko::app
