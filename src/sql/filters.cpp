#include "sql/filters.h"

#include <fmt/format.h>

#include "base/check.h"

namespace kenko::sql {
namespace {

std::string_view comparison(plan::FilterOp op) {
  switch (op) {
    case plan::FilterOp::equal:
      return "=";
    case plan::FilterOp::not_equal:
      return "<>";
    case plan::FilterOp::less:
      return "<";
    case plan::FilterOp::less_equal:
      return "<=";
    case plan::FilterOp::greater:
      return ">";
    case plan::FilterOp::greater_equal:
      return ">=";
    default:
      break;
  }
  KENKO_CHECK(false, "filter operator {} compares nothing", static_cast<int>(op));
  return "";
}

std::string leaf(const plan::Filter& f, const Inputs& inputs, const Dialect& dialect) {
  const std::string column = f.own ? "value" : f.of_user ? inputs.user_attribute(f.field) : inputs.property(f.field);
  switch (f.op) {
    case plan::FilterOp::is_empty:
      return fmt::format("({} IS NULL)", column);
    case plan::FilterOp::starts_with:
      return fmt::format("starts_with({}, {})", column, dialect.text(f.text));
    case plan::FilterOp::ends_with:
      return fmt::format("ends_with({}, {})", column, dialect.text(f.text));
    case plan::FilterOp::contains:
      return fmt::format("contains({}, {})", column, dialect.text(f.text));
    default:
      break;
  }
  switch (f.literal_type) {
    case plan::Type::number:
      return fmt::format("({} {} {})", f.own ? column : dialect.micros_of_text(column), comparison(f.op),
                         f.number.micros);
    case plan::Type::flag:
      return fmt::format("(CASE {} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END {} {})", column, comparison(f.op),
                         f.flag ? "TRUE" : "FALSE");
    case plan::Type::text:
      return fmt::format("({} {} {})", column, comparison(f.op), dialect.text(f.text));
  }
  return "";
}

}  // namespace

std::string condition(const plan::Filter& filter, const Inputs& inputs, const Dialect& dialect) {
  if (filter.op == plan::FilterOp::not_) {
    return fmt::format("(NOT {})", condition(filter.args.at(0), inputs, dialect));
  }
  if (filter.op != plan::FilterOp::and_ && filter.op != plan::FilterOp::or_) return leaf(filter, inputs, dialect);
  std::string out;
  for (const plan::Filter& arg : filter.args) {
    if (!out.empty()) out += filter.op == plan::FilterOp::and_ ? " AND " : " OR ";
    out += condition(arg, inputs, dialect);
  }
  return "(" + out + ")";
}

}  // namespace kenko::sql
