#include "engine/engine.h"

#include <array>

#include "engine/bound.h"
#include "engine/life_run.h"
#include "engine/population.h"

namespace kenko::engine {

std::string_view word(AccountStatus status) {
  constexpr std::array<std::string_view, 8> kWords{"none",   "trial",  "onboarding", "active",
                                                   "paused", "notice", "churned",    "internal"};
  return kWords[static_cast<size_t>(status)];
}

Scratch::Scratch() : buffers_(std::make_unique<Buffers>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

Engine::Engine(const plan::Plan& plan, const facts::Portfolio& portfolio)
    : bound_(std::make_unique<Bound>(plan, portfolio)) {}
Engine::~Engine() = default;

const plan::Plan& Engine::plan() const { return bound_->plan; }
const facts::Portfolio& Engine::portfolio() const { return bound_->portfolio; }

std::string_view Engine::text(double code) const {
  const auto c = static_cast<uint32_t>(code);
  return c == 0 ? std::string_view{} : bound_->texts.text(c);
}

void Engine::run(uint32_t account, Day until, Scratch& scratch, std::vector<LifeDays>& lives) const {
  lives.clear();
  Scratch::Buffers& buffers = *scratch.buffers_;
  find_population(*bound_, account, until, buffers.population);
  if (!buffers.population.exists) return;
  const auto& spans = buffers.population.lives;
  if (buffers.lives.size() < spans.size()) buffers.lives.resize(spans.size());
  for (size_t i = 0; i < spans.size(); ++i) {
    Scratch::Buffers::Life& life = buffers.lives[i];
    life.nodes.resize(bound_->plan.nodes.size());
    life.points.resize(bound_->plan.metrics.size());
    life.metrics.resize(bound_->plan.metrics.size());
    LifeRun run{*bound_, account, spans[i], buffers, life};
    run.find_account_start(spans[i].first == buffers.population.first);
    run.match_events();
    for (const plan::Stage& stage : bound_->plan.stages) {
      for (const plan::NodeId id : stage.nodes) run.compute(id);
    }
    for (size_t m = 0; m < bound_->plan.metrics.size(); ++m) {
      const NodeDays& node = life.nodes[bound_->plan.metrics[m].node];
      life.points[m].resize(run.days());
      run.points(m, bound_->curves[m], life.points[m]);
      life.metrics[m] = {node.value, node.valid, life.points[m]};
    }
    lives.push_back({spans[i].first, std::span(buffers.population.status).subspan(run.offset(), run.days()),
                     std::span(buffers.population.fact_day).subspan(run.offset(), run.days()), life.account_start,
                     life.metrics});
  }
}

}  // namespace kenko::engine
