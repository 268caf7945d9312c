// PublishedRows: columns in memory, and as a Parquet file of scores/.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/published_rows.h"
#include "base/check.h"
#include "duck/connection.h"

namespace kenko::app {
namespace {

constexpr int64_t kHundredths = 10'000;  // millionths in a hundredth

duck::Column scaled(std::string name, const std::vector<int32_t>& values, int64_t to_micros) {
  return {std::move(name), duck::Type::decimal6,
          [&values, to_micros](uint64_t begin, size_t count, duck::Cells& cells) {
            auto* out = cells.data<int64_t>();
            for (size_t i = 0; i < count; ++i) {
              const int32_t v = begin + i < values.size() ? values[begin + i] : kNone;
              out[i] = v == kNone ? 0 : v * to_micros;
              if (v == kNone) cells.set_null(i);
            }
          }};
}

}  // namespace

uint32_t PublishedRows::add_model(const std::string& name, const std::string& fingerprint, const plan::Plan& plan) {
  Model& model = models_.emplace_back();
  KENKO_CHECK(models_.size() < 256, "{} models in one file", models_.size());
  model.name = texts_->intern(name);
  model.fingerprint = texts_->intern(fingerprint);
  for (const plan::Dimension& d : plan.dimensions) {
    const auto found = std::find(dimension_names_.begin(), dimension_names_.end(), d.name);
    model.dimension.push_back(static_cast<size_t>(found - dimension_names_.begin()));
    if (found != dimension_names_.end()) continue;
    dimension_names_.push_back(d.name);
    dimension_.emplace_back();
  }
  for (const plan::Watched& w : plan.watched) {
    const auto found = std::find(condition_names_.begin(), condition_names_.end(), w.name);
    model.condition.push_back(static_cast<size_t>(found - condition_names_.begin()));
    if (found != condition_names_.end()) continue;
    condition_names_.push_back(w.name);
    condition_.emplace_back();
  }
  return static_cast<uint32_t>(models_.size() - 1);
}

void PublishedRows::add(const PublishedRow& row, uint32_t model, RowKind kind, int32_t revision,
                        const std::optional<explain::Causes>& causes) {
  const size_t at = size();
  account_.push_back(row.account);
  day_.push_back(row.day.number);
  model_.push_back(static_cast<uint8_t>(model));
  kind_.push_back(static_cast<uint8_t>(kind));
  revision_.push_back(revision);
  state_.push_back(row.state);
  status_.push_back(row.status);
  band_.push_back(row.band);
  segment_.push_back(row.segment);
  stage_.push_back(row.stage);
  active_triggers_.push_back(row.active_triggers);
  capped_by_.push_back(row.capped_by);
  override_kind_.push_back(row.override_kind);
  owner_.push_back(row.owner);
  stale_sources_.push_back(row.stale_sources);
  score_.push_back(row.score);
  coverage_.push_back(row.coverage);
  computed_.push_back(row.computed);
  rolled_up_.push_back(row.rolled_up);
  hierarchy_.push_back(row.hierarchy);
  triggers_.push_back(row.triggers);
  cap_.push_back(row.cap);
  silence_.push_back(row.silence);
  override_line_.push_back(row.override_line);
  override_value_.push_back(row.override_value);
  renewal_.push_back(row.renewal);
  arr_.push_back(row.arr);
  top_parent_.push_back(row.top_parent);
  name_.push_back(row.name);
  territory_.push_back(row.territory);
  touch_.push_back(row.touch);
  reason_.push_back(row.reason);
  chance_.push_back(row.chance);
  expected_loss_.push_back(row.expected_loss);
  for (size_t w = 0; kind == RowKind::close && w < row.conditions.size(); ++w) {
    std::vector<uint8_t>& column = condition_[models_[model].condition[w]];
    column.resize(at, engine::kUnknown);
    column.push_back(row.conditions[w]);
  }
  const std::vector<size_t>& place = models_[model].dimension;
  for (size_t d = 0; d < row.dimension.size(); ++d) {
    dimension_[place[d]].resize(at, kNone);
    dimension_[place[d]].push_back(row.dimension[d]);
  }
  if (!causes) return;
  causes_.resize(at);
  causes_.push_back(causes);
}

// The columns of a file, as DuckDB reads them.
class PublishedTable {
 public:
  explicit PublishedTable(const PublishedRows& rows) : r_(rows) {}

  duck::Table make() {
    t_.rows = r_.size();
    text("account", r_.account_);
    day("day", r_.day_);
    t_.columns.push_back(
        duck::text_column("kind", [this](uint64_t row) { return word(static_cast<RowKind>(r_.kind_[row])); }));
    t_.columns.push_back(duck::int32_column("revision", r_.revision_));
    t_.columns.push_back({"known_at", duck::Type::timestamp, [this](uint64_t, size_t count, duck::Cells& cells) {
                            std::fill_n(cells.data<int64_t>(), count, r_.known_at_.micros);
                          }});
    model("model", &PublishedRows::Model::name);
    model("model_fingerprint", &PublishedRows::Model::fingerprint);
    text("state", r_.state_);
    text("status", r_.status_);
    hundredths("score", r_.score_);
    text("band", r_.band_);
    t_.columns.push_back(scaled("coverage", r_.coverage_, 1));
    lines();
    text("segment", r_.segment_);
    text("stage", r_.stage_);
    text("active_triggers", r_.active_triggers_);
    text("capped_by", r_.capped_by_);
    text("override_kind", r_.override_kind_);
    hundredths("override_value", r_.override_value_);
    text("owner", r_.owner_);
    amount("arr", r_.arr_);
    day("renewal", r_.renewal_);
    text("stale_sources", r_.stale_sources_);
    changes();
    text("top_parent", r_.top_parent_);
    text("name", r_.name_);
    text("territory", r_.territory_);
    text("touch", r_.touch_);
    text("reason", r_.reason_);
    t_.columns.push_back(scaled("chance", r_.chance_, 1));
    amount("expected_loss", r_.expected_loss_);
    for (size_t w = 0; w < r_.condition_.size(); ++w)
      condition("condition." + r_.condition_names_[w], r_.condition_[w]);
    for (size_t d = 0; d < r_.dimension_.size(); ++d)
      t_.columns.push_back(scaled("dimension." + r_.dimension_names_[d], r_.dimension_[d], 1));
    return std::move(t_);
  }

 private:
  void text(const char* name, const std::vector<uint32_t>& codes) {
    t_.columns.push_back(duck::text_column(name, [this, &codes](uint64_t row) {
      return codes[row] == 0 ? std::string_view{} : r_.texts_->text(codes[row]);
    }));
  }
  void model(const char* name, uint32_t PublishedRows::Model::* code) {
    t_.columns.push_back(duck::text_column(
        name, [this, code](uint64_t row) { return r_.texts_->text(r_.models_[r_.model_[row]].*code); }));
  }
  void day(const char* name, const std::vector<int32_t>& numbers) {
    t_.columns.push_back({name, duck::Type::day, [&numbers](uint64_t begin, size_t count, duck::Cells& cells) {
                            auto* out = cells.data<int32_t>();
                            for (size_t i = 0; i < count; ++i) {
                              out[i] = numbers[begin + i];
                              if (out[i] == kNone) cells.set_null(i);
                            }
                          }});
  }
  void hundredths(const char* name, const std::vector<int32_t>& values) {
    t_.columns.push_back(scaled(name, values, kHundredths));
  }
  void lines() {
    hundredths("computed", r_.computed_);
    hundredths("rolled_up", r_.rolled_up_);
    hundredths("hierarchy", r_.hierarchy_);
    hundredths("triggers", r_.triggers_);
    hundredths("cap", r_.cap_);
    hundredths("silence", r_.silence_);
    hundredths("override", r_.override_line_);
  }
  void amount(const char* name, const std::vector<int64_t>& amounts) {
    t_.columns.push_back({name, duck::Type::decimal6, [&amounts](uint64_t begin, size_t count, duck::Cells& cells) {
                            auto* out = cells.data<int64_t>();
                            for (size_t i = 0; i < count; ++i) {
                              out[i] = amounts[begin + i];
                              if (out[i] != kNoAmount) continue;
                              out[i] = 0;
                              cells.set_null(i);
                            }
                          }});
  }
  template <typename Get>
  void change(std::string name, Get get) {
    t_.columns.push_back(
        {std::move(name), duck::Type::decimal6, [this, get](uint64_t begin, size_t count, duck::Cells& cells) {
           auto* out = cells.data<int64_t>();
           for (size_t i = 0; i < count; ++i) {
             const uint64_t row = begin + i;
             const bool known = row < r_.causes_.size() && r_.causes_[row];
             out[i] = known ? get(*r_.causes_[row]) * kHundredths : 0;
             if (!known) cells.set_null(i);
           }
         }});
  }
  void changes() {
    change("change", [](const explain::Causes& c) { return c.to - c.from; });
    for (size_t i = 0; i < explain::kCauses; ++i) {
      change(fmt::format("change.{}", explain::key(static_cast<explain::Cause>(i))),
             [i](const explain::Causes& c) { return c.part[i]; });
    }
  }

  void condition(std::string name, const std::vector<uint8_t>& values) {
    t_.columns.push_back(
        {std::move(name), duck::Type::boolean, [&values](uint64_t begin, size_t count, duck::Cells& cells) {
           auto* out = cells.data<uint8_t>();
           for (size_t i = 0; i < count; ++i) {
             const uint8_t v = begin + i < values.size() ? values[begin + i] : engine::kUnknown;
             out[i] = v == 1 ? 1 : 0;
             if (v == engine::kUnknown) cells.set_null(i);
           }
         }});
  }

  const PublishedRows& r_;
  duck::Table t_;
};

std::string PublishedRows::line(size_t row) const {
  std::string out;
  const auto text = [&](const char* name, uint32_t code) {
    if (code != 0) out += fmt::format(" {}={}", name, texts_->text(code));
  };
  const auto number = [&](std::string_view name, int64_t value) {
    if (value != kNone && value != kNoAmount) out += fmt::format(" {}={}", name, value);
  };
  out = fmt::format("{} {} {} {} as of {}", texts_->text(account_[row]), Day{day_[row]}.iso(),
                    word(static_cast<RowKind>(kind_[row])), revision_[row], known_at_.iso());
  const Model& model = models_[model_[row]];
  text("model", model.name);
  text("fingerprint", model.fingerprint);
  text("state", state_[row]);
  text("status", status_[row]);
  text("band", band_[row]);
  text("segment", segment_[row]);
  text("stage", stage_[row]);
  text("active_triggers", active_triggers_[row]);
  text("capped_by", capped_by_[row]);
  text("override_kind", override_kind_[row]);
  text("owner", owner_[row]);
  text("stale_sources", stale_sources_[row]);
  const std::pair<const char*, const std::vector<int32_t>*> numbers[] = {{"score", &score_},
                                                                         {"coverage", &coverage_},
                                                                         {"computed", &computed_},
                                                                         {"rolled_up", &rolled_up_},
                                                                         {"hierarchy", &hierarchy_},
                                                                         {"triggers", &triggers_},
                                                                         {"cap", &cap_},
                                                                         {"silence", &silence_},
                                                                         {"override", &override_line_},
                                                                         {"renewal", &renewal_},
                                                                         {"override_value", &override_value_}};
  for (const auto& [name, values] : numbers) number(name, (*values)[row]);
  number("arr", arr_[row]);
  for (const size_t d : model.dimension) {
    if (row < dimension_[d].size()) number(dimension_names_[d], dimension_[d][row]);
  }
  text("top_parent", top_parent_[row]);
  text("name", name_[row]);
  text("territory", territory_[row]);
  text("touch", touch_[row]);
  text("reason", reason_[row]);
  number("chance", chance_[row]);
  number("expected_loss", expected_loss_[row]);
  for (const size_t w : model.condition) {
    if (row < condition_[w].size() && condition_[w][row] != engine::kUnknown)
      number(condition_names_[w], condition_[w][row]);
  }
  if (row >= causes_.size() || !causes_[row]) return out;
  number("change", causes_[row]->to - causes_[row]->from);
  for (size_t c = 0; c < explain::kCauses; ++c)
    number(explain::key(static_cast<explain::Cause>(c)), causes_[row]->part[c]);
  return out;
}

Status PublishedRows::write(const std::string& path) const {
  KENKO_TRY(duck::Connection connection, duck::Connection::open());
  PublishedTable table(*this);
  KENKO_TRY_STATUS(connection.register_table("published", table.make()));
  return connection.copy_to_parquet("SELECT * FROM published", path);
}

}  // namespace kenko::app
