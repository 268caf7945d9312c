#include "sql/inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace kenko::sql {
namespace {

template <typename T>
void sort_unique(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

template <typename T, typename U>
size_t position(const std::vector<T>& list, const U& item, std::string_view what) {
  const auto it = std::find(list.begin(), list.end(), item);
  KENKO_CHECK(it != list.end(), "{} is not among the plan's inputs", what);
  return static_cast<size_t>(it - list.begin());
}

void add_fields(const plan::Filter& filter, Inputs& in) {
  for (const plan::Filter& arg : filter.args) add_fields(arg, in);
  if (!filter.args.empty() || filter.own) return;
  (filter.of_user ? in.user_attributes : in.properties).push_back(filter.field);
}

void add_properties(const plan::Aggregate& a, std::vector<std::string>& properties) {
  if (a.field.kind == plan::Field::Kind::property) properties.push_back(a.field.property);
  if (a.function == plan::Function::current) properties.emplace_back("expires");
  if (!plan::is_pair(a.function)) return;
  properties.push_back(a.by);
  if (!a.due.empty()) properties.push_back(a.due);
}

}  // namespace

bool is_given(plan::Op op) {
  switch (op) {
    case plan::Op::attribute:
    case plan::Op::seats:
    case plan::Op::arr:
    case plan::Op::term_months:
    case plan::Op::days_into_term:
    case plan::Op::days_to_renewal:
    case plan::Op::days_until:
      return true;
    default:
      return false;
  }
}

Inputs inputs_of(const plan::Plan& plan) {
  Inputs in;
  for (const plan::Selector& selector : plan.selectors) {
    in.events.insert(in.events.end(), selector.events.begin(), selector.events.end());
    if (selector.filter) add_fields(*selector.filter, in);
  }
  for (const plan::Node& node : plan.nodes) {
    if (node.op == plan::Op::aggregate) add_properties(node.aggregate, in.properties);
    if (is_given(node.op)) in.given.push_back({node.op, node.type, node.text});
  }
  sort_unique(in.events);
  sort_unique(in.properties);
  sort_unique(in.user_attributes);
  sort_unique(in.given);
  return in;
}

std::string Inputs::observed(const std::vector<std::string>& names) const {
  std::string columns;
  for (const std::string& name : names) {
    columns += fmt::format("{}observed_{}", columns.empty() ? "" : ", ", position(events, name, name));
  }
  return names.size() == 1 ? columns : fmt::format("least({})", columns);
}

std::string Inputs::property(std::string_view key) const {
  return fmt::format("property_{}", position(properties, key, key));
}

std::string Inputs::user_attribute(std::string_view key) const {
  return fmt::format("user_{}", position(user_attributes, key, key));
}

std::string Inputs::given_column(const plan::Node& node) const {
  return fmt::format("given_{}", position(given, Given{node.op, node.type, node.text}, node.text));
}

}  // namespace kenko::sql
