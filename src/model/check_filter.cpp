#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/check_expression.h"
#include "vocabulary/vocabulary.h"

namespace kenko::model {
namespace {

using language::Expression;
using language::Operator;

class FilterCheck {
 public:
  FilterCheck(const language::At& at, Problems& problems) : at_(&at), problems_(&problems) {}

  // A condition: something that is true, false or null of an event.
  void condition(const Expression& e) {
    if (e.kind == Expression::Kind::binary && (e.op == Operator::and_ || e.op == Operator::or_)) {
      condition(e.items[0]);
      condition(e.items[1]);
    } else if (e.kind == Expression::Kind::unary && e.op == Operator::not_) {
      condition(e.items[0]);
    } else if (e.kind == Expression::Kind::binary && language::is_comparison(e.op)) {
      comparison(e);
    } else if (e.kind == Expression::Kind::name) {
      field(e);
      if (is_own_field(e))
        add(e.begin, "wrong-type", fmt::format("`{}` is not true or false", e.text), "compare it: value > 3");
    } else if (e.kind == Expression::Kind::call) {
      call(e);
    } else {
      add(e.begin, "wrong-type", "a filter must be a condition", "for example severity = \"high\" and value > 3");
    }
  }

 private:
  void add(size_t offset, std::string code, std::string message, std::string hint) {
    Problem p = (*at_)(offset);
    p.code = std::move(code);
    p.message = std::move(message);
    p.hint = std::move(hint);
    problems_->push_back(std::move(p));
  }

  // starts_with(plan, "a"), one_of(plan, "a", "b"), between(value, 1, 9), is_empty(plan), about("billing").
  void call(const Expression& e) {
    const auto words = vocabulary::filter_words();
    const auto word = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.name == e.text; });
    if (word == words.end() || is_sentiment(e)) {
      not_in_a_filter(e);
      return;
    }
    const bool about = e.text == "about";
    const size_t least = e.text == "between" ? 3 : about || e.text == "is_empty" ? 1 : 2;
    const size_t most = e.text == "one_of" ? language::kMaxBytes : least;
    if (e.items.size() < least || e.items.size() > most || !e.named.empty()) {
      add(e.begin, "wrong-arguments", fmt::format("`{}` is written {}", e.text, word->form), std::string(word->doc));
      return;
    }
    if (about) {
      if (e.items[0].kind != Expression::Kind::text || e.items[0].text.empty())
        add(e.items[0].begin, "wrong-type", "`about` needs a topic in double quotes", "about(\"billing\")");
      return;
    }
    const Expression& f = e.items[0];
    if (!is_field(f)) {
      add(f.begin, "wrong-type", fmt::format("`{}` needs a property first: {}", e.text, word->form),
          f.kind == Expression::Kind::text ? "names stand without quotes" : "");
      return;
    }
    field(f);
    for (size_t i = 1; i < e.items.size(); ++i) argument(e, f, e.items[i], *word);
    if (e.text == "between") rises(e);
  }

  void not_in_a_filter(const Expression& e) {
    if (is_sentiment(e)) {
      add(e.begin, "wrong-type", "`sentiment(text)` is a number and no condition", "sentiment(text) < -0.2");
      return;
    }
    std::vector<std::string> known;
    for (const auto& w : vocabulary::filter_words()) known.emplace_back(w.name);
    const bool other = !vocabulary::find_functions(e.text).empty();
    add(e.begin, other ? "wrong-type" : "unknown-function",
        other ? fmt::format("`{}` is a function of an account and cannot stand in a filter on one event", e.text)
              : fmt::format("there is no function `{}` in filters", e.text),
        other ? "a filter tests one event: severity = \"high\"" : text::did_you_mean(e.text, known));
  }

  // An argument behind the field.
  void argument(const Expression& call, const Expression& f, const Expression& e, const vocabulary::Word& word) {
    const auto literal = literal_of(e);
    const bool of_texts = call.text == "starts_with" || call.text == "ends_with" || call.text == "contains";
    const Type wanted = of_texts                 ? Type::text
                        : call.text == "between" ? Type::number
                        : literal                ? literal->type
                                                 : Type::text;
    if (!literal || literal->type != wanted) {
      add(e.begin, "wrong-type",
          fmt::format("`{}` needs {} here: {}", call.text,
                      of_texts                 ? "a text in double quotes"
                      : call.text == "between" ? "a number"
                                               : "a number or a text in double quotes",
                      word.form),
          e.kind == Expression::Kind::name ? fmt::format("a text stands in double quotes: \"{}\"", e.text) : "");
      return;
    }
    if (of_texts && literal->text.empty())
      add(e.begin, "wrong-type", "an empty text stands here", "is_empty(f) tests it");
    own_field_fits(f, *literal);
    number_fits(e, *literal);
  }

  void rises(const Expression& e) {
    const auto low = literal_of(e.items[1]);
    const auto high = literal_of(e.items[2]);
    if (!low || !high || low->type != Type::number || high->type != Type::number) return;
    if (low->number.value <= high->number.value) return;
    add(e.items[2].begin, "out-of-range", "nothing lies between a greater and a smaller number",
        "the smaller one comes first: between(value, 1, 9)");
  }

  static bool is_field(const Expression& e) { return e.kind == Expression::Kind::name || is_sentiment(e); }

  void comparison(const Expression& e) {
    const Expression* left = &e.items[0];
    const Expression* right = &e.items[1];
    auto literal = literal_of(*right);
    if (!literal) {
      literal = literal_of(*left);
      std::swap(left, right);
    }
    if (!literal) {
      const bool fields = left->kind == Expression::Kind::name && right->kind == Expression::Kind::name;
      add(e.operator_begin, "wrong-type", "a filter compares a property with a constant",
          fields ? fmt::format("a text stands in double quotes: {} = \"{}\"", language::quoted_name(e.items[0].text),
                               e.items[1].text)
                 : "for example severity = \"high\"");
      return;
    }
    if (!is_field(*left)) {
      const bool function = left->kind == Expression::Kind::call && !vocabulary::find_functions(left->text).empty();
      if (function) {
        not_in_a_filter(*left);
        return;
      }
      const bool constant = literal_of(*left).has_value();
      add(left->begin, "wrong-type",
          constant ? "two constants are compared" : "a filter compares a property with a constant",
          "for example severity = \"high\"");
      return;
    }
    field(*left);
    operator_fits(e, *left, *literal);
    number_fits(*right, *literal);
  }

  void number_fits(const Expression& e, const Literal& literal) {
    if (literal.type != Type::number) return;
    if (literal.number.fault != ParsedDecimal::Fault::none) {
      add(e.begin, "out-of-range", "the number is too large", "");
    } else if (literal.number.rounded) {
      add(e.begin, "out-of-range", "the number has more than 6 decimal places", "");
    }
  }

  // The fields that every event has are a number and a text; the mood is a number.
  bool own_field_fits(const Expression& left, const Literal& literal) {
    if (is_sentiment(left) && literal.type != Type::number) {
      add(left.begin, "wrong-type", "`sentiment(text)` is a number from -1 to 1 and is compared with something else",
          "for example sentiment(text) < -0.2");
      return false;
    }
    if (!is_own_field(left)) return true;
    if (left.text == "value" && literal.type != Type::number) {
      add(left.begin, "wrong-type", "`value` is a number and is compared with something else",
          "a property called value stands in backticks: `value`");
      return false;
    }
    if (left.text == "currency" && literal.type != Type::text) {
      add(left.begin, "wrong-type", "`currency` is a text and is compared with something else", "currency = \"EUR\"");
      return false;
    }
    return true;
  }

  void operator_fits(const Expression& e, const Expression& left, const Literal& literal) {
    const bool equality = e.op == Operator::equal || e.op == Operator::not_equal;
    if (own_field_fits(left, literal) && literal.type != Type::number && !equality) {
      add(e.operator_begin, "wrong-type",
          fmt::format("texts and flags have no order: `{}` only compares numbers", language::spelling(e.op)),
          "use `=` or `!=`, or write the number without quotes");
    }
  }

  void field(const Expression& name) {
    if (name.backticked || is_sentiment(name)) return;
    if (name.text == "text") {
      add(name.begin, "wrong-type", "the text of an event cannot be compared",
          "test about(\"billing\") or sentiment(text) < -0.2; a property called text stands in backticks: `text`");
    } else if (name.text == "user") {
      add(name.begin, "wrong-type", "a filter tests properties of the user: user.role = \"admin\"",
          "a property called user stands in backticks: `user`");
    }
  }

  const language::At* at_;
  Problems* problems_;
};

}  // namespace

bool is_own_field(const Expression& name) {
  return !name.backticked && (name.text == "value" || name.text == "currency");
}

std::string user_key(const Expression& name) {
  const bool of_user = name.kind == Expression::Kind::name && !name.backticked && name.text.starts_with("user.");
  return of_user ? name.text.substr(5) : "";
}

bool is_sentiment(const Expression& e) {
  return e.kind == Expression::Kind::call && e.text == "sentiment" && e.named.empty() && e.items.size() == 1 &&
         e.items[0].kind == Expression::Kind::name && !e.items[0].backticked && e.items[0].text == "text";
}

ParsedDecimal decimal_of(const Expression& number) {
  if (!number.percent) return parse_decimal(number.text);
  const size_t e = number.text.find_first_of("eE");
  if (e == std::string::npos) return parse_decimal(number.text + "e-2");
  ParsedDecimal out = parse_decimal(number.text);
  out.rounded = out.rounded || out.value.micros % 100 != 0;
  out.value.micros /= 100;
  return out;
}

std::optional<Literal> literal_of(const Expression& e) {
  Literal out;
  if (e.kind == Expression::Kind::unary && e.op == Operator::negate && e.items[0].kind == Expression::Kind::number) {
    out.type = Type::number;
    out.number = decimal_of(e.items[0]);
    out.number.value.micros = -out.number.value.micros;
    return out;
  }
  switch (e.kind) {
    case Expression::Kind::number:
      out.type = Type::number;
      out.number = decimal_of(e);
      return out;
    case Expression::Kind::text:
      out.text = e.text;
      return out;
    case Expression::Kind::flag:
      out.type = Type::flag;
      out.flag = e.flag;
      return out;
    default:
      return std::nullopt;
  }
}

void check_filter(const Expression& filter, const language::At& at, Problems& problems) {
  FilterCheck(at, problems).condition(filter);
}

}  // namespace kenko::model
