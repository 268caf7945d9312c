// A model file is refused with places, or it can be lowered; printed, and read again it means the same.
#include "facts/settings.h"
#include "model/load.h"
#include "model/print.h"
#include "plan/lower.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kenko;
  facts::Settings settings;
  settings.currency = "EUR";
  facts::SourceSettings source;
  source.name = "product";
  source.emits = {"login", "purchase", "ticket.opened", "ticket.solved", "nps.answered", "invoice.paid"};
  source.attributes = {{"plan", facts::AttributeType::text}, {"seats", facts::AttributeType::number}};
  settings.sources.push_back(source);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto model = model::load(text, "m.yaml", settings);
  if (!model.ok()) {
    for (const Problem& problem : model.problems()) {
      KENKO_CHECK(!problem.code.empty() && !problem.message.empty(), "a problem without code or words");
    }
    return 0;
  }
  const auto plan = plan::lower(*model, settings);
  KENKO_CHECK(plan.ok(), "a checked model cannot be lowered: {}", to_text(plan.problems()));
  KENKO_CHECK(!model::print_model(*model).empty(), "a model without words");
  const auto again = plan::lower(*model, settings);
  KENKO_CHECK(again.ok() && again->fingerprint == plan->fingerprint, "two fingerprints of one model");
  return 0;
}
