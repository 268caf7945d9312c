#include "app/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "duck/columns.h"
#include "facts/attribute_text.h"
#include "ports/files.h"
#include "state/database.h"
#include "state/fact_hash.h"

namespace kenko::app {
namespace {

using duck::Cells;
using duck::Type;
using segments::ExportFormat;

constexpr ExportFormat kFormats[] = {ExportFormat::parquet, ExportFormat::csv, ExportFormat::ndjson};

/// Of each key the fact with the greatest seq, in the order of the facts.
template <typename Fact>
std::vector<Fact> in_force(const std::vector<Fact>& facts) {
  std::unordered_map<Hash128, int64_t> last;
  for (const Fact& fact : facts) {
    int64_t& seq = last[state::key_of(fact)];
    seq = std::max(seq, fact.recorded.seq);
  }
  std::vector<Fact> out;
  for (const Fact& fact : facts) {
    if (last[state::key_of(fact)] == fact.recorded.seq) out.push_back(fact);
  }
  return out;
}

/// A snapshot that was taken again for the same day replaces the earlier one as a whole.
std::vector<facts::AttributeFact> attributes_in_force(const std::vector<facts::AttributeFact>& facts) {
  using Take = std::tuple<std::string, std::string, Day>;
  std::map<Take, int64_t> last;
  const auto take = [](const facts::AttributeFact& f) { return Take(f.source, f.scope, f.valid_from); };
  for (const facts::AttributeFact& f : facts) {
    if (!f.scope.empty()) last[take(f)] = std::max(last[take(f)], f.recorded.seq);
  }
  std::vector<facts::AttributeFact> out;
  for (const facts::AttributeFact& f : facts) {
    if (f.scope.empty() || last[take(f)] == f.recorded.seq) out.push_back(f);
  }
  return in_force(out);
}

/// The columns of a table over facts.  Texts that a column makes stay until its next block.
template <typename Fact>
class Columns {
 public:
  explicit Columns(const std::vector<Fact>& facts) : facts_(facts) { table_.rows = facts.size(); }

  void text(std::string name, std::string Fact::* member) {
    add(std::move(name), Type::text, [member](const Fact& f, size_t i, Cells& cells) {
      (f.*member).empty() ? cells.set_null(i) : cells.set_text(i, f.*member);
    });
  }
  /// `get` gives a text of its own; an empty one is null.
  template <typename Get>
  void made(std::string name, Get get) {
    add(std::move(name), Type::text, [get](const Fact& f, size_t i, Cells& cells) {
      const std::string text = get(f);
      text.empty() ? cells.set_null(i) : cells.set_text(i, text);
    });
  }
  template <typename Get>
  void day(std::string name, Get get) {
    add(std::move(name), Type::day, [get](const Fact& f, size_t i, Cells& cells) {
      const std::optional<Day> day = get(f);
      cells.data<int32_t>()[i] = day ? day->number : 0;
      if (!day) cells.set_null(i);
    });
  }
  void decimal(std::string name, std::optional<Decimal> Fact::* member) {
    add(std::move(name), Type::decimal6, [member](const Fact& f, size_t i, Cells& cells) {
      cells.data<int64_t>()[i] = f.*member ? (f.*member)->micros : 0;
      if (!(f.*member)) cells.set_null(i);
    });
  }
  template <typename Get>
  void flag(std::string name, Get get) {
    add(std::move(name), Type::boolean,
        [get](const Fact& f, size_t i, Cells& cells) { cells.data<bool>()[i] = get(f); });
  }
  void recorded() {
    add("known_at", Type::timestamp,
        [](const Fact& f, size_t i, Cells& cells) { cells.data<int64_t>()[i] = f.recorded.known_at.micros; });
    flag("assumed", [](const Fact& f) { return f.recorded.assumed; });
  }
  template <typename Visit>
  void add(std::string name, Type type, Visit visit) {
    table_.columns.push_back(
        {std::move(name), type, [&facts = facts_, visit](uint64_t begin, size_t count, Cells& cells) {
           for (size_t i = 0; i < count; ++i) visit(facts[begin + i], i, cells);
         }});
  }
  duck::Table table() { return std::move(table_); }

 private:
  const std::vector<Fact>& facts_;
  duck::Table table_;
};

std::string kind_text(facts::EntityKind kind) {
  switch (kind) {
    case facts::EntityKind::account:
      return "account";
    case facts::EntityKind::contact:
      return "contact";
    case facts::EntityKind::contract:
      break;
  }
  return "contract";
}

std::string type_text(const facts::AttributeFact& f) {
  if (!f.value) return "";
  switch (f.value->type) {
    case facts::AttributeType::number:
      return "number";
    case facts::AttributeType::text:
      return "text";
    case facts::AttributeType::flag:
      return "flag";
    case facts::AttributeType::day:
      return "day";
    case facts::AttributeType::money:
      break;
  }
  return "money";
}

duck::Table table_of(const std::vector<facts::AttributeFact>& facts) {
  using Fact = facts::AttributeFact;
  Columns<Fact> c(facts);
  c.made("kind", [](const Fact& f) { return kind_text(f.kind); });
  c.text("source", &Fact::source);
  c.text("entity_ref", &Fact::entity_ref);
  c.text("key", &Fact::key);
  c.made("type", type_text);
  c.made("value", [](const Fact& f) { return f.value ? facts::attribute_text(*f.value) : ""; });
  c.day("valid_from", [](const Fact& f) { return std::optional(f.valid_from); });
  c.flag("backfill", [](const Fact& f) { return f.backfill; });
  c.text("snapshot", &Fact::scope);
  c.recorded();
  return c.table();
}

duck::Table table_of(const std::vector<facts::ContractFact>& facts) {
  using Fact = facts::ContractFact;
  Columns<Fact> c(facts);
  c.text("source", &Fact::source);
  c.text("contract_id", &Fact::contract_id);
  c.text("account_ref", &Fact::account_ref);
  c.text("product", &Fact::product);
  c.day("start", [](const Fact& f) { return std::optional(f.start); });
  c.day("end", [](const Fact& f) { return f.end; });
  c.day("renewal", [](const Fact& f) { return f.renewal; });
  c.day("notice_deadline", [](const Fact& f) { return f.notice_deadline; });
  c.day("notice_at", [](const Fact& f) { return f.notice_at; });
  c.flag("auto_renew", [](const Fact& f) { return f.auto_renew; });
  c.add("term_months", Type::int32, [](const Fact& f, size_t i, Cells& cells) {
    cells.data<int32_t>()[i] = f.term_months.value_or(0);
    if (!f.term_months) cells.set_null(i);
  });
  c.decimal("arr", &Fact::arr);
  c.text("currency", &Fact::currency);
  c.decimal("seats", &Fact::seats);
  c.made("state", [](const Fact& f) { return f.state == Fact::State::cancelled ? "cancelled" : "active"; });
  c.text("replaces", &Fact::replaces);
  c.day("valid_from", [](const Fact& f) { return std::optional(f.valid_from); });
  c.recorded();
  return c.table();
}

duck::Table table_of(const std::vector<facts::IdentityFact>& facts) {
  using Fact = facts::IdentityFact;
  Columns<Fact> c(facts);
  c.made("kind", [](const Fact& f) { return kind_text(f.kind); });
  c.text("source", &Fact::source);
  c.text("external_id", &Fact::external_id);
  c.text("id", &Fact::id);
  c.day("valid_from", [](const Fact& f) { return f.valid_from; });
  c.recorded();
  return c.table();
}

duck::Table table_of(const std::vector<facts::MembershipFact>& facts) {
  using Fact = facts::MembershipFact;
  Columns<Fact> c(facts);
  c.text("contact", &Fact::contact);
  c.text("account", &Fact::account);
  c.day("valid_from", [](const Fact& f) { return f.valid_from; });
  c.recorded();
  return c.table();
}

duck::Table table_of(const std::vector<facts::RateFact>& facts) {
  using Fact = facts::RateFact;
  Columns<Fact> c(facts);
  c.text("currency", &Fact::currency);
  c.day("day", [](const Fact& f) { return std::optional(f.day); });
  c.made("rate", [](const Fact& f) {
    constexpr int64_t kNanos = 1'000'000'000;
    return fmt::format("{}.{:09}", f.rate.nanos / kNanos, f.rate.nanos % kNanos);
  });
  c.recorded();
  return c.table();
}

Problem bad_option(std::string message, std::string hint) {
  return {"bad-option", {}, std::move(message), std::move(hint), "", Severity::error};
}

struct Target {
  ExportFormat format = ExportFormat::parquet;
  bool one_file = false;  // for the events alone
};

Result<Target> target_of(const ExportRequest& request) {
  Target target;
  std::optional<ExportFormat> by_ending;
  for (const ExportFormat format : kFormats) {
    if (request.out.ends_with(segments::export_ending(format))) by_ending = format;
    if ("." + request.format == segments::export_ending(format)) target.format = format;
  }
  const bool known = request.format.empty() || "." + request.format == segments::export_ending(target.format);
  if (!known) return bad_option("--format is parquet, csv or ndjson, not " + request.format, "");
  if (by_ending && !request.format.empty() && *by_ending != target.format) {
    return bad_option("--out " + request.out + " does not end as --format " + request.format + " says", "");
  }
  target.one_file = by_ending.has_value();
  target.format = by_ending.value_or(target.format);
  return target;
}

}  // namespace

Result<ExportReport> export_facts(const Workspace& workspace, const ExportRequest& request) {
  KENKO_TRY(const Target target, target_of(request));
  KENKO_TRY(state::Database database, state::Database::open(workspace.dir));
  KENKO_TRY(const ports::StoredFacts stored, database.load_facts());
  ExportReport report;
  const auto path_of = [&](std::string_view name) {
    return fmt::format("{}/{}{}", request.out, name, segments::export_ending(target.format));
  };
  if (!target.one_file) {
    KENKO_TRY_STATUS(ports::make_folder(request.out));
  }
  const std::string events = target.one_file ? request.out : path_of("events");
  KENKO_TRY(const int64_t rows, segments::export_events(workspace.dir, stored, target.format, events));
  report.files.emplace_back(events, rows);
  if (target.one_file) return report;
  const auto write = [&](std::string_view name, const auto& facts) -> Status {
    KENKO_TRY_STATUS(segments::export_table(table_of(facts), target.format, path_of(name)));
    report.files.emplace_back(path_of(name), std::ssize(facts));
    return Done{};
  };
  KENKO_TRY_STATUS(write("attributes", attributes_in_force(stored.facts.attributes)));
  KENKO_TRY_STATUS(write("contracts", in_force(stored.facts.contracts)));
  KENKO_TRY_STATUS(write("identities", in_force(stored.facts.identities)));
  KENKO_TRY_STATUS(write("memberships", in_force(stored.facts.memberships)));
  KENKO_TRY_STATUS(write("rates", in_force(stored.facts.rates)));
  return report;
}

}  // namespace kenko::app
