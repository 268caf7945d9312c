#include "identity/placing.h"

#include <algorithm>

namespace kenko::identity {

Placer::Placer(const facts::EventView& events, const facts::Settings& settings, References& references,
               std::mutex& lock)
    : events_(events),
      settings_(settings),
      references_(references),
      lock_(lock),
      accounts_(events.texts->size() + 1),
      users_(events.texts->size() + 1) {
  for (const std::string& ref : settings.exclude_users) {
    if (const uint32_t code = events.texts->find(ref); code != 0) staff_.push_back(code);
  }
}

Placer::Entry Placer::keep(uint32_t source, Timeline timeline) {
  if (timeline.is_constant()) return {source, timeline.at(Day{}), 0};
  timelines_.push_back(std::move(timeline));
  return {source, static_cast<uint32_t>(timelines_.size() - 1), 1};
}

template <typename Make>
uint32_t Placer::look_up(Memo& memo, uint32_t source, uint32_t ref, Day day, const Make& make) {
  const auto target = [this, day](const Entry& e) { return e.dated != 0 ? timelines_[e.target].at(day) : e.target; };
  const auto ask = [&] {
    const std::lock_guard guard(lock_);
    return keep(source, make());
  };
  Entry& entry = memo.direct[ref];
  if (entry.source == 0) entry = ask();
  if (entry.source == source) return target(entry);
  const uint64_t key = (static_cast<uint64_t>(source) << 32) | ref;
  auto found = memo.others.find(key);
  if (found == memo.others.end()) found = memo.others.emplace(key, ask()).first;
  return target(found->second);
}

void Placer::prepare_users() {
  constexpr size_t kAtOnce = 512;
  std::vector<std::string_view> texts;
  std::vector<uint32_t> refs, sources, codes(kAtOnce);
  const auto look_up_all = [&] {
    const std::lock_guard guard(lock_);
    references_.users.find_all(texts, codes);
    for (size_t i = 0; i < texts.size(); ++i) {
      const uint32_t user = codes[i] != 0 ? codes[i] : references_.users.intern(texts[i]);
      users_.direct[refs[i]] = {sources[i], user, 0};
    }
    texts.clear();
    refs.clear();
    sources.clear();
  };
  std::unordered_map<uint32_t, bool> plain;  // by source
  for (size_t row = 0; row < events_.size(); ++row) {
    const uint32_t ref = events_.user_ref[row];
    if (ref == 0 || users_.direct[ref].source != 0) continue;
    const uint32_t source = events_.source[row];
    const auto [found, added] = plain.try_emplace(source);
    if (added) found->second = references_.are_users(events_.text(source));
    if (!found->second) continue;
    users_.direct[ref].source = source;
    texts.push_back(events_.texts->text(ref));
    refs.push_back(ref);
    sources.push_back(source);
    if (texts.size() == kAtOnce) look_up_all();
  }
  look_up_all();
}

Placement Placer::place(uint32_t row) {
  const uint32_t account_ref = events_.account_ref[row];
  const uint32_t user_ref = events_.user_ref[row];
  const uint32_t source = events_.source[row];
  Placement out;
  out.day = settings_.time_zone.day_of(Instant{events_.occurred_at[row]});
  if (!staff_.empty() && std::find(staff_.begin(), staff_.end(), user_ref) != staff_.end()) {
    out.account = Placement::kExcluded;
    return out;
  }
  if (user_ref != 0) {
    out.user = look_up(users_, source, user_ref, out.day, [&] {
      return references_.user_timeline(events_.texts->text(source), events_.texts->text(user_ref));
    });
  }
  if (account_ref != 0) {
    out.account = look_up(accounts_, source, account_ref, out.day, [&] {
      return references_.account_timeline(events_.texts->text(source), events_.texts->text(account_ref));
    });
  } else if (out.user != 0) {
    auto found = memberships_.find(out.user);
    if (found == memberships_.end()) {
      const std::lock_guard guard(lock_);
      found = memberships_.emplace(out.user, references_.membership_timeline(out.user)).first;
    }
    out.account = found->second.at(out.day);
  }
  if (out.account != 0 && !settings_.exclude_accounts.empty()) {
    auto found = excluded_.find(out.account);
    if (found == excluded_.end()) {
      const std::lock_guard guard(lock_);
      found = excluded_.emplace(out.account, references_.excluded(out.account)).first;
    }
    if (found->second) out.account = Placement::kExcluded;
  }
  return out;
}

void Placer::count(uint32_t row, const Placement& placement, int64_t sign) {
  const uint32_t source = events_.source[row];
  if (last_days_ == nullptr || source != last_source_) {
    last_source_ = source;
    last_days_ = &days_[source];
  }
  const bool excluded = placement.account == Placement::kExcluded;
  last_days_->add(placement.day, {sign, excluded ? 0 : sign});
  if (placement.account != 0) return;
  const uint32_t account_ref = events_.account_ref[row];
  const uint32_t ref = account_ref != 0 ? account_ref : events_.user_ref[row];
  unmatched_[(static_cast<uint64_t>(source) << 32) | ref] += sign;
}

EventTally Placer::tally() const {
  EventTally out;
  for (const auto& [source, counts] : days_) {
    DayCounts& own = out.days[std::string(events_.text(source))];
    counts.each([&own](Day day, DayCounts::Count count) { own.add(day, count); });
  }
  for (const auto& [key, count] : unmatched_) {
    if (count == 0) continue;
    out.unmatched[{std::string(events_.text(static_cast<uint32_t>(key >> 32))),
                   std::string(events_.text(static_cast<uint32_t>(key)))}] += count;
  }
  return out;
}

}  // namespace kenko::identity
