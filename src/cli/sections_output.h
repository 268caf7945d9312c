// cli/sections_output.h
//
// What commands that end in a report have in common: its sections as text, JSON or CSV, and options they share.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cli/output.h"
#include "report/section.h"

namespace kenko::cli {

/// "bad-option" with a message.
[[nodiscard]] Problem bad_option(std::string message, std::string hint = {});

/// A share as 10% or 0.1, above 0 and at most 1; "bad-option" names the option and what it is a share of.
[[nodiscard]] Result<double> share_option(const std::string& option, const std::string& text, const std::string& of);

/// A day option that may be left out.
[[nodiscard]] Status read_day(const std::string& option, const std::string& text, std::optional<Day>& to);

/// format_of, with html besides, which is json as far as rows are concerned: nothing is shortened.
[[nodiscard]] Result<report::Format> sections_format(const Common& common);

/// One sentence a line, broken where it is too long.
[[nodiscard]] std::string lines_of(const std::vector<Sentence>& sentences);

/// What a report is about, a sentence a line; the first is the title of a page.
struct Head {
  std::vector<Sentence> lines;
  Head(std::vector<Sentence> sentences) : lines(std::move(sentences)) {}  // NOLINT: sentences are a head
};

/// A report before it is written.
struct SectionsOutput {
  Head head;
  std::vector<report::Section> sections;
  std::vector<validate::Finding> findings;         ///< the last section of JSON; in words at the end of text
  std::string csv_table;                           ///< which section CSV writes where --table says nothing
  std::vector<report::Highlight> highlights = {};  ///< of the page alone
};

/// The report in the form of --format, which may be html here; with `table` that section alone.  Errors: "bad-option"
/// when there is no such section.
[[nodiscard]] Result<std::string> written(const Common& common, SectionsOutput output, const std::string& table);

}  // namespace kenko::cli
