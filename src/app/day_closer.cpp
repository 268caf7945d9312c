#include "app/day_closer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/clock.h"
#include "base/check.h"
#include "engine/hierarchy.h"
#include "explain/causes.h"
#include "explain/summary.h"
#include "validate/prospects.h"

namespace kenko::app {
namespace {

using engine::Engine;
using facts::Portfolio;

constexpr int32_t kDaysAtOnce = 16;  // of the common history that are held in memory

// A portfolio with the engines of the models that are asked for.
struct View {
  explicit View(std::unique_ptr<Portfolio> p) : own(std::move(p)), portfolio(own.get()) {}
  explicit View(const Portfolio* p) : portfolio(p) {}

  const Engine& engine(const SayingModel& model, size_t position) {
    auto& engine = engines[position];
    if (!engine) engine = std::make_unique<Engine>(*model.plan, *portfolio);
    return *engine;
  }

  std::unique_ptr<Portfolio> own;
  const Portfolio* portfolio;
  std::map<size_t, std::unique_ptr<Engine>> engines;
};

// A row of the day that is closed.
struct FirstRow {
  PublishedRow row;
  std::optional<explain::Causes> causes;
};

// What rows of earlier days say, by account code and day since the first closed one; 0 = no row.
using Contents = std::map<uint32_t, std::vector<uint64_t>>;

}  // namespace

class DayCloser::Impl {
 public:
  Impl(ClosingSetup setup, const Portfolio& all, KnownFacts& facts)
      : setup_(std::move(setup)),
        facts_(facts),
        all_(&all),
        said_(setup_.said),
        first_closed_(setup_.first - static_cast<int32_t>(said_.size())),
        next_(setup_.first) {}

  facts::Dictionary texts;

  [[nodiscard]] size_t late() const { return late_.all ? all_.portfolio->accounts.size() : late_.accounts.size(); }

  Result<ClosedRows> next() {
    KENKO_CHECK(next_ <= setup_.last, "{} is after the last day to close", next_.iso());
    if (next_ == setup_.first) {
      KENKO_TRY_STATUS(begin());
    }
    const Day day = next_;
    const Instant close = close_of(day, all_.portfolio->settings);
    ClosedRows out;
    out.day = day;
    out.rows = std::make_unique<PublishedRows>(texts, close);
    numbers_.assign(setup_.models.size(), -1);
    std::vector<FirstRow> first = common_rows(day);
    if (!late_.none()) {
      KENKO_TRY(Portfolio known, facts_.portfolio({close, {}}));
      now_ = std::make_unique<View>(std::make_unique<Portfolio>(std::move(known)));
      pass(*now_, day, &first);
    }
    explain_changes(day, first);
    if (setup_.standing) {
      add_standing(all_, day, common_, first);
      if (now_) add_standing(*now_, day, late_of(*now_->portfolio), first);
    }
    write_first(std::move(first), out);
    if (!late_.none()) {
      KENKO_TRY_STATUS(write_revisions(out));
      before_ = std::move(now_);
    }
    said_.push_back(0);
    ++next_;
    return out;
  }

 private:
  [[nodiscard]] Status begin() {
    std::vector<const plan::Plan*> plans;
    for (const SayingModel& m : setup_.models) plans.push_back(m.plan);
    KENKO_TRY(late_, facts_.late_accounts(setup_.base, setup_.first, setup_.last, plans, *all_.portfolio));
    const Portfolio& all = *all_.portfolio;
    for (uint32_t a = 0; a < all.accounts.size() && !late_.all; ++a) {
      if (!std::binary_search(late_.accounts.begin(), late_.accounts.end(), all.accounts[a])) common_.push_back(a);
    }
    if (late_.none()) return Done{};
    if (!late_.all) {
      KENKO_TRY_STATUS(facts_.keep_only(late_.accounts, all));
    }
    if (said_.empty()) return Done{};
    KENKO_TRY(Portfolio base, facts_.portfolio(setup_.base));
    before_ = std::make_unique<View>(std::make_unique<Portfolio>(std::move(base)));
    pass(*before_, setup_.first - 1, nullptr);
    contents_ = std::move(contents_now_);
    changed_.clear();
    return Done{};
  }

  // Rows of the day of all accounts whose past is the same from every close.
  std::vector<FirstRow> common_rows(Day day) {
    if (common_.empty()) return {};
    if (common_days_.empty() || day > common_last_) {
      common_first_ = day;
      common_last_ = std::min(setup_.last, day + (kDaysAtOnce - 1));
      common_days_.assign(static_cast<size_t>(common_last_ - day + 1), {});
      const Engine& engine = all_.engine(setup_.models.front(), 0);
      RowMaker maker(engine, common_last_, texts);
      score::for_each_account(
          engine, common_last_, setup_.threads, common_,
          [&](const auto& history) {
            maker.make(history, common_first_, common_last_, [&](const PublishedRow& row) {
              common_days_[static_cast<size_t>(row.day - common_first_)].push_back({row, {}});
            });
          },
          row_options());
    }
    return std::move(common_days_[static_cast<size_t>(day - common_first_)]);
  }

  [[nodiscard]] std::vector<uint32_t> late_of(const Portfolio& portfolio) const {
    std::vector<uint32_t> out;
    if (late_.all) {
      for (uint32_t a = 0; a < portfolio.accounts.size(); ++a) out.push_back(a);
    }
    for (const std::string& id : late_.accounts) {
      if (const auto found = portfolio.find_account(id)) out.push_back(*found);
    }
    return out;
  }

  // All rows of late accounts as `view` shows them: those of earlier days become contents_now_ (and changed_ where they
  // say something else than contents_), those of `day` go to `first`.
  void pass(View& view, Day day, std::vector<FirstRow>* first) {
    contents_now_.clear();
    changed_.clear();
    const std::vector<uint32_t> accounts = late_of(*view.portfolio);
    if (accounts.empty()) return;
    for (size_t m = 0; m < setup_.models.size(); ++m) {
      const bool first_rows = m == 0 && first != nullptr;
      const std::optional<Day> until = first_rows ? std::optional(day) : last_said(m);
      if (!until) continue;
      const Engine& engine = view.engine(setup_.models[m], m);
      RowMaker maker(engine, *until, texts);
      score::for_each_account(
          engine, *until, setup_.threads, accounts,
          [&](const auto& history) {
            maker.make(history, first_closed_, *until, [&](const PublishedRow& row) {
              const bool todays = first_rows && row.day == day;
              if (todays) first->push_back({row, {}});
              if (todays || said_by(row.day, m)) note(row, m, todays || first == nullptr);
            });
          },
          row_options());
    }
  }

  // The last closed day that model m said.
  [[nodiscard]] std::optional<Day> last_said(size_t m) const {
    for (size_t i = said_.size(); i-- > 0;) {
      if (said_[i] == static_cast<int>(m)) return first_closed_ + static_cast<int32_t>(i);
    }
    return std::nullopt;
  }
  [[nodiscard]] bool said_by(Day day, size_t m) const {
    const int32_t i = day - first_closed_;
    return i >= 0 && i < std::ssize(said_) && said_[static_cast<size_t>(i)] == static_cast<int>(m);
  }

  void note(const PublishedRow& row, size_t model, bool new_day) {
    const auto at = static_cast<size_t>(row.day - first_closed_);
    std::vector<uint64_t>& now = contents_now_[row.account];
    if (now.size() <= at) now.resize(at + 1, 0);
    now[at] = row.content();
    if (!new_day && now[at] != content_before(row.account, at)) changed_.push_back({row, model});
  }
  [[nodiscard]] uint64_t content_before(uint32_t account, size_t at) const {
    const auto found = contents_.find(account);
    return found == contents_.end() || found->second.size() <= at ? 0 : found->second[at];
  }

  // Splits the changes since the day before by cause, where that day's model can still be computed.
  void explain_changes(Day day, std::vector<FirstRow>& first) {
    if (said_.empty() || said_.back() < 0) return;
    const auto model_before = static_cast<size_t>(said_.back());
    std::map<uint32_t, explain::Causes> causes;  // by account code
    const auto split = [&](View& before, View& now, const std::vector<uint32_t>& accounts) {
      if (accounts.empty()) return;
      const explain::Ends ends{&before.engine(setup_.models[model_before], model_before),
                               &now.engine(setup_.models[model_before], model_before),
                               &now.engine(setup_.models[0], 0)};
      const std::array<Day, 1> to{day};
      const auto changes = explain::split_by_cause(ends, day - 1, to, accounts, setup_.threads);
      for (size_t i = 0; i < accounts.size(); ++i) {
        if (changes[i]) causes.emplace(texts.intern(now.portfolio->accounts[accounts[i]]), *changes[i]);
      }
    };
    split(all_, all_, common_);
    if (before_ && now_) split(*before_, *now_, late_of(*now_->portfolio));
    for (FirstRow& f : first) {
      if (const auto found = causes.find(f.row.account); found != causes.end()) f.causes = found->second;
    }
  }

  // What alerts read beside the row: where the account belongs, why its score is what it is, how likely it leaves.
  void add_standing(View& view, Day day, const std::vector<uint32_t>& accounts, std::vector<FirstRow>& first) {
    if (accounts.empty()) return;
    const Engine& engine = view.engine(setup_.models.front(), 0);
    std::map<uint32_t, PublishedRow*> rows;  // by account code
    for (FirstRow& f : first) rows.emplace(f.row.account, &f.row);
    const auto row_of = [&](uint32_t account) -> PublishedRow* {
      const auto found = rows.find(texts.intern(view.portfolio->accounts[account]));
      return found == rows.end() ? nullptr : found->second;
    };
    for (const explain::Summary& s : explain::summarise(engine, day, setup_.threads, accounts)) {
      PublishedRow* row = row_of(s.account);
      const std::string reason = explain::reason_text(s);
      if (row != nullptr && !reason.empty()) row->reason = texts.intern(reason);
    }
    const engine::Hierarchy parents(engine, day, row_options(), setup_.threads, accounts);
    for (const uint32_t account : accounts) {
      uint32_t top = account;
      for (uint32_t up = parents.parent(top, day); up != engine::kNoAccount; up = parents.parent(top, day)) top = up;
      if (PublishedRow* row = row_of(account)) row->top_parent = texts.intern(view.portfolio->accounts[top]);
    }
    const CalibrationInForce& calibration = setup_.calibration;
    if (!calibration.file || day < calibration.until()) return;
    for (const validate::Prospect& p :
         validate::prospects(engine, calibration.questions(), calibration.outcome, day, setup_.threads, accounts)) {
      PublishedRow* row = row_of(p.account);
      if (row == nullptr) continue;
      if (p.churn) row->chance = static_cast<int32_t>(std::lround(p.churn->p * 1e6));
      if (p.expected_loss != validate::kNoAmount) row->expected_loss = p.expected_loss;
    }
  }

  [[nodiscard]] bool by_account_and_day(const PublishedRow& a, const PublishedRow& b) const {
    return std::pair(texts.text(a.account), a.day) < std::pair(texts.text(b.account), b.day);
  }

  void write_first(std::vector<FirstRow> first, ClosedRows& out) {
    std::sort(first.begin(), first.end(),
              [this](const FirstRow& a, const FirstRow& b) { return by_account_and_day(a.row, b.row); });
    for (const FirstRow& f : first) {
      out.rows->add(f.row, number_of(0, *out.rows), RowKind::close, 0, f.causes);
      out.bands.emplace_back(f.row.account, f.row.band);
    }
    out.first_rows = std::ssize(first);
  }

  [[nodiscard]] Status write_revisions(ClosedRows& out) {
    for (const auto& [account, before] : contents_) {
      const auto now = contents_now_.find(account);
      for (size_t at = 0; at < before.size(); ++at) {
        const bool there = now != contents_now_.end() && at < now->second.size() && now->second[at] != 0;
        if (before[at] == 0 || there) continue;
        changed_.push_back({no_row(account, at), static_cast<size_t>(said_[at])});
      }
    }
    contents_ = std::move(contents_now_);
    contents_now_.clear();
    if (changed_.empty()) return Done{};
    if (!counts_known_ && setup_.revisions) {
      KENKO_TRY(counts_, setup_.revisions());
    }
    counts_known_ = true;
    std::sort(changed_.begin(), changed_.end(),
              [this](const auto& a, const auto& b) { return by_account_and_day(a.first, b.first); });
    for (const auto& [row, model] : changed_) {
      const int32_t revision = ++counts_[{std::string(texts.text(row.account)), row.day.number}];
      out.rows->add(row, number_of(model, *out.rows), RowKind::revision, revision);
    }
    out.revisions = std::ssize(changed_);
    changed_.clear();
    return Done{};
  }

  // The account has no row of that day any more.
  [[nodiscard]] PublishedRow no_row(uint32_t account, size_t at) {
    PublishedRow row;
    row.account = account;
    row.day = first_closed_ + static_cast<int32_t>(at);
    row.state = texts.intern("none");
    row.dimension.assign(setup_.models[static_cast<size_t>(said_[at])].plan->dimensions.size(), kNone);
    return row;
  }

  // The number of a model in the file that is written.
  uint32_t number_of(size_t model, PublishedRows& rows) {
    int64_t& number = numbers_[model];
    const SayingModel& m = setup_.models[model];
    if (number < 0) number = rows.add_model(m.name, m.fingerprint.hex(), *m.plan);
    return static_cast<uint32_t>(number);
  }

  ClosingSetup setup_;
  KnownFacts& facts_;
  View all_;
  std::vector<int> said_;  // by day from first_closed_
  Day first_closed_;
  Day next_;
  LateAccounts late_;
  std::vector<uint32_t> common_;  // all others, of all_
  std::vector<std::vector<FirstRow>> common_days_;
  Day common_first_, common_last_;
  std::unique_ptr<View> before_, now_;  // late accounts as the close before and this one knew them
  Contents contents_, contents_now_;
  std::vector<std::pair<PublishedRow, size_t>> changed_;  // with the position of the model
  RevisionCounts counts_;
  bool counts_known_ = false;
  std::vector<int64_t> numbers_;
};

DayCloser::DayCloser(ClosingSetup setup, const Portfolio& all, KnownFacts& facts)
    : impl_(std::make_unique<Impl>(std::move(setup), all, facts)) {}
DayCloser::~DayCloser() = default;
Result<ClosedRows> DayCloser::next() { return impl_->next(); }
facts::Dictionary& DayCloser::texts() { return impl_->texts; }
size_t DayCloser::late_accounts() const { return impl_->late(); }

}  // namespace kenko::app
