// The CRM's tables: accounts as weekly snapshots, contacts, contracts, outcomes, and who is who elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/exports.h"
#include "sim/names.h"

namespace kenko::sim {
namespace {

std::string status_on(const Account& a, Day d) {
  if (a.kind == Kind::internal) return "internal";
  if (a.effective_at && *a.effective_at < d) return "churned";
  if (a.trial_end && d <= *a.trial_end) return "trial";
  if (a.kind == Kind::trial_lost) return "trial";
  if (a.paused(d)) return "paused";
  if (a.notice_at && *a.notice_at <= d) return "notice";
  return d - a.contract_start < 60 && a.contract_start == (a.trial_end ? *a.trial_end + 1 : a.started) ? "onboarding"
                                                                                                       : "active";
}

bool in_crm(const Account& a, Day d) {
  if (d < a.started) return false;
  if (a.kind == Kind::trial_lost) return d <= *a.trial_end + 14;
  return !(a.removed_from_crm && a.effective_at && *a.effective_at + 120 < d);
}

std::string_view owner_on(const Account& a, Day d) {
  int owner = a.owners.front().second;
  for (const auto& [from, number] : a.owners) {
    if (from <= d) owner = number;
  }
  return manager(owner);
}

// What the customer has set aside a year for what we sell, as its manager heard it at the last round of budgets
// (January and July), in whole hundreds of its currency; "" = nobody asked.
std::string budget_on(const World& world, size_t account, Day d) {
  const Account& a = world.accounts[account];
  Random random = random_for(world, 25, account);
  const bool told = random.chance(a.segment == Segment::smb ? 0.45 : 0.8);
  const double room = 1.0 + 0.4 * random.uniform();
  if (!told || a.contracts.empty()) return "";
  int y = 0, m = 0, day = 0;
  d.civil(y, m, day);
  const Day round = std::max({Day::of(y, m < 7 ? 1 : 7, 1), a.started, world.options.first_day});
  const Week* week = a.week_of(round);
  if (week == nullptr || a.seats_on(round) <= 0) return "";
  const ContractVersion& first = a.contracts.front();
  const double price = static_cast<double>(first.arr_cents) / (100.0 * std::max(1, first.seats));
  const double mood =
      std::exp(0.22 * week->state.vigour + 0.07 * random.fork(static_cast<uint64_t>(y * 2 + m / 7)).normal());
  return std::to_string(100 * std::llround(price * a.seats_on(round) * room * mood / 100));
}

void export_snapshot(const World& world, Folder& folder, Day d) {
  FileShape shape;
  shape.file = fmt::format("crm/accounts-{}.csv", d.iso());
  shape.columns = {"snapshot_date", "account_id",        "name",   "plan",   "segment",
                   "owner",         "industry",          "region", "domain", "employees",
                   "started",       "parent_account_id", "status", "budget", "trial_ends"};
  shape.account = 1;
  shape.date = 10;
  shape.number = 9;
  shape.text = 2;
  shape.dirt = {Dirt::empty_account, Dirt::impossible_date, Dirt::garbled_number, Dirt::ragged_row,
                Dirt::wrong_encoding};
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 20, static_cast<size_t>(d.number)));
  for (size_t i = 0; i < world.accounts.size(); ++i) {
    const Account& a = world.accounts[i];
    if (!in_crm(a, d)) continue;
    file.row({d.iso(), a.id, a.name, a.plan, std::string(word(a.segment)), std::string(owner_on(a, d)), a.industry,
              std::string(word(a.region)), a.domain, std::to_string(a.employees), a.started.iso(), a.parent_id,
              status_on(a, d), budget_on(world, i, d), optional_date(a.trial_end)});
  }
}

void export_contacts(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "crm/contacts.csv";
  shape.columns = {"contact_id", "account_id", "name", "role", "email", "since", "left", "gone_since"};
  shape.id = 0;
  shape.account = 1;
  shape.date = 5;
  shape.text = 2;
  shape.dirt = {Dirt::empty_account, Dirt::impossible_date, Dirt::ragged_row, Dirt::wrong_encoding};
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 21));
  for (const Account& a : world.accounts) {
    for (const Contact& c : a.contacts) {
      const bool gone = c.left && *c.left < world.last_day();
      file.row({c.id, a.id, c.name, std::string(c.role), c.email, c.since.iso(), optional_date(c.left),
                gone ? (*c.left + 1).iso() : ""});
    }
  }
}

void export_contracts(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "crm/contracts.csv";
  shape.columns = {"contract_id", "account_id", "product", "start",  "end",      "auto_renew",  "term_months",
                   "arr",         "currency",   "seats",   "status", "replaces", "notice_date", "valid_from"};
  shape.id = 0;
  shape.account = 1;
  shape.date = 3;
  shape.number = 7;
  shape.dirt = {Dirt::empty_account, Dirt::impossible_date, Dirt::garbled_number, Dirt::ragged_row};
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 22));
  for (const Account& a : world.accounts) {
    for (const ContractVersion& c : a.contracts) {
      file.row({c.id, a.id, c.product, c.start.iso(), c.end.iso(), c.auto_renew ? "true" : "false",
                std::to_string(c.term_months), money(c.arr_cents), std::string(currency_of(a.region)),
                c.seats > 0 ? std::to_string(c.seats) : "", c.ended ? "ended" : "active", c.replaces,
                optional_date(c.notice), optional_date(c.valid_from)});
    }
  }
}

void export_outcomes(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "crm/outcomes.csv";
  shape.columns = {"outcome_id", "account_id", "type",      "at",     "notice_at",  "effective_at",
                   "amount",     "currency",   "voluntary", "reason", "contract_id"};
  shape.id = 0;
  shape.account = 1;
  shape.date = 3;
  shape.number = 6;
  shape.text = 9;
  shape.dirt = {Dirt::empty_account, Dirt::impossible_date, Dirt::garbled_number, Dirt::ragged_row,
                Dirt::duplicate_row};
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 23));
  TimedRows rows;
  for (const Account& a : world.accounts) {
    for (const Outcome& o : a.outcomes) {
      const bool leaves = o.type == "notice.given" || o.type == "account.churned";
      rows.add(o.at, 0,
               {"", a.id, o.type, o.at.iso(), optional_date(o.notice_at), optional_date(o.effective_at),
                o.amount_cents < 0 ? "" : money(o.amount_cents),
                o.amount_cents < 0 ? "" : std::string(currency_of(a.region)),
                leaves ? (o.voluntary ? "true" : "false") : "", o.reason, o.contract_id});
    }
  }
  rows.write(file, "O-", 6);
}

void export_identities(const World& world, Folder& folder) {
  FileShape shape;
  shape.file = "crm/identities.csv";
  shape.columns = {"kind", "id", "source", "external_id", "valid_from"};
  shape.account = 1;
  shape.date = 4;
  shape.dirt = {Dirt::empty_account, Dirt::impossible_date, Dirt::ragged_row};
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 24));
  const auto join = [&](const char* kind, const std::string& id, const char* source, const std::string& external,
                        Day from) { file.row({kind, id, source, external, from.iso()}); };
  for (const Account& a : world.accounts) {
    join("account", a.id, "product", a.account_key, a.started);
    if (!a.second_key.empty()) join("account", a.id, "product", a.second_key, a.second_key_from);
    if (!a.contracts.empty()) join("account", a.id, "billing", a.customer_no, a.contract_start);
    join("account", a.id, "help_desk", a.org_id, a.started);
    if (a.has_plan && a.kind != Kind::internal) join("account", a.id, "sheet", a.name, a.started);
    for (const Contact& c : a.contacts) {
      join("contact", c.id, "product", c.user_key, c.since);
      join("contact", c.id, "help_desk", c.email, c.since);
      join("contact", c.id, "surveys", c.email, c.since);
    }
  }
}

}  // namespace

void export_crm_accounts(const World& world, Folder& folder) {
  export_snapshot(world, folder, world.options.first_day);
  for (Day d = world.options.first_day + 1; d <= world.last_day(); ++d) {
    if (d.weekday() == 0) export_snapshot(world, folder, d);
  }
}

void export_crm_tables(const World& world, Folder& folder) {
  export_contacts(world, folder);
  export_contracts(world, folder);
  export_outcomes(world, folder);
  export_identities(world, folder);
}

}  // namespace kenko::sim
