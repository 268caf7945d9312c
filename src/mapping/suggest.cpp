#include "mapping/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "mapping/column_guess.h"
#include "mapping/kind_guess.h"

namespace kenko::mapping {
namespace {

/// A name as a YAML value: bare when it is a plain word, else in quotes.
std::string quoted(std::string_view s) {
  const bool plain = !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9') || c == '.';
  });
  static const std::set<std::string> kWords{"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  const bool letter = plain && ((s[0] >= 'a' && s[0] <= 'z') || (s[0] >= 'A' && s[0] <= 'Z'));
  if (letter && !kWords.contains(text::lower(s))) return std::string(s);
  std::string out = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// The source of files whose names are only dates or numbers.
constexpr std::string_view kNamelessSource = "files";

/// The event that ends a customer's life.
constexpr std::string_view kLeft = "account.churned";

/// "exports/Orders-2025-01.csv.gz" -> "orders".
std::string source_name(std::string_view file_name) {
  std::string_view name = file_name.substr(file_name.find_last_of('/') + 1);
  name = name.substr(0, name.find('.'));
  std::string out = slug(name);
  while (!out.empty() && (out.back() == '_' || (out.back() >= '0' && out.back() <= '9'))) out.pop_back();
  return out.empty() ? std::string(kNamelessSource) : out;
}

/// An event name for a word that a file uses, or for the file's name.
std::string event_name_of(std::string_view word) {
  static const std::vector<std::pair<std::vector<std::string>, std::string>> kNames = {
      {{"login", "log_in", "sign_in", "anmeldung", "accesso", "ログイン", "登录"}, "login"},
      {{"purchase", "order", "sale", "bought", "kauf", "bestellung", "acquisto", "ordine", "注文", "購入", "订单",
        "购买"},
       "purchase"},
      {{"invoice_paid", "payment", "zahlung", "pagamento", "入金", "付款"}, "invoice.paid"},
      {{"invoice", "rechnung", "fattura", "請求", "发票"}, "invoice.issued"},
      {{"return", "refund", "retoure", "rückgabe", "reso", "返品", "退货"}, "return"},
      {{"ticket", "support", "complaint", "beschwerde", "reclamo", "問い合わせ", "投诉"}, "ticket.opened"},
      {{"meeting", "call", "visit", "treffen", "besuch", "anruf", "incontro", "会議", "訪問", "会议"}, "meeting.held"},
      {{"training", "schulung", "formazione", "研修", "培训"}, "training.attended"},
      {{"nps"}, "nps.answered"}};
  const std::string plain = slug(word);
  for (const auto& [words, name] : kNames) {
    for (const std::string& w : words) {
      if (plain == w || (w.size() >= 5 && plain.find(w) != std::string::npos)) return name;
    }
  }
  return plain;
}

class Suggestion {
 public:
  Suggestion(const Sample& sample, std::string_view file_name, std::string_view event_name)
      : sample_(sample),
        guess_(guess_columns(sample)),
        source_(source_name(file_name)),
        file_name_(file_name),
        event_name_(event_name) {}

  std::string text() {
    account_ = guess_.take(Role::account);
    user_ = guess_.take(Role::user);
    if (account_ == nullptr && user_ == nullptr) guess_account();
    const ColumnGuess* named = guessed_account_ ? nullptr : account_;
    if (event_name_.empty()) {
      if (const auto columns = contract_columns(guess_, sample_, named, file_name_)) {
        contracts(*columns);
        return out_;
      }
    }
    const bool asked = means_leaving(event_name_);
    if (event_name_.empty() || asked) left_ = leaving_column(guess_, named, file_name_, asked);
    if (left_ != nullptr) {
      time_ = left_;
      left_->used = true;
    } else {
      find_event_and_time();
    }
    head();
    if (time_ == nullptr) {
      if (!event_name_.empty()) {
        line(fmt::format("  # No column holds days or times, so no row can be the event {}: only how things are.",
                         event_name_));
      }
      attributes();
    } else {
      event();
    }
    return out_;
  }

 private:
  void find_event_and_time() {
    const bool said = !event_name_.empty();
    if (!said) event_ = guess_.take(Role::event);
    time_ = guess_.take(Role::time);
    const bool one_row_each = account_ != nullptr && guess_.rows >= 2 && account_->distinct == guess_.rows;
    if (time_ != nullptr || (!said && one_row_each && event_ == nullptr)) return;
    // Since when somebody is a customer is the last thing to be the time of an event.
    for (const bool started : {false, true}) {
      for (ColumnGuess& column : guess_.columns) {
        if (time_ != nullptr || column.used || !column.times) continue;
        if (started == (name_fits(column.name, Role::started) > 0)) time_ = &column;
      }
    }
    if (time_ != nullptr) time_->used = true;
  }

  void guess_account() {
    for (ColumnGuess& column : guess_.columns) {
      if (column.times || column.filled == 0 || column.used) continue;
      account_ = &column;
      guessed_account_ = true;
      column.used = true;
      return;
    }
    account_ = &guess_.columns.front();
    guessed_account_ = true;
    account_->used = true;
  }

  void line(std::string text, std::string_view comment = "") {
    if (!comment.empty())
      text += fmt::format("{}# {}", std::string(text.size() < 34 ? 34 - text.size() : 2, ' '), comment);
    out_ += text + '\n';
  }

  void head() {
    line(fmt::format("# How Kenko reads {}: a guess from its first {} rows. Please check it.",
                     file_name_.substr(file_name_.find_last_of('/') + 1), guess_.rows));
    line("kenko: 1");
    line("source: " + quoted(source_), "the name of this source of facts");
    line("accounts: defines", "its ids are your accounts, also beside other files with the same ids");
    line("", "`matched`: ids of its own; what no identity translates counts nowhere");
    line("covers: all", "`touched` when it only knows customers that did something (help desk, surveys)");
    std::vector<std::string> format;
    const FileFormat& f = guess_.format;
    if (f.type == FileType::csv && f.delimiter && *f.delimiter != ',') {
      format.push_back(*f.delimiter == '\t' ? "delimiter: tab" : fmt::format("delimiter: \"{}\"", *f.delimiter));
    }
    if (!f.encoding.empty()) format.push_back("encoding: " + quoted(f.encoding));
    if (!f.sheet.empty()) format.push_back("sheet: " + quoted(f.sheet));
    if (f.decimal != '.') format.push_back(fmt::format("decimal: \"{}\"", f.decimal));
    if (!f.thousands.empty()) format.push_back("thousands: " + (f.thousands == " " ? "blank" : quoted(f.thousands)));
    if (!f.strip.empty()) {
      std::vector<std::string> signs;
      for (const std::string& sign : f.strip) signs.push_back(quoted(sign));
      format.push_back(fmt::format("strip: [{}]", text::join(signs, ", ")));
    }
    if (!format.empty()) line(fmt::format("format: {{{}}}", text::join(format, ", ")));
    line("");
    line("rules:");
  }

  std::string time_cell(const ColumnGuess& column) const {
    if (column.time_format.empty()) return quoted(column.name);
    return fmt::format("{{column: {}, format: \"{}\"}}", quoted(column.name), column.time_format);
  }

  std::string account_cell() const {
    return account_->whole_with_zero ? fmt::format("{{column: {}, integer: true}}", quoted(account_->name))
                                     : quoted(account_->name);
  }

  void people() {
    if (account_ != nullptr) {
      line("    account: " + account_cell(),
           guessed_account_ ? "a guess: no column looks like a customer" : "the customer");
    }
    if (user_ != nullptr) line("    user: " + quoted(user_->name), "the person");
  }

  // What a file's rows are when no column says so: by the file's name, else by what they look like.
  std::string event_of_file() const {
    if (source_ != kNamelessSource) return event_name_of(source_);
    return priced_ ? "purchase" : "activity";
  }

  void event_names() {
    if (left_ != nullptr) {
      line("    event: " + quoted(kLeft), fmt::format("the day in `{}` is when the customer left", left_->name));
      if (left_->filled < guess_.rows) {
        line("    where: " + quoted(fmt::format("not is_empty(`{}`)", left_->name)), "the others are still there");
      }
      return;
    }
    if (event_ == nullptr) {
      const std::string name = !event_name_.empty() ? event_name_ : event_of_file();
      line("    event: " + quoted(name), "what each row is; any name will do");
      return;
    }
    std::set<std::string> words;
    const size_t index = static_cast<size_t>(event_ - guess_.columns.data());
    for (const auto& row : sample_.rows) {
      if (const std::string_view cell = text::trim(row[index]); !cell.empty()) words.emplace(cell);
    }
    std::vector<std::string> map;
    for (const std::string& word : words) {
      const std::string name = means_leaving(word) ? std::string(kLeft) : event_name_of(word);
      if (name != word && word.find('.') == std::string::npos) {
        map.push_back(fmt::format("{}: {}", quoted(word), quoted(name)));
      }
    }
    if (map.empty() || words.size() > 20) {
      line(fmt::format("    event: {{column: {}}}", quoted(event_->name)), "its words are the names of the events");
    } else {
      line("    event:", "what happened, in words that models use");
      line("      column: " + quoted(event_->name));
      line(fmt::format("      map: {{{}}}", text::join(map, ", ")));
    }
  }

  /// Who left: an event, and, where the file has those who are still there, too, how things are with each.
  void leaving() {
    line("  left:", "one row for each customer that left: back-tests look for these");
    event_names();
    people_only_account();
    line("    time: " + time_cell(*time_),
         time_->ambiguous_date ? "day and month could be the other way round: please check" : "");
    if (ColumnGuess* reason = reason_column(guess_); reason != nullptr) {
      line("    properties:");
      line("      reason: " + quoted(reason->name));
      reason->used = true;
    }
    line("");
    attributes();
  }

  void contracts(const ContractColumns& columns) {
    head();
    line("  contracts:", "each row has a start, an end and an amount: a contract");
    line("    contracts:");
    if (columns.id != nullptr) {
      line("      id: " + quoted(columns.id->name));
      columns.id->used = true;
    } else {
      line(fmt::format("      id: {{template: {}}}",
                       quoted(fmt::format("{{{}}}/{{{}}}", account_->name, columns.start->name))),
           "no column names the contract");
    }
    line("      account: " + account_cell(), "the customer");
    for (const auto& [key, column] : columns.keyed()) {
      const std::string cell = column->times && !column->numbers ? time_cell(*column) : quoted(column->name);
      line(fmt::format("      {}: {}", key, cell),
           column == columns.end ? "its last day; who has no later contract has left then" : "");
      column->used = true;
    }
    if (columns.auto_renew == nullptr) {
      line("      # auto_renew: {constant: yes}", "when contracts go on without a new one");
    }
    const std::string amount = quoted(columns.amount->name);
    columns.amount->used = true;
    if (columns.times_a_year == 1) line("      arr: " + amount);
    if (columns.times_a_year == 12) line(fmt::format("      arr: {{product: [{}, {{constant: 12}}]}}", amount));
    if (columns.times_a_year == 0) {
      line(fmt::format("      # arr: {}", amount), "if it is of a year; of a month: {product: [..., {constant: 12}]}");
    }
    if (columns.state != nullptr) {
      std::vector<std::string> words;
      for (const std::string& word : columns.cancelled) words.push_back(quoted(word) + ": cancelled");
      line(fmt::format("      state: {{column: {}, map: {{{}}}, otherwise: active}}", quoted(columns.state->name),
                       text::join(words, ", ")));
      columns.state->used = true;
    }
    const bool more = std::any_of(guess_.columns.begin(), guess_.columns.end(),
                                  [](const ColumnGuess& column) { return !column.used && !column.name.empty(); });
    if (!more || guess_.rows < 2 || account_->distinct != guess_.rows) return;
    line("");
    attributes();
  }

  void event() {
    if (left_ != nullptr && left_->filled < guess_.rows && account_ != nullptr && account_->distinct == guess_.rows) {
      leaving();
      return;
    }
    const ColumnGuess* id = guess_.take(Role::id);
    const ColumnGuess* value = guess_.take(Role::value);
    const ColumnGuess* quantity = guess_.take(Role::quantity);
    const ColumnGuess* price = quantity != nullptr && value != nullptr && name_fits(value->name, Role::price) > 0
                                   ? std::exchange(value, nullptr)
                                   : guess_.take(Role::price);
    const ColumnGuess* currency = guess_.take(Role::currency);
    const ColumnGuess* text = guess_.take(Role::text);
    priced_ = quantity != nullptr && price != nullptr;
    const std::string rule = left_ != nullptr                           ? "left"
                             : event_ == nullptr && event_name_.empty() ? slug(event_of_file())
                                                                        : "rows";
    line(fmt::format("  {}:", rule), "the rule's name is part of ids: choose it once");
    event_names();
    people();
    line("    time: " + time_cell(*time_),
         time_->ambiguous_date ? "day and month could be the other way round: please check" : "");
    if (time_->clock) line("    # zone: Europe/Berlin", "inside time: {...}, when the clock is not your company's");
    if (id != nullptr) line("    id: " + quoted(id->name), "names the row: a later row with it is a correction");
    if (value != nullptr) {
      line("    value: " + quoted(value->name));
    } else if (quantity != nullptr && price != nullptr) {
      line(fmt::format("    value: {{product: [{}, {}]}}", quoted(quantity->name), quoted(price->name)));
    }
    if (currency != nullptr) {
      line("    currency: " + quoted(currency->name));
    } else if (value != nullptr || price != nullptr) {
      line("    # currency: {constant: EUR}", "when the value is money");
    }
    if (text != nullptr) line("    text: " + quoted(text->name));
    reason_ = left_ != nullptr ? reason_column(guess_) : nullptr;
    cells_of_rest("properties");
  }

  void attributes() {
    line("  state:", "one row a customer: how things are on the day of the file (--as-of DAY)");
    people_as_entity();
    if (const ColumnGuess* started = guess_.take(Role::started)) started_ = started;
    cells_of_rest("attributes");
  }

  void people_as_entity() {
    if (account_ != nullptr) {
      people_only_account();
    } else {
      line("    contact: " + quoted(user_->name), "the person");
    }
    if (user_ != nullptr && account_ != nullptr) user_->used = false;  // an attribute like the others
  }
  void people_only_account() {
    ColumnGuess* user = std::exchange(user_, nullptr);
    people();
    user_ = user;
  }

  void cells_of_rest(std::string_view key) {
    const bool attributes = key == "attributes";
    std::set<std::string> names;
    std::vector<std::string> lines;
    if (started_ != nullptr) {
      lines.push_back(started_->time_format.empty()
                          ? fmt::format("      started: {{column: {}, type: day}}", quoted(started_->name))
                          : fmt::format("      started: {{column: {}, type: day, format: \"{}\"}}",
                                        quoted(started_->name), started_->time_format));
      names.insert("started");
    }
    for (const ColumnGuess& column : guess_.columns) {
      if (column.used || column.name.empty()) continue;
      std::string name = &column == reason_ ? "reason" : slug(column.name);
      if (name.empty() || !names.insert(name).second) continue;
      std::string cell = quoted(column.name);
      if (column.numbers && !column.times) {
        cell = fmt::format("{{column: {}, type: number}}", cell);
      } else if (column.times && !column.numbers) {
        cell = column.time_format.empty()
                   ? fmt::format("{{column: {}, type: day}}", cell)
                   : fmt::format("{{column: {}, type: day, format: \"{}\"}}", cell, column.time_format);
      }
      lines.push_back(fmt::format("      {}: {}", quoted(name), cell));
    }
    if (lines.empty() && !attributes) return;
    line(fmt::format("    {}:", key));
    // A list of customers and nothing else still says that they exist.
    if (lines.empty())
      lines.push_back(fmt::format("      name: {}", quoted((account_ != nullptr ? account_ : user_)->name)));
    for (std::string& text : lines) line(std::move(text));
  }

  const Sample& sample_;
  SampleGuess guess_;
  std::string source_;
  std::string_view file_name_;
  std::string event_name_;
  bool priced_ = false;  ///< a quantity and a price: somebody bought something
  std::string out_;
  ColumnGuess* account_ = nullptr;
  ColumnGuess* user_ = nullptr;
  ColumnGuess* event_ = nullptr;
  ColumnGuess* time_ = nullptr;
  const ColumnGuess* started_ = nullptr;
  ColumnGuess* left_ = nullptr;          ///< when the row's customer left
  const ColumnGuess* reason_ = nullptr;  ///< why
  bool guessed_account_ = false;
};

}  // namespace

std::string suggest_mapping(const Sample& sample, std::string_view file_name, std::string_view event_name) {
  if (sample.columns.empty()) return "";
  return Suggestion(sample, file_name, event_name).text();
}

}  // namespace kenko::mapping
