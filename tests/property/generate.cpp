#include "property/generate.h"

#include "property/generate_facts.h"

namespace kenko::property {

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
  out.model = generate_model(random.fork(3).next(), out.settings, size.metrics);
  return out;
}

}  // namespace kenko::property
