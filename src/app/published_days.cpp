#include "app/published_days.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "duck/connection.h"
#include "model/read.h"
#include "state/database.h"

namespace kenko::app {
namespace {

using alerts::AccountDay;

constexpr size_t kFilesAtOnce = 100;
constexpr std::string_view kCondition = "condition.";
constexpr char kBetween = '\x1f';  // names of a list

// Texts that stand in columns of their own, with the field they fill.
struct TextColumn {
  const char* name;
  uint32_t AccountDay::* field;
};
constexpr TextColumn kTexts[] = {{"account", &AccountDay::account},       {"status", &AccountDay::status},
                                 {"state", &AccountDay::state},           {"band", &AccountDay::band},
                                 {"segment", &AccountDay::segment},       {"stage", &AccountDay::stage},
                                 {"owner", &AccountDay::owner},           {"name", &AccountDay::name},
                                 {"territory", &AccountDay::territory},   {"touch", &AccountDay::touch},
                                 {"top_parent", &AccountDay::top_parent}, {"reason", &AccountDay::reason}};

// By name of a band: its place from the worst.  Bands of segments count by their own list; of equal names the first.
using BandPlaces = std::map<std::string, int32_t, std::less<>>;

Result<BandPlaces> band_places(state::Database& database, const state::ClosedDay& day) {
  KENKO_TRY(const std::string text, database.model_text(day.fingerprint));
  BandPlaces out;
  Problems problems;
  const auto model = model::read_model(text, day.model, problems);
  if (!model) return out;
  const auto add = [&](std::vector<model::Band> bands) {
    const auto from = [](const model::Band& b) { return std::pair(b.from_hundredths, b.quantile.value_or(Decimal{})); };
    std::stable_sort(bands.begin(), bands.end(),
                     [&](const model::Band& a, const model::Band& b) { return from(a) < from(b); });
    for (size_t b = 0; b < bands.size(); ++b) out.try_emplace(bands[b].name, static_cast<int32_t>(b));
  };
  add(model->bands);
  for (const auto* list : {&model->segments, &model->stages}) {
    for (const model::Segment& s : *list) add(s.bands);
  }
  return out;
}

class Reader {
 public:
  Reader(const Workspace& workspace, state::Database& database, facts::Dictionary& texts)
      : workspace_(workspace), database_(database), texts_(texts) {}

  Status read(std::span<const state::ClosedDay> days, const std::function<Status(const alerts::ClosedDay&)>& sink) {
    KENKO_TRY(duck_, open());
    for (size_t begin = 0; begin < days.size(); begin += kFilesAtOnce) {
      KENKO_TRY_STATUS(read_some(days.subspan(begin, std::min(kFilesAtOnce, days.size() - begin)), sink));
    }
    return Done{};
  }

 private:
  static Result<std::unique_ptr<duck::Connection>> open() {
    KENKO_TRY(duck::Connection connection, duck::Connection::open());
    return std::make_unique<duck::Connection>(std::move(connection));
  }

  Status begin_day(const state::ClosedDay& closed) {
    day_ = {};
    day_.day = closed.day;
    day_.at = closed.at;
    day_.model = closed.fingerprint;
    day_.model_name = texts_.intern(closed.model);
    day_.texts = &texts_;
    day_.conditions = conditions_;
    if (!bands_.contains(closed.fingerprint)) {
      KENKO_TRY(bands_[closed.fingerprint], band_places(database_, closed));
    }
    return Done{};
  }

  Status read_some(std::span<const state::ClosedDay> days,
                   const std::function<Status(const alerts::ClosedDay&)>& sink) {
    std::string files;
    for (const state::ClosedDay& d : days) {
      if (!d.scores_file.empty()) files += (files.empty() ? "" : ", ") + duck::sql_path(workspace_.path(d.scores_file));
    }
    size_t next = 0;  // of days
    if (!files.empty()) {
      KENKO_TRY_STATUS(describe(files));
      KENKO_TRY(duck::Rows rows, duck_->query(select(files)));
      KENKO_TRY_STATUS(begin_day(days[0]));
      while (true) {
        KENKO_TRY(const duck::Chunk chunk, rows.next());
        if (chunk.size() == 0) break;
        for (size_t i = 0; i < chunk.size(); ++i) {
          const Day day{chunk.data<int32_t>(0)[i]};
          while (day_.day < day) {
            KENKO_TRY_STATUS(sink(day_));
            KENKO_TRY_STATUS(begin_day(days[++next]));
          }
          add(chunk, i);
        }
      }
    } else {
      KENKO_TRY_STATUS(begin_day(days[0]));
    }
    while (true) {
      KENKO_TRY_STATUS(sink(day_));
      if (++next == days.size()) return Done{};
      KENKO_TRY_STATUS(begin_day(days[next]));
    }
  }

  // Which columns there are: files of earlier versions of the rules have other conditions.
  Status describe(const std::string& files) {
    conditions_.clear();
    columns_.clear();
    KENKO_TRY(duck::Rows rows,
              duck_->query(fmt::format("DESCRIBE SELECT * FROM read_parquet([{}], union_by_name = true)", files)));
    while (true) {
      KENKO_TRY(const duck::Chunk chunk, rows.next());
      if (chunk.size() == 0) break;
      for (size_t i = 0; i < chunk.size(); ++i) columns_.emplace(chunk.text(0, i));
    }
    for (const std::string& name : columns_) {
      if (name.starts_with(kCondition)) conditions_.push_back(name.substr(kCondition.size()));
    }
    return Done{};
  }

  [[nodiscard]] std::string select(const std::string& files) const {
    const auto number = [](const char* column, const char* factor) {
      return fmt::format(", ({} * {})::BIGINT", duck::sql_name(column), factor);
    };
    const auto list = [](const char* column) {
      return fmt::format(", array_to_string(from_json({}, '[\"VARCHAR\"]'), chr(31))", duck::sql_name(column));
    };
    std::string out = "SELECT day";
    for (const TextColumn& c : kTexts) {
      out += columns_.contains(c.name) ? ", " + duck::sql_name(c.name) : ", NULL::VARCHAR";
    }
    out += number("score", "100") + number("change", "100");
    out += ", ((\"change.behaviour\" + \"change.time\" + \"change.trigger\") * 100)::BIGINT";
    out += number("arr", "1000000");
    for (const char* c : {"chance", "expected_loss"})
      out += columns_.contains(c) ? number(c, "1000000") : ", NULL::BIGINT";
    out += ", renewal" + list("active_triggers") + list("stale_sources");
    for (const std::string& c : conditions_)
      out += fmt::format(", {}::INTEGER", duck::sql_name(std::string(kCondition) + c));
    return out +
           fmt::format(" FROM read_parquet([{}], union_by_name = true) WHERE kind = 'close' ORDER BY day, account",
                       files);
  }

  void add(const duck::Chunk& chunk, size_t i) {
    AccountDay& row = day_.accounts.emplace_back();
    size_t c = 1;
    for (const TextColumn& column : kTexts) {
      if (chunk.valid(c, i)) row.*column.field = texts_.intern(chunk.text(c, i));
      ++c;
    }
    const auto number = [&](int64_t none) {
      const size_t at = c++;
      return chunk.valid(at, i) ? chunk.data<int64_t>(at)[i] : none;
    };
    row.score = static_cast<int32_t>(number(alerts::kNone));
    row.explained = chunk.valid(c, i);
    row.change = static_cast<int32_t>(number(0));
    row.own_change = static_cast<int32_t>(number(0));
    row.arr = number(alerts::kNoAmount);
    row.chance = static_cast<int32_t>(number(alerts::kNone));
    row.expected_loss = number(alerts::kNoAmount);
    if (chunk.valid(c, i)) row.renewal = chunk.data<int32_t>(c)[i];
    ++c;
    for (auto* names : {&row.triggers, &row.stale_sources}) {
      if (chunk.valid(c, i)) split(chunk.text(c, i), *names);
      ++c;
    }
    for (size_t k = 0; k < conditions_.size(); ++k, ++c) {
      row.conditions.push_back(!chunk.valid(c, i)               ? alerts::Truth::unknown
                               : chunk.data<int32_t>(c)[i] != 0 ? alerts::Truth::yes
                                                                : alerts::Truth::no);
    }
    if (row.top_parent == 0) row.top_parent = row.account;
    const BandPlaces& places = bands_[day_.model];
    if (row.band == 0) return;
    const auto place = places.find(texts_.text(row.band));
    if (place != places.end()) row.band_place = place->second;
  }

  void split(std::string_view names, std::vector<uint32_t>& out) {
    while (!names.empty()) {
      const size_t end = std::min(names.find(kBetween), names.size());
      out.push_back(texts_.intern(names.substr(0, end)));
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }

  const Workspace& workspace_;
  state::Database& database_;
  facts::Dictionary& texts_;
  std::unique_ptr<duck::Connection> duck_;
  std::set<std::string> columns_;
  std::vector<std::string> conditions_;
  std::map<Hash128, BandPlaces> bands_;
  alerts::ClosedDay day_;
};

}  // namespace

Status read_published_days(const Workspace& workspace, state::Database& database,
                           std::span<const state::ClosedDay> days, facts::Dictionary& texts,
                           const std::function<Status(const alerts::ClosedDay& day)>& sink) {
  if (days.empty()) return Done{};
  return Reader(workspace, database, texts).read(days, sink);
}

}  // namespace kenko::app
