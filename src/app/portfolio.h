// app/portfolio.h
//
// The portfolio of a workspace, with the sentiment and topics of its texts.
#pragma once

#include <string>

#include "base/result.h"
#include "facts/portfolio.h"
#include "facts/settings.h"
#include "ports/fact_store.h"
#include "segments/open_portfolio.h"
#include "text/rules.h"

namespace kenko::app {

/// The shipped lexicons and topics, each replaced by the file of the same name in the workspace where there is one:
/// DIR/lexicons/LANGUAGE.txt (also of further languages) and DIR/topics.yaml.  Read, not checked: that is only done
/// where there is a new text.  Problems: those of reading a file.
[[nodiscard]] Result<text::RuleFiles> read_text_rules(const std::string& dir);

/// segments::load_portfolio with the workspace's lexicons and topics.
[[nodiscard]] Result<facts::Portfolio> load_portfolio(const std::string& dir, ports::FactStore& store,
                                                      const facts::Settings& settings, const facts::Cut& cut = {});

/// segments::OpenPortfolio with the workspace's lexicons and topics, as they are now.
[[nodiscard]] Result<segments::OpenPortfolio> open_portfolio(const std::string& dir, ports::FactStore& store,
                                                             const facts::Settings& settings);

}  // namespace kenko::app
