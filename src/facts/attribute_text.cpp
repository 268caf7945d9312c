#include "facts/attribute_text.h"

namespace kenko::facts {

std::string attribute_text(const AttributeValue& value) {
  switch (value.type) {
    case AttributeType::number:
      return value.number.text();
    case AttributeType::money:
      return value.number.text() + (value.text.empty() ? "" : " " + value.text);
    case AttributeType::text:
      return value.text;
    case AttributeType::day:
      return value.day.iso();
    case AttributeType::flag:
      return value.flag ? "yes" : "no";
  }
  return "";
}

}  // namespace kenko::facts
