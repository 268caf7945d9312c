#include "cases/functions.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "vocabulary/vocabulary.h"

namespace kenko::cases {
namespace {

using language::Expression;
using vocabulary::Function;

constexpr int kCasesOfAFunction = 3;

// The row of the table that a call means: `min` and `max` of events have a selector first.
const Function* row_of(const Expression& call) {
  const bool of_events = !call.items.empty() && call.items[0].kind == Expression::Kind::selector;
  for (const Function* f : vocabulary::find_functions(call.text)) {
    const bool two_rows = vocabulary::find_functions(call.text).size() > 1;
    if (!two_rows || f->is_aggregate() == of_events) return f;
  }
  return nullptr;
}

// Signatures of the functions, and words of the filters.
void add_words(const Expression& e, std::set<std::string>& words) {
  if (e.kind == Expression::Kind::call) {
    const Function* f = row_of(e);
    words.insert(f != nullptr ? vocabulary::signature(*f) : e.text);
  }
  for (const Expression& item : e.items) add_words(item, words);
}

void add_words(const std::vector<model::Segment>& list, std::set<std::string>& words) {
  for (const model::Segment& s : list) {
    if (s.when.value) add_words(*s.when.value, words);
  }
}

std::set<std::string> words_of(const Case& c) {
  std::set<std::string> words;
  for (const model::Metric& m : c.model.metrics) {
    if (m.value) add_words(*m.value, words);
  }
  for (const model::Trigger& t : c.model.triggers) {
    if (t.when.value) add_words(*t.when.value, words);
  }
  add_words(c.model.segments, words);
  add_words(c.model.stages, words);
  return words;
}

std::string_view word_of(model::Curve::Kind kind) {
  using Kind = model::Curve::Kind;
  switch (kind) {
    case Kind::none:
      break;
    case Kind::linear:
      return "linear";
    case Kind::steps:
      return "steps";
    case Kind::category:
      return "category";
    case Kind::hill:
      return "hill";
    case Kind::words:
      return "words";
    case Kind::percentile:
      return "percentile";
    case Kind::baseline:
      return "baseline";
  }
  return "";
}

}  // namespace

std::vector<std::string> check_vocabulary(const std::vector<Case>& cases) {
  std::map<std::string, int> uses;
  std::set<std::string_view> curves;
  for (const Case& c : cases) {
    for (const std::string& word : words_of(c)) ++uses[word];
    for (const model::Metric& m : c.model.metrics) curves.insert(word_of(m.curve.kind));
  }
  std::vector<std::string> out;
  for (const Function& f : vocabulary::functions()) {
    const int n = uses[vocabulary::signature(f)];
    if (n < kCasesOfAFunction) out.push_back(fmt::format("{} has {} cases of {}", signature(f), n, kCasesOfAFunction));
  }
  for (const vocabulary::Word& w : vocabulary::filter_words()) {
    if (uses[std::string(w.name)] == 0) out.push_back(fmt::format("no case uses the filter {}", w.form));
  }
  for (const vocabulary::Word& w : vocabulary::curves()) {
    if (!curves.contains(w.name)) out.push_back(fmt::format("no case uses the curve {}", w.form));
  }
  return out;
}

}  // namespace kenko::cases
