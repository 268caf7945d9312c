#include "engine/engine.h"

#include <array>

#include "engine/bound.h"
#include "engine/level_run.h"
#include "engine/peers.h"

namespace kenko::engine {

std::string_view word(AccountStatus status) {
  constexpr std::array<std::string_view, 8> kWords{"none",   "trial",  "onboarding", "active",
                                                   "paused", "notice", "churned",    "internal"};
  return kWords[static_cast<size_t>(status)];
}

bool is_scored(const plan::Accounts& accounts, AccountStatus status) {
  switch (status) {
    case AccountStatus::trial:
      return accounts.trial;
    case AccountStatus::onboarding:
      return accounts.onboarding;
    case AccountStatus::active:
      return accounts.active;
    case AccountStatus::notice:
      return accounts.notice;
    case AccountStatus::none:
    case AccountStatus::paused:
    case AccountStatus::churned:
    case AccountStatus::internal:
      break;
  }
  return false;
}

Scratch::Scratch() : buffers_(std::make_unique<Buffers>()), extras_(std::make_unique<LifeExtras>()) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

Engine::Engine(const plan::Plan& plan, const facts::Portfolio& portfolio)
    : bound_(std::make_unique<Bound>(plan, portfolio)) {}
Engine::~Engine() = default;

bool Engine::follow() { return bound_->follow(); }

const plan::Plan& Engine::plan() const { return bound_->plan; }
const facts::Portfolio& Engine::portfolio() const { return bound_->portfolio; }

std::string_view Engine::text(double code) const {
  const auto c = static_cast<uint32_t>(code);
  return c == 0 ? std::string_view{} : bound_->texts.text(c);
}

void Engine::run(uint32_t account, const Peers& peers, Scratch& scratch, std::vector<LifeDays>& lives) const {
  lives.clear();
  LevelRun run(*bound_, peers, account, *scratch.buffers_, *scratch.extras_);
  for (size_t life = 0; life < run.lives(); ++life) {
    run.compute(life, peers.levels().size(), nullptr);
    lives.push_back(run.finish(life));
  }
}

void Engine::run(uint32_t account, Day until, Scratch& scratch, std::vector<LifeDays>& lives) const {
  run(account, Peers(*this, until, 1, std::span(&account, 1)), scratch, lives);
}

}  // namespace kenko::engine
