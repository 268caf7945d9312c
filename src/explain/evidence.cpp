#include "explain/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "facts/attribute_text.h"

namespace kenko::explain {
namespace {

// Nodes that read facts; not below children, which read those of other accounts.
void collect(const plan::Plan& plan, plan::NodeId id, std::vector<plan::NodeId>& out) {
  using plan::Op;
  const plan::Node& node = plan.nodes[id];
  switch (node.op) {
    case Op::aggregate:
    case Op::attribute:
    case Op::days_until:
    case Op::seats:
    case Op::arr:
    case Op::term_months:
    case Op::days_into_term:
    case Op::days_to_renewal:
    case Op::children:
    case Op::percentile:
      out.push_back(id);
      break;
    default:
      break;
  }
  if (node.op == Op::children) return;
  for (const plan::NodeId arg : node.args) collect(plan, arg, out);
}

std::string contract_text(const facts::ContractFact& c) {
  std::string out = fmt::format("contract {}: from {}", c.contract_id, c.start.iso());
  if (c.end) out += " to " + c.end->iso();
  if (!c.product.empty()) out += ", " + c.product;
  if (c.seats) out += fmt::format(", {} seats", c.seats->text());
  if (c.arr) out += fmt::format(", ARR {}{}{}", c.arr->text(), c.currency.empty() ? "" : " ", c.currency);
  if (c.auto_renew) out += ", renews by itself";
  if (c.notice_at) out += ", notice on " + c.notice_at->iso();
  if (c.state == facts::ContractFact::State::cancelled) out += ", cancelled";
  return out;
}

// The versions in force, one per contract; counting or not.
std::vector<std::string> contracts_on(const facts::Portfolio& portfolio, uint32_t account, Day day) {
  std::vector<const facts::ContractFact*> last;
  for (const facts::ContractRow& row : portfolio.contracts) {
    if (row.account != account || row.fact.valid_from > day) continue;
    const auto same = std::find_if(last.begin(), last.end(), [&](const auto* c) {
      return c->source == row.fact.source && c->contract_id == row.fact.contract_id;
    });
    if (same == last.end()) {
      last.push_back(&row.fact);
    } else if (std::pair((*same)->valid_from, (*same)->recorded.seq) <
               std::pair(row.fact.valid_from, row.fact.recorded.seq)) {
      *same = &row.fact;
    }
  }
  std::vector<std::string> out;
  for (const auto* c : last) out.push_back(contract_text(*c));
  return out;
}

// What the nodes read; false when they read nothing at all.
bool read_nodes(const engine::Engine& engine, uint32_t account, Day day, size_t limit,
                const std::vector<plan::NodeId>& nodes, Evidence& e) {
  using plan::Op;
  for (const plan::NodeId id : nodes) {
    const plan::Node& node = engine.plan().nodes[id];
    switch (node.op) {
      case Op::attribute:
      case Op::days_until:
        e.attributes.push_back(attribute_on(engine.portfolio(), account, node.text, day));
        break;
      case Op::aggregate: {
        const std::vector<uint64_t> rows = engine.evidence(account, id, day);
        e.event_count += std::ssize(rows);
        e.events.insert(e.events.end(), rows.begin(),
                        rows.begin() + std::min<ptrdiff_t>(std::ssize(rows), static_cast<ptrdiff_t>(limit)));
        break;
      }
      case Op::children:
        e.of_children = true;
        break;
      case Op::percentile:
        e.of_peers = true;
        break;
      default:
        if (e.contracts.empty()) e.contracts = contracts_on(engine.portfolio(), account, day);
    }
  }
  std::sort(e.events.begin(), e.events.end(), std::greater<>());
  e.events.erase(std::unique(e.events.begin(), e.events.end()), e.events.end());
  if (e.events.size() > limit) e.events.resize(limit);
  return !nodes.empty();
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
    out.value = row->null ? "" : facts::attribute_text(row->value);
    out.since = row->day;
    out.assumed = row->assumed;
  }
  return out;
}

std::vector<Evidence> evidence_of(const engine::Engine& engine, uint32_t account, Day day, size_t limit,
                                  std::span<const uint32_t> active) {
  const plan::Plan& plan = engine.plan();
  std::vector<Evidence> out;
  for (uint32_t m = 0; m < plan.metrics.size(); ++m) {
    std::vector<plan::NodeId> nodes;
    collect(plan, plan.metrics[m].node, nodes);
    Evidence e;
    e.metric = m;
    if (read_nodes(engine, account, day, limit, nodes, e)) out.push_back(std::move(e));
  }
  for (const uint32_t t : active) {
    std::vector<plan::NodeId> nodes;
    collect(plan, plan.triggers[t].when, nodes);
    Evidence e;
    e.trigger = t;
    if (read_nodes(engine, account, day, limit, nodes, e)) out.push_back(std::move(e));
  }
  return out;
}

}  // namespace kenko::explain
