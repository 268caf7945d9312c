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

void add_fields(const plan::Filter& filter, std::vector<std::string>& properties) {
  for (const plan::Filter& arg : filter.args) add_fields(arg, properties);
  if (filter.args.empty() && !filter.own) properties.push_back(filter.field);
}

}  // namespace

Inputs inputs_of(const plan::Plan& plan) {
  Inputs in;
  for (const plan::Selector& selector : plan.selectors) {
    in.events.insert(in.events.end(), selector.events.begin(), selector.events.end());
    if (selector.filter) add_fields(*selector.filter, in.properties);
  }
  for (const plan::Node& node : plan.nodes) {
    if (node.op == plan::Op::aggregate && node.aggregate.field.kind == plan::Field::Kind::property) {
      in.properties.push_back(node.aggregate.field.property);
    }
    if (node.op == plan::Op::attribute) in.attributes.push_back({node.text, node.type});
    in.seats = in.seats || node.op == plan::Op::seats;
    in.arr = in.arr || node.op == plan::Op::arr;
  }
  sort_unique(in.events);
  sort_unique(in.properties);
  sort_unique(in.attributes);
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

std::string Inputs::attribute(std::string_view key, plan::Type type) const {
  return fmt::format("attribute_{}", position(attributes, Attribute{std::string(key), type}, key));
}

}  // namespace kenko::sql
