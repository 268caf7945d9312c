#include "html/page.h"

#include <fmt/format.h>

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

}  // namespace

std::string page(const Frame& frame, const Catalogue& texts, const std::string& body) {
  Markup out;
  out.open("html", {{"lang", texts.language()}});
  add_head(out, frame);
  out.open("body").leaf("a", {{"class", "skip"}, {"href", "#content"}}, texts.word("Skip to the content"));
  add_shapes(out, frame.ranks);
  out.open("header").leaf("h1", frame.title);
  for (const std::string& line : frame.lines) out.leaf("p", line);
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
    std::string operator()(int64_t n) const { return fmt::format("{}", n); }
    std::string operator()(double v) const { return report::number_text(v); }
    std::string operator()(const report::Fixed& v) const { return report::to_text(v); }
    std::string operator()(bool b) const { return texts.word(b ? "yes" : "no"); }
  };
  return std::visit(Shown{texts}, cell.value);
}

void add_table(Markup& out, const report::Table& table, const std::string& caption, const Catalogue& texts) {
  out.open("div", {{"class", "scroll"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", caption}});
  out.open("table").open("thead").open("tr");
  const auto class_of_column = [](const report::Column& c) {
    return c.align == report::Align::right ? "n" : holds_sentences(c) ? "s" : "";
  };
  for (const report::Column& c : table.columns) {
    if (!c.text_hidden) out.leaf("th", {{"scope", "col"}, {"class", class_of_column(c)}}, texts.word(c.title));
  }
  out.close().close().open("tbody");
  for (const auto& row : table.rows) {
    out.open("tr");
    for (size_t c = 0; c < row.size(); ++c) {
      if (table.columns[c].text_hidden) continue;
      const bool chip = !class_of(row[c].tone).empty();
      const char* name = class_of_column(table.columns[c]);
      if (c == 0) {
        out.open("th", {{"scope", "row"}, {"class", name}});
      } else {
        const bool moved = row[c].tone == report::Tone::up || row[c].tone == report::Tone::down;
        const char* move = row[c].tone == report::Tone::up ? " up" : " down";
        out.open("td", {{"class", moved ? std::string(name) + move : std::string(name)}});
      }
      if (chip) {
        add_chip(out, chip_of(row[c]), texts);
      } else {
        out.text(cell_text(row[c], texts));
      }
      out.close();
    }
    out.close();
  }
  out.close().close().close();
}

void add_findings(Markup& out, const std::vector<validate::Finding>& findings, const Catalogue& texts) {
  out.open("ul", {{"class", "notes"}});
  for (const validate::Finding& f : findings) {
    out.open("li", {{"class", f.warning ? "warn" : ""}})
        .open("b")
        .text(texts.word(f.warning ? "Warning:" : "Note:"))
        .close();
    out.text(" " + texts.say(f.text));
    if (!f.hint.empty()) out.open("div", {{"class", "muted"}}).text(texts.say(f.hint)).close();
    out.close();
  }
  out.close();
}

}  // namespace kenko::html
