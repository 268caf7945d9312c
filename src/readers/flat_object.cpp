#include "readers/flat_object.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.h"
#include "readers/number_text.h"

namespace kenko::readers {
namespace {

namespace ondemand = simdjson::ondemand;
constexpr size_t kMaxDepth = 64;

FlatObject::Fault broken(simdjson::error_code error) {
  const bool cut = error == simdjson::UNCLOSED_STRING || error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
  return {"broken-json", "", cut ? "the JSON object ends in the middle" : "not a JSON object", false};
}

}  // namespace

struct FlatObject::Parser {
  ondemand::parser objects;
  simdjson::dom::parser arrays;
};

const size_t FlatObject::kPadding = simdjson::SIMDJSON_PADDING;

FlatObject::FlatObject(int64_t max_columns) : parser_(std::make_unique<Parser>()), max_columns_(max_columns) {}
FlatObject::~FlatObject() = default;

size_t FlatObject::column_of(std::string_view key) {
  if (next_ < names_.size() && names_[next_] == key) return next_++;  // keys mostly come in the same order
  if (const auto it = index_.find(key); it != index_.end()) {
    next_ = it->second + 1;
    return it->second;
  }
  const std::string& kept = name_texts_.emplace_back(key);
  names_.emplace_back(kept);
  values_.emplace_back();
  seen_.push_back(0);
  index_.emplace(kept, names_.size() - 1);
  next_ = names_.size();
  return names_.size() - 1;
}

FlatObject::Fault FlatObject::set(std::string_view key, std::string_view value) {
  if (key.empty()) return {"empty-key", "", "an empty key", false};
  if (value.find('\0') != std::string_view::npos)
    return {"nul-byte", std::string(key), "the text holds a zero byte", false};
  const size_t column = column_of(key);
  if (static_cast<int64_t>(names_.size()) > max_columns_) {
    return {"too-many-columns", "", fmt::format("the objects have more than {} different keys", max_columns_), true};
  }
  if (seen_[column] == number_) {
    return {"duplicate-key", std::string(key), fmt::format("`{}` is there twice", key), false};
  }
  seen_[column] = number_;
  values_[column] = value;
  return {};
}

template <typename Value>
FlatObject::Fault FlatObject::take(Value& value, std::string_view key, size_t depth) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return broken(error);
  switch (type) {
    case ondemand::json_type::string: {
      std::string_view s;
      if (const auto error = value.get_string().get(s)) return broken(error);
      return set(key, s);
    }
    case ondemand::json_type::number: {
      double checked = 0;  // the text is taken as it is, but it must be a number
      std::string_view token = value.raw_json_token();
      while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
      if (const auto error = value.get_double().get(checked); error && error != simdjson::NUMBER_ERROR) {
        return broken(error);
      } else if (error) {
        return {"broken-json", std::string(key), fmt::format("not a number: {}", token.substr(0, 40)), false};
      }
      return set(key, is_shortest_number(token) ? token : texts_.emplace_back(shortest_number(token)));
    }
    case ondemand::json_type::boolean: {
      bool b = false;
      if (const auto error = value.get_bool().get(b)) return broken(error);
      return set(key, b ? "true" : "false");
    }
    case ondemand::json_type::null: {
      bool null = false;  // the type only looks at the first letter
      if (const auto error = simdjson::simdjson_result<bool>(value.is_null()).get(null)) return broken(error);
      return null ? set(key, "") : broken(simdjson::N_ATOM_ERROR);
    }
    case ondemand::json_type::array: {
      std::string_view raw;
      ondemand::array array;
      if (const auto error = value.get_array().get(array)) return broken(error);
      if (const auto error = array.raw_json().get(raw)) return broken(error);
      simdjson::dom::element element;
      if (const auto error = parser_->arrays.parse(raw.data(), raw.size()).get(element)) return broken(error);
      return set(key, texts_.emplace_back(simdjson::minify(element)));
    }
    case ondemand::json_type::object: {
      ondemand::object object;
      if (const auto error = value.get_object().get(object)) return broken(error);
      const size_t length = prefix_.size();
      const std::string path = std::string(key) + '.';
      prefix_ = path;
      Fault fault = walk(object, depth + 1);
      prefix_ = path.substr(0, length);
      return fault;
    }
  }
  return broken(simdjson::TAPE_ERROR);
}

template <typename Object>
FlatObject::Fault FlatObject::walk(Object& object, size_t depth) {
  if (depth > kMaxDepth) return {"broken-json", "", fmt::format("nested deeper than {} levels", kMaxDepth), false};
  std::string path;
  for (auto field : object) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return broken(error);
    if (!prefix_.empty()) {
      path.assign(prefix_).append(key);
      key = path;
    }
    ondemand::value value;
    if (const auto error = field.value().get(value)) return broken(error);
    if (Fault fault = take(value, key, depth); !fault.code.empty()) return fault;
  }
  return {};
}

FlatObject::Fault FlatObject::read(const char* text, size_t size) {
  ++number_;
  next_ = 0;
  prefix_.clear();
  texts_.clear();
  for (std::string_view& value : values_) value = {};
  ondemand::document document;
  if (const auto error = parser_->objects.iterate(text, size, size + kPadding).get(document)) return broken(error);
  ondemand::json_type type{};
  if (const auto error = document.type().get(type)) return broken(error);
  if (type != ondemand::json_type::object) return {"not-an-object", "", "not a JSON object", false};
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return broken(error);
  if (Fault fault = walk(object, 1); !fault.code.empty()) return fault;
  const char* rest = nullptr;
  if (!document.current_location().get(rest)) return {"broken-json", "", "text after the end of the object", false};
  return {};
}

}  // namespace kenko::readers
