#include "mapping/kind_guess.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/text.h"
#include "mapping/cells.h"

namespace kenko::mapping {
namespace {

using Words = std::initializer_list<std::string_view>;

bool one_of(std::string_view text, Words words) { return std::find(words.begin(), words.end(), text) != words.end(); }

/// "Contract end date" -> "end": a column's name without what it is of and what kind of time it is.
std::string kernel(std::string_view name) {
  std::string out = slug(name);
  for (const std::string_view front :
       {"date_of_", "date_", "customer_", "account_", "client_", "contract_", "subscription_", "vertrags"}) {
    if (out.starts_with(front) && out.size() > front.size()) out.erase(0, front.size());
  }
  for (const std::string_view back : {"_date", "_day", "_time", "_at", "_on"}) {
    if (out.ends_with(back) && out.size() > back.size()) out.resize(out.size() - back.size());
  }
  return out;
}

enum class Cells { any, times, numbers };

/// The only column with such cells whose kernel is one of the words; nullptr when there is none or more than one.
ColumnGuess* only(SampleGuess& guess, Words words, Cells cells = Cells::any) {
  ColumnGuess* found = nullptr;
  for (ColumnGuess& column : guess.columns) {
    const bool fits =
        cells == Cells::any || (cells == Cells::numbers ? column.numbers : column.times && !column.numbers);
    if (column.filled == 0 || !fits || !one_of(kernel(column.name), words)) continue;
    if (found != nullptr) return nullptr;
    found = &column;
  }
  return found;
}

ColumnGuess* only_times(SampleGuess& guess, Words words) { return only(guess, words, Cells::times); }

ColumnGuess* only_numbers(SampleGuess& guess, Words words) { return only(guess, words, Cells::numbers); }

bool has_times_besides(const SampleGuess& guess, const ColumnGuess* but, bool started_may_be) {
  return std::any_of(guess.columns.begin(), guess.columns.end(), [&](const ColumnGuess& column) {
    if (&column == but || !column.times || column.numbers) return false;
    return !(started_may_be && name_fits(column.name, Role::started) > 0);
  });
}

/// Rows of goods, of requests, of a log: their dates are not those of customers.
bool speaks_of_dealings(const SampleGuess& guess) {
  return std::any_of(guess.columns.begin(), guess.columns.end(), [](const ColumnGuess& column) {
    const std::string plain = "_" + slug(column.name) + "_";
    for (const std::string_view word : {"order", "invoice", "ticket", "booking", "case", "meeting", "deal"}) {
      if (plain.find("_" + std::string(word) + "_") != std::string::npos) return true;
    }
    return name_fits(column.name, Role::event) == 3 || name_fits(column.name, Role::quantity) == 3 ||
           name_fits(column.name, Role::price) == 3;
  });
}

/// "exports/Churned customers.csv" -> "churned_customers"
std::string stem(std::string_view file_name) {
  file_name = file_name.substr(file_name.find_last_of('/') + 1);
  return slug(file_name.substr(0, file_name.find('.')));
}

bool is_list_of_leavers(std::string_view file_name) {
  const std::string name = stem(file_name);
  return one_of(name, {"churn", "churned", "churns", "churned_customers", "churned_accounts", "customer_churn",
                       "churn_list", "lost_customers", "lost_accounts", "leavers", "former_customers"});
}

bool names_contracts(std::string_view text) {
  const std::string plain = slug(text);
  for (const std::string_view word : {"contract", "subscription", "vertrag", "contratto", "契約", "合同"}) {
    if (plain.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

bool means_leaving(std::string_view word) {
  return one_of(slug(word), {"churn", "churned", "account_churned", "customer_churned"});
}

ColumnGuess* leaving_column(SampleGuess& guess, const ColumnGuess* account, std::string_view file_name, bool asked) {
  // Words that say nothing but that a customer is gone, and words that orders and requests have, too.
  ColumnGuess* column = only_times(guess, {"churn", "churned", "left", "leave", "leaving", "end_of_relationship",
                                           "relationship_end", "relationship_ended", "解約日", "退会日", "流失日期"});
  const bool clear = column != nullptr;
  if (column == nullptr) {
    column = only_times(guess, {"cancelled", "canceled", "cancellation", "terminated", "termination"});
  }
  if (column == nullptr && !asked && is_list_of_leavers(file_name)) {
    for (ColumnGuess& other : guess.columns) {
      if (other.times && !other.numbers && !has_times_besides(guess, &other, true) &&
          name_fits(other.name, Role::time) > 0 && name_fits(other.name, Role::started) == 0) {
        column = &other;
      }
    }
  }
  if (column == nullptr || column->name.find('`') != std::string::npos) return nullptr;
  if (asked) return column;
  if (account == nullptr || account->filled != guess.rows || speaks_of_dealings(guess)) return nullptr;
  const bool row_each = account->distinct == guess.rows;
  // Who came back may be in the list twice.
  const bool nearly = row_each || (clear && account->distinct * 10 >= guess.rows * 9);
  if (!nearly || (column->filled < guess.rows && !row_each)) return nullptr;
  return !clear && has_times_besides(guess, column, true) ? nullptr : column;
}

ColumnGuess* reason_column(SampleGuess& guess) {
  for (const std::string_view word : {"reason", "churn_reason", "reason_for_leaving", "leaving_reason", "why", "grund",
                                      "kündigungsgrund", "motivo", "理由", "解約理由", "原因"}) {
    for (ColumnGuess& column : guess.columns) {
      if (!column.used && column.filled > 0 && !column.times && kernel(column.name) == word) return &column;
    }
  }
  return only(guess, {"churn_reason", "cancellation_reason"});
}

std::vector<std::pair<std::string_view, ColumnGuess*>> ContractColumns::keyed() const {
  std::vector<std::pair<std::string_view, ColumnGuess*>> out;
  for (const auto& [key, column] :
       std::initializer_list<std::pair<std::string_view, ColumnGuess*>>{{"product", product},
                                                                        {"start", start},
                                                                        {"end", end},
                                                                        {"renewal", renewal},
                                                                        {"notice_at", notice_at},
                                                                        {"auto_renew", auto_renew},
                                                                        {"term_months", term},
                                                                        {"seats", seats},
                                                                        {"currency", currency}}) {
    if (column != nullptr) out.emplace_back(key, column);
  }
  return out;
}

namespace {

/// Only words that a running or an ended contract can have: a list of offers has others.
bool read_states(const SampleGuess& guess, const Sample& sample, ContractColumns& out) {
  if (out.state == nullptr) return true;
  const auto index = static_cast<size_t>(out.state - guess.columns.data());
  std::set<std::string> cancelled;
  for (const auto& row : sample.rows) {
    const std::string_view cell = index < row.size() ? text::trim(row[index]) : std::string_view();
    const std::string word = slug(cell);
    if (one_of(word, {"cancelled", "canceled", "ended", "terminated"})) {
      cancelled.emplace(cell);
    } else if (!one_of(word, {"", "active", "live", "current", "running", "signed", "expired"})) {
      return false;
    }
  }
  out.cancelled.assign(cancelled.begin(), cancelled.end());
  return true;
}

/// A column that names the contract, no two rows alike; or else account and start do.  False: neither.
bool find_id(SampleGuess& guess, const Sample& sample, const ColumnGuess& account, ContractColumns& out) {
  ColumnGuess* named = nullptr;
  for (ColumnGuess& column : guess.columns) {
    if (&column == &account || column.times || column.filled == 0) continue;
    if (one_of(slug(column.name), {"contract", "contract_id", "contract_no", "contract_number", "subscription",
                                   "subscription_id", "vertrag", "vertragsnummer", "id"}) &&
        (named == nullptr || slug(named->name) == "id")) {
      named = &column;
    }
  }
  if (named != nullptr) {
    out.id = named;
    return named->distinct == guess.rows;  // lines or versions of a contract need a person's eye
  }
  if ((account.name + out.start->name).find_first_of("{}") != std::string::npos) return false;
  const auto a = static_cast<size_t>(&account - guess.columns.data());
  const auto s = static_cast<size_t>(out.start - guess.columns.data());
  std::set<std::pair<std::string, std::string>> seen;
  return std::all_of(sample.rows.begin(), sample.rows.end(), [&](const std::vector<std::string>& row) {
    return a < row.size() && s < row.size() && seen.emplace(row[a], row[s]).second;
  });
}

bool all_flags(const SampleGuess& guess, const Sample& sample, const ColumnGuess& column) {
  const auto index = static_cast<size_t>(&column - guess.columns.data());
  return std::all_of(sample.rows.begin(), sample.rows.end(), [&](const std::vector<std::string>& row) {
    return index >= row.size() || text::trim(row[index]).empty() || read_flag(text::trim(row[index])).has_value();
  });
}

}  // namespace

std::optional<ContractColumns> contract_columns(SampleGuess& guess, const Sample& sample, const ColumnGuess* account,
                                                std::string_view file_name) {
  ContractColumns out;
  if (account == nullptr || account->filled != guess.rows || guess.rows == 0) return std::nullopt;
  out.start =
      only_times(guess, {"start", "starts", "started", "begin", "begins", "beginn", "inizio", "開始日", "开始日期"});
  out.end = only_times(guess, {"end", "ends", "ended", "expiry", "expires", "ende", "fine", "終了日", "结束日期"});
  if (out.start == nullptr || out.end == nullptr || out.start->filled != guess.rows) return std::nullopt;
  out.renewal = only_times(guess, {"renewal", "renews", "next_renewal"});
  out.notice_at = only_times(guess, {"notice_given", "notice_received"});
  out.auto_renew = only(guess, {"auto_renew", "auto_renewal", "autorenew", "auto_renews", "automatic_renewal"});
  if (out.auto_renew != nullptr && !all_flags(guess, sample, *out.auto_renew)) out.auto_renew = nullptr;
  out.term = only_numbers(guess, {"term_months", "term_in_months"});
  out.product = only(guess, {"product", "plan"});
  out.seats = only_numbers(guess, {"seats", "licenses", "licences"});
  out.currency = only(guess, {"currency", "währung", "valuta", "通貨", "货币"});
  if (out.currency != nullptr && !out.currency->currencies) out.currency = nullptr;
  out.state = only(guess, {"state", "status"});
  out.amount = only_numbers(guess, {"arr", "acv", "annual_value", "annual_amount", "yearly_amount"});
  out.times_a_year = out.amount != nullptr ? 1 : 0;
  if (out.amount == nullptr) {
    out.amount = only_numbers(guess, {"mrr", "monthly_amount", "monthly_value", "monthly_fee"});
    if (out.amount != nullptr) out.times_a_year = 12;
  }
  if (out.amount == nullptr) out.amount = only_numbers(guess, {"amount", "value", "total", "tcv", "betrag", "importo"});
  if (out.amount == nullptr || only(guess, {"stage", "probability"}) != nullptr || speaks_of_dealings(guess)) {
    return std::nullopt;
  }
  // A booking has a start, an end and an amount, too.
  const bool sure = out.times_a_year > 0 || out.renewal != nullptr || out.auto_renew != nullptr ||
                    out.notice_at != nullptr || only(guess, {"notice", "notice_deadline"}) != nullptr ||
                    names_contracts(stem(file_name)) ||
                    std::any_of(guess.columns.begin(), guess.columns.end(),
                                [](const ColumnGuess& column) { return names_contracts(column.name); });
  if (!sure || !find_id(guess, sample, *account, out) || !read_states(guess, sample, out)) return std::nullopt;
  return out;
}

}  // namespace kenko::mapping
