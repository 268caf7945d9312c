#include "cases/executor.h"

namespace kenko::cases {
namespace {

class Reference : public Executor {
 public:
  [[nodiscard]] std::string name() const override { return "reference"; }
  [[nodiscard]] Result<Results> run(const Case& c, const std::vector<Wanted>& wanted) override {
    const reference::Company company(c.facts, c.settings, c.cut());
    Results out;
    for (const Wanted& w : wanted) {
      out[w] = reference::interpret(c.model, company, w.account, w.day, w.day).front();
    }
    return out;
  }
};

class ReferenceCut : public Executor {
 public:
  [[nodiscard]] std::string name() const override { return "reference, facts cut at the day"; }
  [[nodiscard]] Result<Results> run(const Case& c, const std::vector<Wanted>& wanted) override {
    Results out;
    for (const Wanted& w : wanted) {
      facts::Cut cut = c.cut();
      cut.occurred_until = w.day;
      out[w] = reference::interpret(c.model, c.facts, c.settings, cut, w.account, w.day, w.day).front();
    }
    return out;
  }
};

}  // namespace

std::vector<std::unique_ptr<Executor>> reference_executors() {
  std::vector<std::unique_ptr<Executor>> out;
  out.push_back(std::make_unique<Reference>());
  out.push_back(std::make_unique<ReferenceCut>());
  return out;
}

}  // namespace kenko::cases
