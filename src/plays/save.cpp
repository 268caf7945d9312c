#include "plays/save.h"

#include <charconv>
#include <type_traits>

#include "base/hash.h"

namespace kenko::plays {
namespace {

constexpr std::string_view kFormat = "kenko plays 1\n";

// Writes numbers as `12;` and texts as `3:abc`.
class Writer {
 public:
  template <typename T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void operator()(const T& number) {
    out += std::to_string(static_cast<int64_t>(number));
    out += ';';
  }
  void operator()(const std::string& text) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
  }
  std::string out;
};

class Loader {
 public:
  explicit Loader(std::string_view in) : rest_(in) {}
  template <typename T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void operator()(T& number) {
    number = static_cast<T>(read(';'));
  }
  void operator()(std::string& text) {
    const int64_t size = read(':');
    if (size < 0 || static_cast<size_t>(size) > rest_.size()) {
      good_ = false;
      return;
    }
    text = rest_.substr(0, static_cast<size_t>(size));
    rest_.remove_prefix(static_cast<size_t>(size));
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }
  /// How many elements follow; 0 once something was wrong.
  [[nodiscard]] size_t count() {
    const int64_t n = read(';');
    if (n < 0 || static_cast<size_t>(n) > rest_.size()) good_ = false;  // each takes a byte at least
    return good_ ? static_cast<size_t>(n) : 0;
  }

 private:
  int64_t read(char end) {
    int64_t number = 0;
    const auto [at, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (!good_ || error != std::errc{} || at == rest_.data() + rest_.size() || *at != end) {
      good_ = false;
      return 0;
    }
    rest_.remove_prefix(static_cast<size_t>(at + 1 - rest_.data()));
    return number;
  }
  std::string_view rest_;
  bool good_ = true;
};

// The order of fields, for both.  A is Writer or Loader; T is const for the one.
template <typename A, typename T>
void optional(A& archive, T& value);
template <typename A, typename T, typename F>
void list(A& archive, T& items, const F& each);

template <typename A>
void field(A& archive, const Day& day) {
  archive(day.number);
}
template <typename A>
void field(A& archive, Day& day) {
  archive(day.number);
}
template <typename A>
void field(A& archive, const Instant& instant) {
  archive(instant.micros);
}
template <typename A>
void field(A& archive, Instant& instant) {
  archive(instant.micros);
}

template <typename A, typename T>
void optional(A& archive, T& value) {
  bool there = value.has_value();
  archive(there);
  if constexpr (std::is_same_v<A, Loader>) {
    if (there) value.emplace();
  }
  if (there) field(archive, *value);
}

template <typename A, typename T, typename F>
void list(A& archive, T& items, const F& each) {
  if constexpr (std::is_same_v<A, Loader>) {
    items.resize(archive.count());
  } else {
    archive(items.size());
  }
  for (auto& item : items) each(item);
}

template <typename A, typename T>
void task_fields(A& archive, T& task) {
  archive(task.id);
  archive(task.step);
  archive(task.automatic);
  archive(task.person);
  archive(task.assignee);
  archive(task.by_hand);
  field(archive, task.due);
  field(archive, task.due_at);
  archive(task.state);
  optional(archive, task.closed_at);
  archive(task.closed_by);
  archive(task.outcome);
  archive(task.comment);
}

template <typename A, typename T>
void enrolment_fields(A& archive, T& of) {
  archive(of.id);
  archive(of.play);
  archive(of.account);
  archive(of.top_parent);
  archive(of.arm);
  archive(of.touch);
  field(archive, of.from);
  field(archive, of.at);
  archive(of.owner);
  archive(of.ended);
  optional(archive, of.until);
  archive(of.ended_by);
  archive(of.reason);
  list(archive, of.tasks, [&](auto& task) { task_fields(archive, task); });
}

// A map, as its entries in order.
template <typename A, typename M, typename F>
void entries(A& archive, M& map, const F& each) {
  if constexpr (std::is_same_v<A, Loader>) {
    const size_t count = archive.count();
    for (size_t i = 0; i < count && archive.good(); ++i) {
      std::string key;
      archive(key);
      each(map[key]);
    }
  } else {
    archive(map.size());
    for (auto& [key, value] : map) {
      archive(key);
      each(value);
    }
  }
}

template <typename A, typename T>
void account_fields(A& archive, T& of) {
  list(archive, of.enrolments, [&](auto& enrolment) { enrolment_fields(archive, enrolment); });
  list(archive, of.waiting, [&](auto& waiting) {
    archive(waiting.play);
    archive(waiting.behind);
    field(archive, waiting.since);
  });
  entries(archive, of.held, [&](auto& days) { archive(days); });
}

template <typename A, typename T>
void state_fields(A& archive, T& state) {
  optional(archive, state.day);
  entries(archive, state.accounts, [&](auto& of) { account_fields(archive, of); });
  entries(archive, state.begun, [&](auto& days) { list(archive, days, [&](auto& day) { field(archive, day); }); });
}

}  // namespace

std::string save(const State& state) {
  Writer writer;
  state_fields(writer, state);
  return std::string(kFormat) + hash128(writer.out).hex() + "\n" + writer.out;
}

std::optional<State> load(std::string_view saved) {
  constexpr size_t kHexDigits = 32;
  if (!saved.starts_with(kFormat)) return std::nullopt;
  saved.remove_prefix(kFormat.size());
  if (saved.size() <= kHexDigits || saved[kHexDigits] != '\n') return std::nullopt;
  const std::string_view body = saved.substr(kHexDigits + 1);
  if (hash128(body).hex() != saved.substr(0, kHexDigits)) return std::nullopt;
  State state;
  Loader loader(body);
  state_fields(loader, state);
  if (!loader.at_end()) return std::nullopt;
  return state;
}

}  // namespace kenko::plays
