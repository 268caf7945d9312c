#include "report/prospect_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "base/text.h"
#include "report/calibration_view.h"
#include "report/cells.h"
#include "validate/prospects.h"

namespace kenko::report {
namespace {

using validate::Calibration;
using validate::Chance;
using validate::kNoAmount;
using validate::Outlook;
using validate::Prospect;
using validate::Question;

// Whole per cent; below one, one place: a chance is never called none.
std::string per_cent(double p) {
  const double shown = 100 * p;
  if (shown < 1 || shown > 99) return fmt::format("{:.1f}", std::clamp(shown, 0.1, 99.9));
  return fmt::format("{:.0f}", shown);
}

std::optional<Chance> chance(const Prospect* p, Question question) {
  if (p == nullptr) return std::nullopt;
  switch (question) {
    case Question::churn:
      return p->churn;
    case Question::renewal:
      return p->renewal;
    case Question::expansion:
      return p->expansion;
  }
  return std::nullopt;
}

Cell money_cell(int64_t amount) { return amount == kNoAmount ? Cell{} : money(amount); }

struct Added {
  Column column;
  std::vector<Cell> cells;
};

void add_chances(const std::vector<const Prospect*>& of_row, const Calibration& c, std::vector<Added>& out) {
  const std::string key(validate::word(c.question));
  const std::string title = c.question == Question::renewal ? "renews" : fmt::format("{} {} d", key, c.horizon);
  Added p{right(key + "_probability", title), {}}, low{right(key + "_low", ""), {}}, high{right(key + "_high", ""), {}};
  p.column.text_hidden = c.question == Question::expansion;
  low.column.text_hidden = high.column.text_hidden = true;
  for (const Prospect* prospect : of_row) {
    const auto stated = chance(prospect, c.question);
    p.cells.emplace_back();
    low.cells.emplace_back();
    high.cells.emplace_back();
    const bool decided = prospect != nullptr && prospect->outlook == Outlook::decided;
    if (!stated && decided && c.question != Question::expansion) p.cells.back().text = "notice";
    if (!stated) continue;
    p.cells.back().value = stated->p;
    p.cells.back().said = say("{} % ({}–{})", per_cent(stated->p), per_cent(stated->low), per_cent(stated->high));
    p.cells.back().text = p.cells.back().said.english();
    low.cells.back().value = stated->low;
    high.cells.back().value = stated->high;
  }
  out.push_back(std::move(p));
  out.push_back(std::move(low));
  out.push_back(std::move(high));
}

void add_money(const std::vector<const Prospect*>& of_row, const char* key, const char* title,
               int64_t Prospect::* amount, bool hidden, std::vector<Added>& out) {
  Added added{right(key, title), {}};
  bool any = false;
  for (const Prospect* p : of_row) {
    const int64_t value = p == nullptr ? kNoAmount : p->*amount;
    any = any || value != kNoAmount;
    added.cells.push_back(money_cell(value));
  }
  added.column.text_hidden = hidden || !any;
  out.push_back(std::move(added));
}

std::string real_json(double value) { return json_value(Value{value}); }
std::string money_json(int64_t amount) {
  return amount == kNoAmount ? "null" : json_value(Value{static_cast<double>(amount) / 1e6});
}
std::string money_words(int64_t amount) {
  return text::grouped(static_cast<int64_t>(std::llround(static_cast<double>(amount) / 1e6)));
}

}  // namespace

Sentence chance_words(const Chance& c) {
  return say("{} % ({} to {} %)", per_cent(c.p), per_cent(c.low), per_cent(c.high));
}

void add_prospects(const std::vector<const Prospect*>& of_row, std::span<const Calibration> calibrations,
                   bool with_priority, std::string_view after, Table& table) {
  std::vector<Added> added;
  for (const Calibration& c : calibrations) {
    if (c.usable()) add_chances(of_row, c, added);
  }
  if (validate::usable(calibrations, Question::churn) != nullptr) {
    add_money(of_row, "can_leave", "ARR that can leave", &Prospect::can_leave, true, added);
    add_money(of_row, "expected_loss", "exp. loss", &Prospect::expected_loss, false, added);
  } else if (with_priority) {
    add_money(of_row, "priority", "priority", &Prospect::priority, false, added);
  }
  const auto found =
      std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.key == after; });
  const auto at = std::min(found - table.columns.begin() + 1, std::ssize(table.columns));
  for (size_t i = 0; i < added.size(); ++i) {
    const auto place = at + static_cast<std::ptrdiff_t>(i);
    table.columns.insert(table.columns.begin() + place, added[i].column);
    for (size_t r = 0; r < table.rows.size(); ++r) {
      table.rows[r].insert(table.rows[r].begin() + place, std::move(added[i].cells[r]));
    }
  }
}

std::vector<Sentence> prospect_sentences(const Prospect& p, std::span<const Calibration> calibrations) {
  std::vector<Sentence> out;
  const Calibration* churn = validate::usable(calibrations, Question::churn);
  if (churn != nullptr && p.outlook == Outlook::decided) {
    out.push_back(p.expected_loss == kNoAmount ? Sentence("It gave notice.")
                                               : say("It gave notice: {} a year ends within {} days.",
                                                     money_words(p.expected_loss), churn->horizon));
  } else if (churn != nullptr && p.outlook == Outlook::not_at_risk) {
    out.push_back("Nothing is stated of its leaving: the model does not count it among those at risk.");
  }
  if (p.churn) {
    const std::string what = asked_words(*churn).english();
    const std::string stated = chance_words(*p.churn).english();
    out.push_back(p.expected_loss == kNoAmount ? say("{}: {}.", what, stated)
                  : p.can_leave == 0
                      ? say("{}: {}; none of its {} a year can leave by then.", what, stated, money_words(p.arr))
                      : say("{}: {}; of {} a year that can leave by then, {} is the expected loss.", what, stated,
                            money_words(p.can_leave), money_words(p.expected_loss)));
  }
  if (p.renewal) out.push_back(say("Renews on {}: {}.", p.renewal_day->iso(), chance_words(*p.renewal).english()));
  const Calibration* expansion = validate::usable(calibrations, Question::expansion);
  if (p.expansion) {
    out.push_back(say("Expands within {} days: {}.", expansion->horizon, chance_words(*p.expansion).english()));
  }
  return out;
}

std::string prospect_json(const Prospect& p, std::span<const Calibration> calibrations) {
  std::vector<std::string> members;
  for (const Calibration& c : calibrations) {
    if (!c.usable()) continue;
    const auto stated = chance(&p, c.question);
    const std::string days = c.question == Question::renewal ? "" : fmt::format(", \"within_days\": {}", c.horizon);
    const std::string value =
        !stated ? "null"
                : fmt::format("{{\"probability\": {}, \"low\": {}, \"high\": {}{}}}", real_json(stated->p),
                              real_json(stated->low), real_json(stated->high), days);
    members.push_back(fmt::format("\"{}\": {}", validate::word(c.question), value));
  }
  if (members.empty()) return "null";
  members.push_back(fmt::format("\"renewal_day\": {}", p.renewal_day ? "\"" + p.renewal_day->iso() + "\"" : "null"));
  members.push_back(fmt::format("\"gave_notice\": {}", p.outlook == Outlook::decided));
  members.push_back("\"can_leave\": " + money_json(p.can_leave));
  members.push_back("\"expected_loss\": " + money_json(p.expected_loss));
  return "{" + text::join(members, ", ") + "}";
}

}  // namespace kenko::report
