#include <fmt/format.h>

#include "model/check_rules.h"

namespace kenko::model {
namespace {

// Where a band begins, in millionths of a point or of the share; negative: not known, which was reported.
int64_t begin_of(const Band& band) {
  return band.quantile ? band.quantile->micros : band.from_hundredths * int64_t{10'000};
}

std::string shown(const Band& band) {
  return band.quantile ? fmt::format("{}%", Decimal{band.quantile->micros * 100}.text())
                       : Decimal{begin_of(band)}.text();
}

}  // namespace

void check_bands(const std::vector<Band>& bands, const Model& model, Problems& problems) {
  const auto add = [&](const Band& band, std::string message, std::string hint) {
    problems.push_back(model.document.problem(band.at, "bad-bands", std::move(message), std::move(hint)));
  };
  if (bands.size() == 1) {
    add(bands[0], "one band says nothing: there must be at least two",
        "for example red: {from: 0} and green: {from: 60}");
  }
  for (const Band& b : bands) {
    if (b.quantile.has_value() == bands[0].quantile.has_value()) continue;
    add(b,
        fmt::format("band `{}` begins at a {} and band `{}` at a {}", b.name, b.quantile ? "quantile" : "score",
                    bands[0].name, bands[0].quantile ? "quantile" : "score"),
        "give all bands `from`, or all bands `quantile`");
    return;
  }
  if (!bands.empty() && begin_of(bands[0]) > 0) {
    add(bands[0],
        fmt::format("the first band must be from 0{}, and `{}` is from {}", bands[0].quantile ? "%" : "", bands[0].name,
                    shown(bands[0])),
        "list the bands from the lowest to the highest");
  }
  for (size_t i = 1; i < bands.size(); ++i) {
    if (begin_of(bands[i]) < 0 || begin_of(bands[i - 1]) < 0) continue;  // reported already
    if (begin_of(bands[i]) > begin_of(bands[i - 1])) continue;
    const bool equal = begin_of(bands[i]) == begin_of(bands[i - 1]);
    add(bands[i],
        fmt::format("band `{}` is from {}, {} `{}` before it{}", bands[i].name, shown(bands[i]),
                    equal ? "just as" : "lower than", bands[i - 1].name, equal ? ": the two overlap" : ""),
        "list the bands from the lowest to the highest; a band reaches up to the next one");
  }
}

}  // namespace kenko::model
