#include "plays/play.h"

#include <algorithm>

#include "base/text.h"

namespace kenko::plays {

std::string_view touch_name(Touch touch) {
  switch (touch) {
    case Touch::high:
      return "high";
    case Touch::low:
      return "low";
    case Touch::tech:
      return "tech";
  }
  return "high";
}

std::optional<Touch> touch_of(std::string_view attribute) {
  const std::string word = text::lower(text::trim(attribute));
  const std::string first = word.substr(0, word.find_first_of(" -_"));
  const std::string rest = first.size() == word.size() ? "" : word.substr(first.size() + 1);
  if (!rest.empty() && rest != "touch") return std::nullopt;
  for (const Touch touch : {Touch::high, Touch::low, Touch::tech}) {
    if (first == touch_name(touch)) return touch;
  }
  return std::nullopt;
}

bool Play::goes_out(const Step& step, Touch touch) {
  return step.role.kind == Role::Kind::automatic || (touch == Touch::tech && step.message.has_value());
}

bool Play::has(const Step& step, Touch touch) {
  if (!step.touch.empty() && std::find(step.touch.begin(), step.touch.end(), touch) == step.touch.end()) return false;
  return touch != Touch::tech || step.message.has_value();
}

const Play* Plays::find(std::string_view name) const {
  const auto at = std::find_if(all.begin(), all.end(), [name](const Play& play) { return play.name == name; });
  return at == all.end() ? nullptr : &*at;
}

std::vector<Condition> Plays::conditions() const {
  std::vector<Condition> out;
  for (const Play& play : all) {
    if (play.when.condition) out.push_back(*play.when.condition);
    if (play.stop.condition) out.push_back(*play.stop.condition);
  }
  std::sort(out.begin(), out.end(), [](const Condition& a, const Condition& b) { return a.name < b.name; });
  return out;
}

}  // namespace kenko::plays
