#include "property/generate.h"

#include <algorithm>

#include "base/check.h"
#include "model/load.h"
#include "property/generate_facts.h"

namespace kenko::property {

Size shape_of(uint64_t seed) {
  Random random = Random(seed).fork(4);
  if (random.chance(0.12)) return {.accounts = 24, .days = 70, .events_a_week = 10, .metrics = 6};
  if (random.chance(0.12)) return {.accounts = 3, .days = 460, .events_a_week = 7, .metrics = 8};
  return {.accounts = static_cast<int>(random.between(3, 7)),
          .days = static_cast<int>(random.between(90, 170)),
          .events_a_week = 14,
          .metrics = 8};
}

Generated generate(uint64_t seed, const Size& size) {
  Random random(seed);
  Generated out;
  out.seed = seed;
  out.first = Day::of(2024, 1, 1) + static_cast<int32_t>(random.between(0, 700));
  out.last = out.first + (size.days - 1);
  out.known_day = out.first + static_cast<int32_t>(random.between(size.days / 3, size.days - 1));
  Random of_settings = random.fork(1);
  out.settings = generate_settings(of_settings, out.first);
  Random of_facts = random.fork(2);
  generate_facts(of_facts, size, out);
  constexpr uint64_t kAttempts = 50;
  Random of_model = random.fork(3);
  for (uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
    out.model =
        generate_model(of_model.next(), out.settings, {size.metrics, size.accounts > 10, size.days > 365, out.first});
    const auto loaded = model::load(out.model, "random.yaml", out.settings);
    if (loaded.ok()) return out;
    const auto& problems = loaded.problems();
    const auto error =
        std::find_if(problems.begin(), problems.end(), [](const Problem& p) { return p.severity == Severity::error; });
    if (error != problems.end()) ++out.refused[error->code + ": " + error->message];
  }
  KENKO_CHECK(false, "seed {}: every model is refused; the last one:\n{}\n{}", seed,
              to_text(model::load(out.model, "random.yaml", out.settings).problems()), out.model);
  return out;
}

}  // namespace kenko::property
