#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "property/generate_expression.h"

namespace kenko::property {
namespace {

std::string points(Random& random) {
  static const char* const kPoints[] = {"0", "100", "50", "33.333333", "12.5", "80"};
  return random.chance(0.5) ? kPoints[random.between(0, 5)] : fmt::format("{}", random.between(0, 100));
}

// Ascending x of a curve: near zero, where most metrics live.
std::vector<std::string> ascending(Random& random) {
  static const std::vector<std::string> kValues = {"-10", "-1", "-0.5", "0",  "0.333333", "50%", "1",
                                                   "2",   "3",  "5.5",  "10", "28",       "100", "100000"};
  std::vector<std::string> out;
  for (const std::string& x : kValues) {
    if (random.chance(0.35)) out.push_back(x);
  }
  if (out.empty()) out.push_back("1");
  return out;
}

std::string number_curve(Random& random) {
  std::string inner;
  for (const std::string& x : ascending(random))
    inner += fmt::format("{}{}: {}", inner.empty() ? "" : ", ", x, points(random));
  return random.chance(0.7) ? fmt::format("{{{}}}", inner) : fmt::format("{{steps: {{{}}}}}", inner);
}

std::string category_curve(Random& random, const std::vector<std::string>& texts) {
  std::string inner;
  for (const std::string& t : texts) {
    if (inner.empty() || random.chance(0.7))
      inner += fmt::format("{}{}: {}", inner.empty() ? "" : ", ", t, points(random));
  }
  return random.chance(0.5) ? fmt::format("{{category: {{{}}}}}", inner)
                            : fmt::format("{{category: {{{}}}, other: {}}}", inner, points(random));
}

std::string missing(Random& random) {
  switch (random.between(0, 5)) {
    case 0:
      return "zero";
    case 1:
      return fmt::format("{{score: {}}}", points(random));
    default:
      return "exclude";
  }
}

std::string weight(Random& random) {
  static const char* const kWeights[] = {"1", "2", "0.5", "3.7", "0.000001", "40", "1.25"};
  return kWeights[random.between(0, 6)];
}

// In single quotes for YAML.
std::string quoted(const std::string& s) {
  std::string out = "'";
  for (const char c : s) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

// Whether an expression reads any fact; the check refuses constants.
bool reads_facts(const std::string& value) {
  for (const char* word : {"attr(", "seats()", "arr()", "[", "days_since(", "decayed_"}) {
    if (value.find(word) != std::string::npos) return true;
  }
  return false;
}

// A value with a curve of its type.
std::string metric(Random& random, ExpressionMaker& make, const std::string& dimension) {
  std::string value;
  std::string curve;
  const int depth = static_cast<int>(random.between(0, 3));
  switch (random.between(0, 9)) {
    case 0:
      value = make.flag(depth);
      if (!reads_facts(value)) value = fmt::format("{} or count(login[7d]) > 1", value);
      curve = category_curve(random, {"true", "false"});
      break;
    case 1:
      value = make.text(depth);
      curve = category_curve(random, {"pro", "free", "enterprise"});
      break;
    default:
      value = make.number(depth);
      if (!reads_facts(value)) value += " + " + make.aggregate();
      curve = number_curve(random);
  }
  std::string out = fmt::format("    value: {}\n", quoted(value));
  if (!dimension.empty()) {
    out += fmt::format("    dimension: {}\n    weight: {}\n    curve: {}\n    missing: {}\n", dimension, weight(random),
                       curve, missing(random));
  }
  if (random.chance(0.5)) out += fmt::format("    min_observed: {}d\n", random.between(1, 14));
  return out;
}

}  // namespace

std::string generate_model(uint64_t seed, const facts::Settings& settings, int metrics) {
  Random random(seed);
  ExpressionMaker make(random, settings);
  const int64_t dimensions = random.between(1, 3);
  std::string out = fmt::format("kenko: 1\nmodel: random\nmin_coverage: {}%\ntoo_new: {}d\n", random.between(0, 8) * 10,
                                random.between(1, 40));
  out += "dimensions:\n";
  for (int64_t d = 0; d < dimensions; ++d) out += fmt::format("  d{}: {{weight: {}}}\n", d, weight(random));
  out += "metrics:\n";
  for (int64_t m = 0; m < metrics; ++m) {
    // The first ones fill every dimension; names do not sort in the order of the file.
    std::string dimension = random.chance(0.85) ? fmt::format("d{}", random.between(0, dimensions - 1)) : "";
    if (m < dimensions) dimension = fmt::format("d{}", m);
    out += fmt::format("  {}{}:\n{}", m % 2 == 0 ? "m" : "a", m, metric(random, make, dimension));
  }
  out += "bands:\n";
  int64_t from = 0;
  for (int64_t b = 0, n = random.between(2, 5); b < n && from <= 10'000; ++b, from += random.between(1, 4'000)) {
    out += fmt::format("  band{}: {{from: {}.{:02}}}\n", b, from / 100, from % 100);
  }
  return out;
}

}  // namespace kenko::property
