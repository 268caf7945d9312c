#include <fmt/format.h>

#include "base/text.h"
#include "report/explain_sections.h"

namespace kenko::report {
namespace {

constexpr size_t kRows = 5;

Table potentials(const engine::Engine& engine, const std::vector<explain::Potential>& list, const char* gain) {
  Table t;
  t.columns = {{"metric", "metric", Align::left, 32, false},
               {"value", "value", Align::right, 14, false},
               {"wanted", "wanted", Align::left, 40, false},
               {"gain", gain, Align::right, 0, false}};
  for (size_t i = 0; i < std::min(list.size(), kRows); ++i) {
    const explain::Potential& p = list[i];
    t.rows.push_back({{engine.plan().metrics[p.metric].label},
                      {explain::value_text(engine, p.metric, p.value)},
                      p.target ? Cell{explain::text_of(*p.target)} : Cell{},
                      {Fixed{p.gain_hundredths, 2, true}, Tone::up}});
  }
  return t;
}

std::string next_band(const engine::Engine& engine, const explain::Raise& raise, const Terminal& terminal) {
  if (raise.next == nullptr) return "";
  const plan::Plan& plan = engine.plan();
  std::string out = fmt::format("Next band: {} from {}", raise.next->name, points_text(raise.next->from_hundredths));
  if (raise.needed_hundredths != raise.next->from_hundredths)
    out += fmt::format(", with the margin from {}", points_text(raise.needed_hundredths));
  if (plan.band_dwell_days > 1) out += fmt::format(", on {} scored days in a row", plan.band_dwell_days);
  std::vector<std::string> missing;
  for (const uint32_t d : raise.no_evidence) missing.push_back(label_of(plan.dimensions[d]));
  if (!missing.empty()) out += fmt::format("; it also needs evidence in {}", text::join(missing, ", "));
  out += ".";
  if (raise.enough) {
    const char* why = raise.held                   ? "silence or an override keeps the account below it"
                      : !raise.no_evidence.empty() ? "only evidence is missing"
                                                   : "the margin or the days in a row are not over yet";
    return text::wrap(out + fmt::format(" At {} the score is there; {}.", points_text(raise.value_so_far), why),
                      terminal.width, 0) +
           "\n";
  }
  if (raise.to_next.empty())
    return text::wrap(out + " It cannot be reached by one metric alone.", terminal.width, 0) + "\n";
  const explain::Potential& p = raise.to_next.front();
  out += fmt::format(" Smallest change: {} {} (now {}).", plan.metrics[p.metric].label, explain::text_of(*p.target),
                     explain::value_text(engine, p.metric, p.value));
  return text::wrap(out, terminal.width, 0) + "\n";
}

}  // namespace

std::string raise_text(const engine::Engine& engine, const ExplainView& view, const Terminal& terminal) {
  if (!view.raise) return "";
  const explain::Raise& raise = *view.raise;
  if (raise.by_metric.empty() && raise.next == nullptr) return "";
  std::string out = "\nWhat would raise it most";
  if (raise.held)
    out += fmt::format(" (from {}, what it would be without silence and override)", points_text(raise.value_so_far));
  out += "\n";
  if (raise.by_metric.empty()) {
    out += "No single metric would: rules or the lowest members decide.\n";
  } else {
    out += to_text(potentials(engine, raise.by_metric, "to gain"), terminal);
  }
  return out + next_band(engine, raise, terminal);
}

}  // namespace kenko::report
