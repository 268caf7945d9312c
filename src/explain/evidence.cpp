#include "explain/evidence.h"

#include <algorithm>

namespace kenko::explain {
namespace {

void collect(const plan::Plan& plan, plan::NodeId id, std::vector<plan::NodeId>& out) {
  const plan::Node& node = plan.nodes[id];
  if (node.op == plan::Op::aggregate || node.op == plan::Op::attribute) out.push_back(id);
  for (const plan::NodeId arg : node.args) collect(plan, arg, out);
}

std::string text_of(const facts::AttributeValue& v) {
  switch (v.type) {
    case facts::AttributeType::number:
      return v.number.text();
    case facts::AttributeType::money:
      return v.number.text() + (v.text.empty() ? "" : " " + v.text);
    case facts::AttributeType::text:
      return v.text;
    case facts::AttributeType::day:
      return v.day.iso();
    case facts::AttributeType::flag:
      return v.flag ? "yes" : "no";
  }
  return "";
}

}  // namespace

AttributeEvidence attribute_on(const facts::Portfolio& portfolio, uint32_t account, const std::string& key, Day day) {
  AttributeEvidence out;
  out.key = key;
  const uint32_t code = portfolio.texts.find(key);
  const auto [begin, end] = std::equal_range(portfolio.attributes.begin(), portfolio.attributes.end(),
                                             facts::AttributeRow{account, 0, {}, false, false, {}},
                                             [](const auto& a, const auto& b) { return a.account < b.account; });
  for (auto row = begin; row != end; ++row) {
    if (row->key != code || row->day > day) continue;
    out.value = row->null ? "" : text_of(row->value);
    out.since = row->day;
    out.assumed = row->assumed;
  }
  return out;
}

std::vector<Evidence> evidence_of(const engine::Engine& engine, uint32_t account, Day day, size_t limit) {
  const plan::Plan& plan = engine.plan();
  std::vector<Evidence> out;
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    std::vector<plan::NodeId> nodes;
    collect(plan, plan.metrics[m].node, nodes);
    Evidence e;
    e.metric = m;
    for (const plan::NodeId id : nodes) {
      if (plan.nodes[id].op == plan::Op::attribute) {
        e.attributes.push_back(attribute_on(engine.portfolio(), account, plan.nodes[id].text, day));
        continue;
      }
      const std::vector<uint64_t> rows = engine.evidence(account, id, day);
      e.event_count += std::ssize(rows);
      e.events.insert(e.events.end(), rows.begin(),
                      rows.begin() + std::min<ptrdiff_t>(std::ssize(rows), static_cast<ptrdiff_t>(limit)));
    }
    std::sort(e.events.begin(), e.events.end(), std::greater<>());
    e.events.erase(std::unique(e.events.begin(), e.events.end()), e.events.end());
    if (e.events.size() > limit) e.events.resize(limit);
    if (!nodes.empty()) out.push_back(std::move(e));
  }
  return out;
}

}  // namespace kenko::explain
