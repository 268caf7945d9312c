#include "language/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "language/expression.h"

namespace kenko::language {
namespace {

using Kind = Token::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Symbol {
  std::string_view written;
  Kind kind;
  std::string_view right;  // how it is spelled here; empty = right already
};

// Longest first.
constexpr Symbol kSymbols[] = {
    {"\xE2\x89\xA0", Kind::not_equal, "!="},  // signs of books and word processors
    {"\xE2\x89\xA4", Kind::less_equal, "<="},
    {"\xE2\x89\xA5", Kind::greater_equal, ">="},
    {"\xE2\x88\x92", Kind::minus, "-"},
    {"\xE2\x80\x93", Kind::minus, "-"},
    {"\xC3\x97", Kind::star, "*"},
    {"\xC3\xB7", Kind::slash, "/"},
    {"!==", Kind::not_equal, "!="},
    {"===", Kind::equal, "="},
    {"==", Kind::equal, "="},
    {"=>", Kind::greater_equal, ">="},
    {"=<", Kind::less_equal, "<="},
    {"<>", Kind::not_equal, "!="},
    {"!=", Kind::not_equal, ""},
    {"<=", Kind::less_equal, ""},
    {">=", Kind::greater_equal, ""},
    {"&&", Kind::and_, "and"},
    {"||", Kind::or_, "or"},
    {"&", Kind::and_, "and"},
    {"|", Kind::or_, "or"},
    {"!", Kind::not_, "not"},
    {"(", Kind::open_paren, ""},
    {")", Kind::close_paren, ""},
    {"{", Kind::open_brace, ""},
    {"}", Kind::close_brace, ""},
    {"[", Kind::open_bracket, ""},
    {"]", Kind::close_bracket, ""},
    {",", Kind::comma, ""},
    {";", Kind::comma, ","},
    {":", Kind::colon, ""},
    {"+", Kind::plus, ""},
    {"-", Kind::minus, ""},
    {"*", Kind::star, ""},
    {"/", Kind::slash, ""},
    {"=", Kind::equal, ""},
    {"<", Kind::less, ""},
    {">", Kind::greater, ""},
};

struct Word {
  std::string_view written;
  Kind kind;
};
constexpr Word kWords[] = {
    {"true", Kind::true_}, {"false", Kind::false_}, {"and", Kind::and_}, {"or", Kind::or_}, {"not", Kind::not_}};

class Lexer {
 public:
  Lexer(std::string_view text, std::vector<Fault>& faults) : s_(text), faults_(&faults) {}

  std::vector<Token> run() {
    while (skip_blanks()) {
      const char c = s_[at_];
      if (is_digit(c)) {
        number();
      } else if (is_name_start(c)) {
        name();
      } else if (c == '"') {
        text();
      } else if (c == '`') {
        backticked();
      } else if (!symbol()) {
        strange();
      }
    }
    push(Kind::end, s_.size(), "");
    return std::move(tokens_);
  }

 private:
  bool skip_blanks() {
    while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\t' || s_[at_] == '\n' || s_[at_] == '\r')) ++at_;
    return at_ < s_.size();
  }

  void fault(size_t offset, std::string code, std::string message, std::string hint) {
    faults_->push_back({offset, std::move(code), std::move(message), std::move(hint)});
  }

  // Makes a token of [begin, at_).
  Token& push(Kind kind, size_t begin, std::string content) {
    tokens_.push_back({kind, begin, at_, std::move(content), 0});
    return tokens_.back();
  }

  void digits() {
    while (at_ < s_.size() && is_digit(s_[at_])) ++at_;
  }

  void number() {
    const size_t begin = at_;
    digits();
    const size_t whole_end = at_;
    if (at_ + 1 < s_.size() && s_[at_] == '.' && is_digit(s_[at_ + 1])) {
      ++at_;
      digits();
    }
    const size_t e = at_;
    if (at_ < s_.size() && (s_[at_] == 'e' || s_[at_] == 'E')) {
      ++at_;
      if (at_ < s_.size() && (s_[at_] == '+' || s_[at_] == '-')) ++at_;
      if (at_ < s_.size() && is_digit(s_[at_])) {
        digits();
      } else {
        at_ = e;
      }
    }
    const std::string value(s_.substr(begin, at_ - begin));
    if (at_ < s_.size() && s_[at_] == '%') {
      ++at_;
      push(Kind::percent, begin, value);
      return;
    }
    const size_t unit = at_;
    while (at_ < s_.size() && is_name_part(s_[at_])) ++at_;
    if (unit == at_) {
      push(Kind::number, begin, value);
    } else {
      duration(begin, whole_end, std::string(s_.substr(begin, at_ - begin)));
    }
  }

  void duration(size_t begin, size_t whole_end, const std::string& written) {
    const std::string_view unit = std::string_view(written).substr(whole_end - begin);
    if (unit == "d" || unit == "w") {
      if (const auto days = parse_days(written)) {
        push(Kind::duration, begin, written).days = *days;
      } else {
        fault(begin, "out-of-range", fmt::format("`{}` is longer than {} days", written, kMaxDays), "");
        push(Kind::duration, begin, written).days = kMaxDays;
      }
      return;
    }
    std::string hint = "durations are whole days or weeks: 28d, 4w";
    if (unit == "m") hint = "months have no fixed length: write 28d, 4w or 91d";
    if (unit == "y") hint = "write 364d or 365d";
    if (unit == "h") hint = "the shortest span is a day: 1d";
    if (unit.starts_with('_')) hint = "write the digits of a number without a separator: 1000";
    fault(begin, "bad-expression", fmt::format("`{}` is neither a number nor a duration", written), std::move(hint));
    push(Kind::duration, begin, written).days = 1;
  }

  void name() {
    const size_t begin = at_;
    for (;;) {
      while (at_ < s_.size() && is_name_part(s_[at_])) ++at_;
      if (at_ + 1 >= s_.size() || s_[at_] != '.' || !is_name_part(s_[at_ + 1])) break;
      ++at_;
    }
    const std::string word(s_.substr(begin, at_ - begin));
    const std::string low = text::lower(word);
    for (const Word& w : kWords) {
      if (low != w.written) continue;
      if (word != w.written) {
        fault(begin, "bad-expression", fmt::format("`{}` is written in small letters here", word),
              fmt::format("`{}`", w.written));
      }
      push(w.kind, begin, word);
      return;
    }
    push(Kind::name, begin, word);
  }

  void text() {
    const size_t begin = at_++;
    std::string content;
    while (at_ < s_.size() && s_[at_] != '"') {
      if (s_[at_] == '\\') {
        if (at_ + 1 < s_.size() && (s_[at_ + 1] == '"' || s_[at_ + 1] == '\\')) {
          ++at_;
        } else {
          fault(at_, "bad-expression", "a backslash in a text must stand before `\"` or another backslash",
                "write it twice");
        }
      }
      content += s_[at_++];
    }
    close(begin, '"', "this text is never closed");
    push(Kind::text, begin, std::move(content));
  }

  void backticked() {
    const size_t begin = at_++;
    const size_t end = std::min(s_.find('`', at_), s_.size());
    const std::string content(s_.substr(at_, end - at_));
    at_ = end;
    const bool closed = close(begin, '`', "this name is never closed");
    if (closed && text::trim(content).empty()) fault(begin, "bad-expression", "an empty name stands here", "");
    push(Kind::backticked, begin, content);
  }

  bool close(size_t begin, char sign, std::string message) {
    if (at_ < s_.size()) {
      ++at_;
      return true;
    }
    fault(begin, "never-closed", std::move(message), fmt::format("close it with {}", sign));
    return false;
  }

  bool symbol() {
    for (const Symbol& symbol : kSymbols) {
      if (!s_.substr(at_).starts_with(symbol.written)) continue;
      const size_t begin = at_;
      at_ += symbol.written.size();
      if (!symbol.right.empty()) {
        fault(begin, "bad-expression", fmt::format("`{}` is not an operator here", symbol.written),
              fmt::format("write `{}`", symbol.right));
      }
      push(symbol.kind, begin, std::string(symbol.written));
      return true;
    }
    return false;
  }

  // A sign that means nothing: reported once for a run of them.
  void strange() {
    const size_t begin = at_;
    if (s_[at_] == '\'') {
      const size_t end = s_.find('\'', at_ + 1);
      at_ = std::min(end, s_.size() - 1) + 1;
      fault(begin, "bad-expression", "texts stand in double quotes",
            fmt::format("write \"{}\"", std::string(s_.substr(begin + 1, at_ - begin - 2))));
      push(Kind::text, begin, std::string(s_.substr(begin + 1, at_ - begin - 2)));
      return;
    }
    const std::string sign = text::code_points(s_.substr(at_, 4), 0, 1);
    at_ += sign.size();
    if (static_cast<uint8_t>(sign[0]) >= 0x80 && sign != "\xE2\x80\x9C" && sign != "\xE2\x80\x9D") {
      while (at_ < s_.size() && (static_cast<uint8_t>(s_[at_]) >= 0x80 || is_name_part(s_[at_]))) ++at_;
      const std::string word(s_.substr(begin, at_ - begin));
      fault(begin, "bad-expression", fmt::format("`{}` cannot stand here as it is", word),
            "a name with other letters than a to z stands in backticks, a text in double quotes");
      push(Kind::backticked, begin, word);
      return;
    }
    std::string hint;
    if (sign == "%") hint = "the per cent sign stands right behind its number: 40%";
    if (sign == ".") hint = "write 0.5, not .5; a dot joins the parts of a name: ticket.opened";
    if (sign == "\xE2\x80\x9C" || sign == "\xE2\x80\x9D") hint = "write the straight quote \"";
    fault(begin, "bad-expression",
          fmt::format("the sign {} means nothing here", sign == "`" ? "`` ` ``" : "`" + sign + "`"), std::move(hint));
  }

  std::string_view s_;
  std::vector<Fault>* faults_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

std::vector<Token> tokenize(std::string_view text, std::vector<Fault>& faults) { return Lexer(text, faults).run(); }

}  // namespace kenko::language
