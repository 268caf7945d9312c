#include "mapping/column_guess.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <span>

#include "base/text.h"
#include "mapping/cells.h"

namespace kenko::mapping {
namespace {

using Words = std::span<const std::string_view>;

// Names of columns in English, German, Japanese, Italian and Chinese, best first.
constexpr std::array<std::string_view, 26> kAccount{
    "account",   "account_id", "customer",     "customer_id",  "customerid", "customer_no", "client",
    "client_id", "company",    "organisation", "organization", "org",        "kunde",       "kundennummer",
    "kunden",    "firma",      "cliente",      "azienda",      "conto",      "顧客",        "お客様",
    "会社",      "取引先",     "客户",         "公司",         "tenant"};
constexpr std::array<std::string_view, 17> kUser{"user",     "user_id",  "contact", "contact_id", "email",   "e-mail",
                                                 "mail",     "person",   "member",  "benutzer",   "kontakt", "utente",
                                                 "contatto", "ユーザー", "担当者",  "用户",       "联系人"};
constexpr std::array<std::string_view, 21> kTime{
    "date", "time", "timestamp", "datetime", "when", "at",   "occurred_at", "day",  "datum",      "zeit",  "zeitpunkt",
    "tag",  "data", "ora",       "giorno",   "日付", "日時", "日期",        "时间", "created_at", "年月日"};
constexpr std::array<std::string_view, 18> kEvent{"event",    "what",     "type",   "action",  "activity", "kind",
                                                  "ereignis", "was",      "aktion", "vorgang", "art",      "evento",
                                                  "tipo",     "イベント", "種類",   "内容",    "事件",     "类型"};
constexpr std::array<std::string_view, 16> kValue{"amount", "value", "total",  "revenue", "price",  "betrag",
                                                  "wert",   "summe", "umsatz", "importo", "valore", "totale",
                                                  "金額",   "合計",  "金额",   "score"};
constexpr std::array<std::string_view, 8> kQuantity{"quantity", "qty",      "units", "menge",
                                                    "anzahl",   "quantità", "数量",  "個数"};
constexpr std::array<std::string_view, 8> kPrice{"unitprice",  "unit_price", "price", "preis",
                                                 "stückpreis", "prezzo",     "単価",  "单价"};
constexpr std::array<std::string_view, 7> kCurrency{"currency", "währung", "waehrung", "valuta",
                                                    "通貨",     "货币",    "币种"};
constexpr std::array<std::string_view, 5> kId{"event_id", "uuid", "id", "record_id", "row_id"};
constexpr std::array<std::string_view, 14> kText{"comment",  "comments", "note",      "notes",     "text",
                                                 "message",  "feedback", "bemerkung", "kommentar", "notiz",
                                                 "commento", "コメント", "備考",      "备注"};
constexpr std::array<std::string_view, 12> kStarted{"started",     "since",          "created", "signup",
                                                    "signup_date", "customer_since", "start",   "kunde_seit",
                                                    "seit",        "cliente_dal",    "契約日",  "开始日期"};

Words words_of(Role role) {
  switch (role) {
    case Role::account:
      return kAccount;
    case Role::user:
      return kUser;
    case Role::time:
      return kTime;
    case Role::event:
      return kEvent;
    case Role::value:
      return kValue;
    case Role::quantity:
      return kQuantity;
    case Role::price:
      return kPrice;
    case Role::currency:
      return kCurrency;
    case Role::id:
      return kId;
    case Role::text:
      return kText;
    case Role::started:
      return kStarted;
  }
  return {};
}

constexpr std::array<std::string_view, 24> kTimeFormats{
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",    "%d.%m.%Y",          "%d.%m.%y %H:%M",
    "%d.%m.%y",          "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",    "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",    "%m/%d/%Y %I:%M %p", "%m/%d/%Y",
    "%m/%d/%y %H:%M",    "%m/%d/%y",          "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
    "%Y/%m/%d",          "%Y年%m月%d日",      "%d-%m-%Y",          "%d-%b-%Y",
    "%d %b %Y",          "%b %d, %Y",         "epoch_ms",          "epoch"};

/// "Account owner", "Customer type": says something of the customer, does not name it.
bool is_about_the_account(std::string_view name) {
  const std::string with = "_" + slug(name) + "_";
  for (const std::string_view word :
       {"owner", "manager", "csm", "type", "status", "segment", "since", "plan", "tier", "count"}) {
    if (with.find("_" + std::string(word) + "_") != std::string::npos) return true;
  }
  return false;
}

/// The days that a format reads from the cells, from first to last; nullopt when it does not read them all.
std::optional<int64_t> span_of(const std::vector<std::string_view>& cells, std::string_view format) {
  TimeFormat time;
  if (!format.empty()) time.formats = {std::string(format)};
  int64_t first = std::numeric_limits<int64_t>::max(), last = std::numeric_limits<int64_t>::min();
  for (const std::string_view cell : cells) {
    const auto read = read_time(cell, time);
    if (!read) return std::nullopt;
    const int64_t day = read->instant ? read->instant->micros / kMicrosPerDay : read->local.day.number;
    // Small numbers are counts, not seconds since 1970.
    if (read->instant && (day < 9'000 || day > 30'000)) return std::nullopt;
    first = std::min(first, day);
    last = std::max(last, day);
  }
  return last - first;
}

void guess_time(const std::vector<std::string_view>& cells, ColumnGuess& out) {
  if (span_of(cells, "")) {
    out.times = true;
  } else {
    std::optional<int64_t> best;
    for (const std::string_view format : kTimeFormats) {
      const auto span = span_of(cells, format);
      if (!span) continue;
      out.ambiguous_date = out.ambiguous_date || best.has_value();
      if (best && *span >= *best) continue;  // the right order of day and month gives the shorter span
      best = span;
      out.time_format = format;
    }
    out.times = best.has_value();
  }
  if (!out.times) return;
  TimeFormat time;
  if (!out.time_format.empty()) time.formats = {out.time_format};
  for (const std::string_view cell : cells) {
    const auto read = read_time(cell, time);
    out.clock = out.clock || (!read->instant && !read->date_only && !read->local.has_offset);
  }
}

bool all_numbers(const std::vector<std::string_view>& cells, const FileFormat& format) {
  return std::all_of(cells.begin(), cells.end(), [&](std::string_view cell) {
    return read_number(cell, format).fault == ParsedDecimal::Fault::none;
  });
}

bool all_currencies(const std::vector<std::string_view>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](std::string_view cell) {
    return cell.size() == 3 && std::all_of(cell.begin(), cell.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  });
}

/// The way of writing numbers that reads most of the columns that hold digits.
FileFormat guess_numbers(const std::vector<std::vector<std::string_view>>& columns, FileFormat format) {
  const struct {
    char decimal;
    std::string_view thousands;
  } kWays[] = {{'.', ""}, {',', ""}, {',', "."}, {'.', ","}, {',', " "}};
  for (const auto& cells : columns) {
    for (const std::string_view sign : {"€", "$", "£", "¥", "￥", "円", "EUR", "USD", "GBP"}) {
      const bool some = std::any_of(cells.begin(), cells.end(), [&](std::string_view cell) {
        return cell.size() > sign.size() && (cell.starts_with(sign) || cell.ends_with(sign)) &&
               cell.find_first_of("0123456789") != std::string_view::npos && cell.find('@') == std::string_view::npos;
      });
      if (!some) continue;
      FileFormat with = format;
      with.strip = {std::string(sign)};
      bool helps = false;
      for (const auto& way : kWays) {
        with.decimal = way.decimal;
        with.thousands = way.thousands;
        helps = helps || all_numbers(cells, with);
      }
      if (helps && std::find(format.strip.begin(), format.strip.end(), sign) == format.strip.end()) {
        format.strip.emplace_back(sign);
      }
    }
  }
  FileFormat best = format;
  size_t most = 0;
  for (const auto& way : kWays) {
    FileFormat with = format;
    with.decimal = way.decimal;
    with.thousands = way.thousands;
    const auto read = static_cast<size_t>(std::count_if(
        columns.begin(), columns.end(), [&](const auto& cells) { return !cells.empty() && all_numbers(cells, with); }));
    if (read <= most) continue;
    most = read;
    best = with;
  }
  return best;
}

}  // namespace

std::string slug(std::string_view name) {
  std::string out;
  for (const char c : text::lower(text::trim(name))) {
    const auto u = static_cast<unsigned char>(c);
    const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || u >= 0x80;
    if (keep) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

int name_fits(std::string_view name, Role role) {
  const std::string plain = slug(name);
  int best = 0;
  for (const std::string_view word : words_of(role)) {
    const std::string key = slug(word);
    const std::string with = "_" + plain + "_";
    if (plain == key) return 3;
    if (with.find("_" + key + "_") != std::string::npos) best = std::max(best, 2);
    const bool other_letters = static_cast<unsigned char>(key[0]) >= 0x80;
    if ((other_letters || key.size() >= 4) && plain.find(key) != std::string::npos) best = std::max(best, 1);
  }
  return best;
}

ColumnGuess* SampleGuess::take(Role role) {
  ColumnGuess* best = nullptr;
  int best_fit = 0;
  for (ColumnGuess& column : columns) {
    if (column.used || column.filled == 0) continue;
    const bool needs_number = role == Role::value || role == Role::quantity || role == Role::price;
    if (needs_number && !column.numbers) continue;
    if ((role == Role::time || role == Role::started) && !column.times) continue;
    if (role == Role::currency && !column.currencies) continue;
    if ((role == Role::event || role == Role::text) && (column.numbers || column.times)) continue;
    if (role == Role::id && column.distinct != rows) continue;
    int fit = name_fits(column.name, role);
    if (role == Role::user && column.emails) fit = std::max(fit, 2);
    if (role == Role::account && (column.times || is_about_the_account(column.name))) fit = 0;
    if (role == Role::user && column.numbers && fit < 3) fit = 0;  // "users": how many
    if (fit > best_fit) {
      best_fit = fit;
      best = &column;
    }
  }
  if (best != nullptr) best->used = true;
  return best;
}

SampleGuess guess_columns(const Sample& sample) {
  SampleGuess out;
  out.rows = sample.rows.size();
  std::vector<std::vector<std::string_view>> cells(sample.columns.size());
  for (const auto& row : sample.rows) {
    for (size_t c = 0; c < row.size() && c < cells.size(); ++c) {
      if (const std::string_view cell = text::trim(row[c]); !cell.empty()) cells[c].push_back(cell);
    }
  }
  out.format = guess_numbers(cells, sample.format);
  for (size_t c = 0; c < cells.size(); ++c) {
    ColumnGuess column;
    column.name = sample.columns[c];
    column.filled = cells[c].size();
    column.distinct = std::set<std::string_view>(cells[c].begin(), cells[c].end()).size();
    if (column.filled > 0) {
      column.numbers = all_numbers(cells[c], out.format);
      column.currencies = all_currencies(cells[c]);
      column.whole_with_zero = std::all_of(cells[c].begin(), cells[c].end(),
                                           [](std::string_view s) { return without_zero_fraction(s) != s; });
      column.emails = std::all_of(cells[c].begin(), cells[c].end(), [](std::string_view s) {
        const size_t at = s.find('@');
        return at != std::string_view::npos && at > 0 && s.find('.', at) != std::string_view::npos;
      });
      guess_time(cells[c], column);
    }
    out.columns.push_back(std::move(column));
  }
  return out;
}

}  // namespace kenko::mapping
