#include "html/page.h"

#include <fmt/format.h>

#include <optional>

#include "base/day.h"
#include "base/text.h"
#include "html/bands.h"
#include "html/shipped.h"

namespace kenko::html {
namespace {

// A text as a string of a style sheet.
std::string style_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '<' || c == '&' || c == '\n') continue;
    out += c;
  }
  return out + "\"";
}

void add_head(Markup& out, const Frame& frame) {
  out.open("head").empty("meta", {{"charset", "utf-8"}});
  out.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  out.empty("meta", {{"http-equiv", "Content-Security-Policy"},
                     {"content", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"}});
  out.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  out.leaf("title", frame.title);
  out.open("style").program_text(shipped_style());
  if (!frame.style_texts.empty()) {
    std::string rule = ":root{";
    for (const auto& [name, text] : frame.style_texts) rule += fmt::format("--{}:{};", name, style_string(text));
    out.program_text(rule + "}");
  }
  out.close().close();
}

bool holds_sentences(const report::Column& column) { return column.max_width < 0; }

constexpr size_t kLongTable = 40;  // rows; of longer tables
constexpr size_t kFirstRows = 20;  // these stand there, the others open

const char* class_of_column(const report::Column& c) {
  return c.align == report::Align::right ? "n" : c.key.ends_with("_low") ? "w" : "";
}

// The columns of a table as they are shown: in their order, and the one whose sentences stand below the first.
struct ShownTable {
  std::vector<size_t> columns;
  std::optional<size_t> sentence;
};
ShownTable shown_columns(const report::Table& table) {
  ShownTable out;
  for (size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].text_hidden) continue;
    if (holds_sentences(table.columns[c])) {
      out.sentence = c;
    } else {
      out.columns.push_back(c);
    }
  }
  return out;
}

void add_row(Markup& out, const report::Table& table, const ShownTable& shown, const std::vector<report::Cell>& row,
             const Catalogue& texts) {
  out.open("tr");
  for (const size_t c : shown.columns) {
    const bool first = c == shown.columns.front();
    const report::Tone tone = row[c].tone;
    const char* move = tone == report::Tone::up ? " up" : tone == report::Tone::down ? " down" : "";
    const std::string words = cell_text(row[c], texts);
    std::string name = std::string(class_of_column(table.columns[c])) + move;
    if (name.empty() && Day::parse(words)) name = "w";  // a day stays on its line
    if (first) {
      out.open("th", {{"scope", "row"}, {"class", name}});
    } else {
      out.open("td", {{"class", name}});
    }
    if (class_of(tone).empty()) {
      out.text(words);
    } else {
      add_chip(out, chip_of(row[c]), texts);
    }
    const std::string below = first && shown.sentence ? cell_text(row[*shown.sentence], texts) : "";
    if (!below.empty() && below != "–") out.leaf("small", below);
    out.close();
  }
  out.close();
}

}  // namespace

std::string page(const Frame& frame, const Catalogue& texts, const std::string& body) {
  Markup out;
  out.open("html", {{"lang", texts.language()}});
  add_head(out, frame);
  out.open("body", {{"class", frame.wide ? "wide" : ""}})
      .leaf("a", {{"class", "skip"}, {"href", "#content"}}, texts.word("Skip to the content"));
  add_shapes(out, frame.ranks);
  out.open("header").leaf("h1", frame.title);
  for (const std::string& line : frame.lines) out.leaf("p", {{"class", "lead"}}, line);
  out.close();
  if (frame.parts.size() > 1) {
    out.open("nav", {{"aria-label", texts.word("Contents")}}).open("ul");
    for (const auto& [id, title] : frame.parts) out.open("li").leaf("a", {{"href", "#" + id}}, title).close();
    out.close().close();
  }
  out.open("main", {{"id", "content"}}).add(body).close();
  out.open("footer").leaf("p", {{"class", "small"}}, frame.foot).close();
  if (frame.script) out.open("script").program_text(shipped_script()).close();
  out.close().close();
  return "<!DOCTYPE html>\n" + std::move(out).finish() + "\n";
}

void open_part(Markup& out, const std::string& id, const std::string& title) {
  const std::string heading = "h-" + id;
  out.open("section", {{"id", id}, {"aria-labelledby", heading}}).leaf("h2", {{"id", heading}}, title);
}

std::string cell_text(const report::Cell& cell, const Catalogue& texts) {
  if (!cell.said.empty()) return texts.say(cell.said);
  if (!cell.text.empty()) return cell.text;
  struct Shown {
    const Catalogue& texts;
    std::string operator()(std::monostate) const { return "–"; }
    std::string operator()(const std::string& s) const { return s; }
    std::string operator()(int64_t n) const { return text::grouped(n); }
    std::string operator()(double v) const { return report::number_text(v); }
    std::string operator()(const report::Fixed& v) const { return report::to_text(v); }
    std::string operator()(bool b) const { return texts.word(b ? "yes" : "no"); }
  };
  return std::visit(Shown{texts}, cell.value);
}

void add_tile(Markup& out, const std::string& number, const std::string& meaning) {
  out.open("div", {{"class", "tile"}}).leaf("b", number).leaf("span", {{"class", "muted"}}, meaning).close();
}

void add_table(Markup& out, const report::Table& table, const std::string& caption, const Catalogue& texts,
               const std::string& id) {
  const ShownTable shown = shown_columns(table);
  const bool opens = !id.empty() && table.rows.size() > kLongTable;
  if (opens) {  // works without a script, by keyboard as well
    const std::string box = "all-" + id;
    const std::string words =
        texts.say(say("All {} rows; else the first {}", text::grouped(std::ssize(table.rows)), kFirstRows));
    out.empty("input", {{"type", "checkbox"}, {"class", "all"}, {"id", box}}).leaf("label", {{"for", box}}, words);
    out.leaf("p", {{"class", "print cut"}},
             texts.say(say("The first {} of {} rows.", kFirstRows, text::grouped(std::ssize(table.rows)))));
  }
  out.open("div", {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", caption}});
  out.open("table", {{"class", shown.sentence ? "data told" : "data"}}).open("thead").open("tr");
  for (const size_t c : shown.columns) {
    const report::Column& column = table.columns[c];
    out.leaf("th", {{"scope", "col"}, {"class", class_of_column(column)}}, texts.word(column.title));
  }
  out.close().close().open("tbody");
  for (size_t r = 0; r < table.rows.size(); ++r) {
    if (opens && r == kFirstRows) out.close().open("tbody", {{"class", "rest"}});
    add_row(out, table, shown, table.rows[r], texts);
  }
  out.close().close().close();
}

void add_text(Markup& out, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find('`', at);
    const size_t end = begin == std::string::npos ? begin : text.find('`', begin + 1);
    if (end == std::string::npos) {
      out.text(text.substr(at));
      return;
    }
    if (begin > at) out.text(text.substr(at, begin - at));
    out.leaf("code", text.substr(begin + 1, end - begin - 1));
    at = end + 1;
  }
}

void add_findings(Markup& out, const std::vector<validate::Finding>& findings, const Catalogue& texts) {
  out.open("ul", {{"class", "notes"}});
  for (const validate::Finding& f : findings) {
    out.open("li", {{"class", f.warning ? "warn" : ""}})
        .open("b")
        .text(texts.word(f.warning ? "Warning:" : "Note:"))
        .close();
    out.text(" ");
    add_text(out, texts.say(f.text));
    if (!f.hint.empty()) {
      out.open("div", {{"class", "muted"}});
      add_text(out, "→ " + texts.say(f.hint));
      out.close();
    }
    out.close();
  }
  out.close();
}

}  // namespace kenko::html
