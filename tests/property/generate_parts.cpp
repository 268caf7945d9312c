#include "property/generate_parts.h"

#include <fmt/format.h>

namespace kenko::property {
namespace {

// `x: points` of a random part of ascending values.
std::string points_at(Random& random, const std::vector<std::string>& values, size_t least) {
  std::vector<std::string> chosen;
  for (const std::string& x : values) {
    if (random.chance(0.4)) chosen.push_back(x);
  }
  if (chosen.size() < least) chosen.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(least));
  std::string out;
  for (const std::string& x : chosen) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", x, random_points(random));
  return out;
}

// Near zero, where most metrics live.
const std::vector<std::string> kValues = {"-10", "-1", "-0.5", "0",  "0.333333", "0.5", "1",
                                          "2",   "3",  "5.5",  "10", "28",       "100", "100000"};

std::string number_curve(Random& random) {
  switch (random.between(0, 9)) {
    case 0:
    case 1:
      return fmt::format("{{steps: {{{}}}}}", points_at(random, kValues, 1));
    case 2:
    case 3: {
      const std::string inner = points_at(random, kValues, 2);
      return fmt::format("{{points: {{{}}}, ends: {}}}", inner, pick_of(random, {"open", "below", "above", "closed"}));
    }
    case 4:
      return fmt::format("{{hill: {{half: {}, power: {}}}}}", pick_of(random, {"0.5", "3", "10", "250.75"}),
                         random.between(1, 8));
    default:
      return fmt::format("{{{}}}", points_at(random, kValues, 1));
  }
}

std::string categories(Random& random, const std::vector<std::string>& texts) {
  std::string inner;
  for (const std::string& t : texts) {
    if (inner.empty() || random.chance(0.7))
      inner += fmt::format("{}{}: {}", inner.empty() ? "" : ", ", t, random_points(random));
  }
  return random.chance(0.5) ? fmt::format("{{category: {{{}}}}}", inner)
                            : fmt::format("{{category: {{{}}}, other: {}}}", inner, random_points(random));
}

}  // namespace

const std::string& pick_of(Random& random, const std::vector<std::string>& all) {
  return all[static_cast<size_t>(random.between(0, std::ssize(all) - 1))];
}

std::string random_points(Random& random) {
  if (random.chance(0.5)) return pick_of(random, {"0", "100", "50", "33.333333", "12.5", "80"});
  return fmt::format("{}", random.between(0, 100));
}

std::string random_weight(Random& random) {
  return pick_of(random, {"1", "2", "0.5", "3.7", "0.000001", "40", "1.25"});
}

std::string random_curve(Random& random, const CurveLike& like) {
  using Kind = CurveLike::Kind;
  switch (like.kind) {
    case Kind::flag:
      return categories(random, {"true", "false"});
    case Kind::text:
      return categories(random, {"pro", "free", "enterprise"});
    case Kind::words:
      return fmt::format(
          "{{{}}}", points_at(random, {"none", "yearly", "quarterly", "monthly", "fortnightly", "weekly", "daily"}, 1));
    case Kind::percentile:
      return fmt::format("{{percentile: {{{}}}}}", points_at(random, {"0%", "12.5%", "50%", "90%", "100%"}, 1));
    case Kind::baseline:
      return fmt::format("{{baseline: {{{}}}, over: {}w}}", points_at(random, {"-2", "-1", "0", "0.5", "1", "2"}, 1),
                         like.over_weeks);
    case Kind::number:
      break;
  }
  return number_curve(random);
}

std::string random_bands(Random& random, bool quantiles) {
  std::string out;
  const int64_t most = quantiles ? 1'000'000 : 10'000;
  int64_t from = 0;
  for (int64_t b = 0, n = random.between(2, 5); b < n && (from <= most || b < 2); ++b) {
    from = std::min(from, most);
    out += out.empty() ? "" : ", ";
    out += quantiles ? fmt::format("band{}: {{quantile: {}.{:04}%}}", b, from / 10'000, from % 10'000)
                     : fmt::format("band{}: {{from: {}.{:02}}}", b, from / 100, from % 100);
    from += random.between(1, most * 2 / 5);
  }
  return "{" + out + "}";
}

std::string quoted(const std::string& s) {
  std::string out = "'";
  for (const char c : s) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

}  // namespace kenko::property
