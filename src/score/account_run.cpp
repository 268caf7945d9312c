#include "score/account_run.h"

namespace kenko::score {

void AccountRun::load(uint32_t account, Others others) {
  account_ = account;
  finisher_ = Finisher(rules_, others, account);
  engine_.run(account, peers_, scratch_, days_);
  if (scores_.size() < days_.size()) {
    scores_.resize(days_.size());
    own_.resize(days_.size());
  }
  for (size_t i = 0; i < days_.size(); ++i) roll_up_own(rules_, days_[i], buffers_, own_[i], scores_[i]);
}

void AccountRun::finish() {
  for (size_t i = 0; i < days_.size(); ++i) finisher_.life(days_[i], own_[i], scores_[i]);
}

Day AccountRun::last() const {
  return days_.empty() ? Day::kMin : days_.back().first + static_cast<int32_t>(days_.back().size()) - 1;
}

size_t AccountRun::life_of(Day day) const {
  for (size_t i = 0; i < days_.size(); ++i) {
    if (day >= days_[i].first && day - days_[i].first < static_cast<int32_t>(days_[i].size())) return i;
  }
  return days_.size();
}

void AccountRun::finish(Day day) {
  const size_t i = life_of(day);
  if (i == days_.size()) return;
  if (day == days_[i].first) finisher_.begin_life();
  finisher_.step(days_[i], own_[i], static_cast<size_t>(day - days_[i].first), scores_[i]);
}

AccountHistory AccountRun::history(const Children* children) const {
  return {account_, days_, std::span(scores_).first(days_.size()), &peers_, children};
}

void AccountRun::give(Children& children, size_t life, size_t at) const {
  const LifeScores& s = scores_[life];
  if (s.state[at] != State::scored) return;
  const auto arr = days_[life].arr_micros;
  children.set(account_, s.first + static_cast<int32_t>(at), s.computed[at], arr.empty() ? -1 : arr[at]);
}

void AccountRun::give(Children& children) const {
  for (size_t i = 0; i < days_.size(); ++i) {
    for (size_t d = 0; d < days_[i].size(); ++d) give(children, i, d);
  }
}

void AccountRun::give(Children& children, Day day) const {
  const size_t i = life_of(day);
  if (i < days_.size()) give(children, i, static_cast<size_t>(day - days_[i].first));
}

}  // namespace kenko::score
