#include "app/account_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "explain/evidence.h"

namespace kenko::app {
namespace {

// Ids and names, for the hint of a mistyped one.
std::vector<std::string> known_accounts(const facts::Portfolio& portfolio) {
  std::vector<std::string> out = portfolio.accounts;
  const uint32_t key = portfolio.texts.find("name");
  for (const facts::AttributeRow& row : portfolio.attributes) {
    if (key != 0 && row.key == key && !row.null) out.push_back(row.value.text);
  }
  std::sort(out.begin(), out.end());  // a name may have several rows, and be the id as well
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<uint32_t> accounts_named(const facts::Portfolio& portfolio, const std::string& name) {
  std::vector<uint32_t> out;
  const uint32_t key = portfolio.texts.find("name");
  for (size_t i = 0; key != 0 && i < portfolio.attributes.size(); ++i) {
    const facts::AttributeRow& row = portfolio.attributes[i];
    if (row.key != key || row.null || text::lower(row.value.text) != text::lower(name)) continue;
    if (out.empty() || out.back() != row.account) out.push_back(row.account);
  }
  return out;
}

}  // namespace

Result<uint32_t> find_account(const facts::Portfolio& portfolio, const std::string& wanted) {
  if (const auto found = portfolio.find_account(wanted)) return *found;
  const std::vector<uint32_t> named = accounts_named(portfolio, wanted);
  if (named.size() == 1) return named.front();
  if (named.size() > 1) {
    std::vector<std::string> ids;
    for (const uint32_t a : named) ids.push_back(portfolio.accounts[a]);
    return Problem{"ambiguous-account",
                   {},
                   fmt::format("{} accounts are called `{}`", named.size(), wanted),
                   fmt::format("use one of the ids: {}", text::join(ids, ", ")),
                   "",
                   Severity::error};
  }
  return Problem{"unknown-account",
                 {},
                 fmt::format("there is no account `{}`", wanted),
                 text::did_you_mean(wanted, known_accounts(portfolio)),
                 "",
                 Severity::error};
}

std::string account_name(const facts::Portfolio& portfolio, uint32_t account) {
  return explain::attribute_on(portfolio, account, "name", Day::kMax).value;
}

}  // namespace kenko::app
