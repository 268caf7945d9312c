#include "sim/founding.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kenko::sim {
namespace {

int whole(double x) { return static_cast<int>(std::lround(x)); }

Day with_day_at_most_28(Day d) {
  int y = 0, m = 0, day = 0;
  d.civil(y, m, day);
  return Day::of(y, m, std::min(day, 28));
}

/// The kinds of all accounts, shuffled.
std::vector<Kind> kinds_of_accounts(int accounts, Random& random) {
  std::vector<Kind> kinds(static_cast<size_t>(accounts), Kind::customer);
  size_t at = 0;
  const auto put = [&](Kind kind, double ratio) {
    for (int i = 0; i < std::max(1, whole(accounts * ratio)); ++i) kinds[at++] = kind;
  };
  kinds[at++] = Kind::internal;
  put(Kind::trial_lost, 0.035);
  put(Kind::trial_converted, 0.06);
  put(Kind::paused, 0.02);
  for (size_t i = kinds.size() - 1; i > 0; --i)
    std::swap(kinds[i], kinds[static_cast<size_t>(random.between(0, static_cast<int64_t>(i)))]);
  return kinds;
}

void set_size(Account& a, Random& random) {
  const double u = random.uniform();
  a.segment = u < 0.52 ? Segment::smb : u < 0.86 ? Segment::mid : Segment::enterprise;
  switch (a.segment) {
    case Segment::smb:
      a.first_seats = static_cast<int>(random.between(4, 14));
      a.employees = static_cast<int>(random.between(8, 90));
      a.plan = random.chance(0.5) ? "starter" : "team";
      break;
    case Segment::mid:
      a.first_seats = static_cast<int>(random.between(12, 40));
      a.employees = static_cast<int>(random.between(100, 900));
      a.plan = random.chance(0.4) ? "team" : "business";
      break;
    case Segment::enterprise:
      a.first_seats = static_cast<int>(random.between(35, 110));
      a.employees = static_cast<int>(random.between(1000, 12000));
      a.plan = "enterprise";
      break;
  }
  a.seats = a.first_seats;
}

void set_terms(Account& a, Random& random) {
  const double u = random.uniform();
  const double monthly = a.segment == Segment::smb ? 0.46 : a.segment == Segment::mid ? 0.18 : 0.0;
  if (u < monthly) {
    a.term_months = 1;
  } else if (u < 0.88) {
    a.term_months = 12;
  } else {
    a.term_months = random.chance(0.7) ? 24 : 36;
  }
  a.auto_renew = a.term_months == 1 || random.chance(0.7);
  a.billing_months = a.term_months == 1 ? 1 : random.chance(0.5) ? 3 : 12;
  a.punctuality = random.normal() * 4 - 2;
}

void set_dates(Account& a, const CompanyOptions& options, Random& random) {
  const int days = options.days;
  switch (a.kind) {
    case Kind::customer:
      if (random.chance(0.17)) {
        a.started = options.first_day + static_cast<int32_t>(random.between(3, std::max(4, days - 60)));
      } else {
        a.started = options.first_day - static_cast<int32_t>(random.between(5, 1500));
      }
      break;
    case Kind::trial_converted:
    case Kind::trial_lost: {
      a.started = options.first_day + static_cast<int32_t>(random.between(3, std::max(4, days - 50)));
      a.trial_end = a.started + (random.chance(0.5) ? 13 : 29);
      break;
    }
    case Kind::paused: {
      a.started = options.first_day - static_cast<int32_t>(random.between(200, 900));
      a.paused_from = options.first_day + static_cast<int32_t>(random.between(days / 5, days / 2));
      a.paused_to = *a.paused_from + static_cast<int32_t>(random.between(35, std::max(36, std::min(90, days / 4))));
      break;
    }
    case Kind::internal:
      a.started = options.first_day - 700;
      break;
  }
  if (a.trial_end) {
    a.contract_start = *a.trial_end + 1;
    return;
  }
  a.started = with_day_at_most_28(a.started);
  a.contract_start = a.started;
  // The running term of a customer of before the first day.
  while (add_months(a.contract_start, a.term_months) <= options.first_day)
    a.contract_start = add_months(a.contract_start, a.term_months);
  if (a.term_months == 1) a.contract_start = a.started;
}

void set_nature(Account& a, Random& random) {
  a.base = random.normal() * 0.5;
  a.power_limit = static_cast<int>(random.between(0, std::min<int64_t>(6, 1 + a.first_seats / 4)));
  a.seat_share = random.normal() * 0.07;
  a.has_plan = a.segment != Segment::smb || random.chance(0.6);
  a.goal_offset = static_cast<int>(random.between(0, 25));
}

void set_owners(Account& a, const CompanyOptions& options, Random& random) {
  a.owners.emplace_back(std::min(a.started, options.first_day), static_cast<int>(random.between(0, kManagers - 1)));
  if (random.chance(0.25)) {
    const Day handed = std::max(a.started, options.first_day) + static_cast<int32_t>(random.between(30, options.days));
    a.owners.emplace_back(handed, static_cast<int>(random.between(0, kManagers - 1)));
  }
}

void set_internal(Account& a) {
  a.name = "Tallyworks test account";
  a.domain = "tallyworks-test.example";
  a.parent_id.clear();
  a.segment = Segment::smb;
  a.region = Region::us;
  a.plan = "enterprise";
}

/// Makes some smaller accounts children of enterprise ones.
void set_parents(std::vector<Account>& accounts, FreshNames& names) {
  std::vector<size_t> parents;
  for (size_t i = 0; i < accounts.size(); ++i) {
    if (accounts[i].segment == Segment::enterprise && accounts[i].kind == Kind::customer) parents.push_back(i);
  }
  if (parents.empty()) return;
  for (Account& a : accounts) {
    if (a.segment == Segment::enterprise || a.kind != Kind::customer || !names.random().chance(0.09)) continue;
    const Account& parent =
        accounts[parents[static_cast<size_t>(names.random().between(0, static_cast<int64_t>(parents.size()) - 1))]];
    a.parent_id = parent.id;
    a.name = names.child_company(parent.name);
    a.domain = names.domain(a.name);
    a.industry = parent.industry;
  }
}

}  // namespace

std::vector<Account> found_accounts(const CompanyOptions& options, FreshNames& names) {
  Random& random = names.random();
  std::vector<Account> accounts;
  for (const Kind kind : kinds_of_accounts(options.accounts, random)) {
    Account& a = accounts.emplace_back();
    a.kind = kind;
    a.id = names.id("001A0000", 7, kUpperAlphabet);
    a.account_key = names.id("ws_", 8, kLowerAlphabet);
    a.customer_no = names.id("00", 5, kDigits);
    a.org_id = names.id("48", 6, kDigits);
    const double u = random.uniform();
    a.region = u < 0.45 ? Region::us : u < 0.75 ? Region::eu : u < 0.9 ? Region::uk : Region::jp;
    a.name = names.company(a.region);
    a.domain = names.domain(a.name);
    a.industry = industry(static_cast<int>(random.between(0, kIndustries - 1)));
    set_size(a, random);
    set_terms(a, random);
    if (kind == Kind::paused && a.term_months == 1) a.term_months = 12;
    set_dates(a, options, random);
    set_nature(a, random);
    set_owners(a, options, random);
    if (kind == Kind::customer && random.chance(0.012)) {
      a.second_key = names.id("ws_", 8, kLowerAlphabet);
      a.second_key_from =
          options.first_day + static_cast<int32_t>(random.between(options.days / 4, options.days * 3 / 4));
      if (a.second_key_from <= a.started) a.second_key.clear();
    }
    a.removed_from_crm = random.chance(0.12);
    if (kind == Kind::internal) set_internal(a);
  }
  std::sort(accounts.begin(), accounts.end(), [](const Account& x, const Account& y) { return x.id < y.id; });
  set_parents(accounts, names);
  return accounts;
}

}  // namespace kenko::sim
