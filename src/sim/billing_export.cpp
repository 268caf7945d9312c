// Billing, as a European finance program exports it: semicolons, decimal commas, local dates, CRLF, a byte order mark.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/exports.h"

namespace kenko::sim {
namespace {

constexpr std::array<std::string_view, 3> kFailures = {"card_expired", "insufficient_funds", "rejected"};

FileShape billing_shape(std::string file, std::vector<std::string_view> columns) {
  FileShape shape;
  shape.file = std::move(file);
  shape.columns = std::move(columns);
  shape.separator = ';';
  shape.windows = true;
  shape.id = 0;
  shape.account = 1;
  shape.impossible_date = "31.02.2026";
  shape.stranger = "0099999";
  shape.dirt = {Dirt::empty_account, Dirt::impossible_date, Dirt::garbled_number, Dirt::ragged_row,
                Dirt::duplicate_row, Dirt::unknown_account, Dirt::trailing_blanks};
  return shape;
}

struct Invoice {
  const Account* account = nullptr;
  Day issued;
  Day due;
  std::optional<Day> paid;
  int64_t amount_cents = 0;
  bool failed = false;
  size_t failure = 0;
};

/// What an account pays a year on a day, all products.  Units: cents of its currency.
int64_t arr_on(const Account& a, Day d) {
  int64_t sum = 0;
  for (size_t i = 0; i < a.contracts.size(); ++i) {
    const ContractVersion& c = a.contracts[i];
    const bool goes_on = c.term_months == 1 && !c.notice && !c.ended;
    if (d < c.valid_from.value_or(c.start) || d < c.start || (d > c.end && !goes_on) || c.ended) continue;
    bool newer = false;
    for (size_t k = i + 1; k < a.contracts.size() && !newer; ++k) {
      const ContractVersion& other = a.contracts[k];
      newer = (other.id == c.id || other.replaces == c.id) && other.valid_from.value_or(other.start) <= d;
    }
    if (!newer) sum += c.arr_cents;
  }
  return sum;
}

void invoice_account(const Account& a, const World& world, Random random, std::vector<Invoice>& invoices) {
  if (a.contracts.empty()) return;
  for (int k = 0;; ++k) {
    const Day issued = add_months(a.contract_start, k * a.billing_months);
    if (issued > world.last_day()) break;
    const Week* week = issued < world.options.first_day ? nullptr : a.week_of(issued);
    if (week == nullptr || a.paused(issued)) continue;
    const int64_t arr = arr_on(a, issued);
    if (arr == 0) continue;
    Invoice in;
    in.account = &a;
    in.issued = issued;
    in.due = issued + 30;
    in.amount_cents = arr * a.billing_months / 12;
    const double vigour = week->state.vigour;
    double late =
        a.punctuality + 3 * random.normal() + 9 * std::max(0.0, 0.6 - share(vigour)) * random.exponential(3.0);
    in.failed = a.term_months == 1 && random.chance(0.02 + 0.06 * share(-1.3 * vigour));
    in.failure = static_cast<size_t>(random.between(0, 2));
    if (in.failed) late += static_cast<double>(random.between(2, 15));
    if (a.leaving_from && *a.leaving_from <= issued) late += random.exponential(15.0);
    const bool never = a.reason == "insolvency" && a.leaving_from && *a.leaving_from - 40 <= issued;
    const Day paid = in.due + static_cast<int32_t>(std::clamp(std::lround(late), -28L, 120L));
    if (!never && paid <= world.last_day()) in.paid = paid;
    invoices.push_back(in);
  }
}

void add_payment_events(const Invoice& in, const std::string& number, const World& world, Random& random,
                        TimedRows& rows) {
  const auto add = [&](Day d, std::string_view type, std::string_view reason) {
    if (d > world.last_day()) return;
    const int64_t at = (6 * 60 + random.between(0, 30)) * 60;
    rows.add(
        d, at,
        {"", in.account->customer_no, std::string(type), fmt::format("{} {}", german_date(d), clock(at).substr(0, 5)),
         number, money(in.amount_cents, ','), std::string(currency_of(in.account->region)), std::string(reason)});
  };
  if (in.failed) add(in.due - 1, "payment.failed", kFailures[in.failure]);
  for (int n = 1; n <= 4; ++n) {
    const Day d = in.due + 14 * n;
    if (in.paid && *in.paid <= d) break;
    add(d, "reminder.sent", "");
  }
}

void export_subscriptions(const World& world, Folder& folder) {
  TimedRows rows;
  for (const Account& a : world.accounts) {
    for (const SubscriptionChange& c : a.subscriptions) {
      rows.add(c.on, 0,
               {"", a.customer_no, std::string(c.type), german_date(c.on), c.product, money(c.mrr_cents, ','),
                std::string(currency_of(a.region)), c.seats > 0 ? std::to_string(c.seats) : ""});
    }
  }
  FileShape shape = billing_shape("billing/subscription_changes.csv",
                                  {"change_no", "customer_no", "type", "on", "product", "mrr", "currency", "seats"});
  shape.date = 3;
  shape.number = 5;
  ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 43));
  rows.write(file, "S-", 6);
}

}  // namespace

void export_billing(const World& world, Folder& folder) {
  std::vector<Invoice> invoices;
  for (size_t i = 0; i < world.accounts.size(); ++i)
    invoice_account(world.accounts[i], world, random_for(world, 40, i), invoices);
  std::stable_sort(invoices.begin(), invoices.end(),
                   [](const Invoice& x, const Invoice& y) { return x.issued < y.issued; });

  FileShape shape = billing_shape("billing/invoices.csv", {"invoice_no", "customer_no", "customer_name", "issued",
                                                           "due", "paid", "amount", "currency", "days_late"});
  shape.text = 2;
  shape.date = 3;
  shape.number = 6;
  shape.dirt.push_back(Dirt::wrong_encoding);
  Random random = random_for(world, 41);
  TimedRows payment_events;
  {
    ExportFile file(folder, shape, world.options.dirty_ratio, random_for(world, 42));
    int64_t number = 0;
    for (const Invoice& in : invoices) {
      const std::string no = fmt::format("R{}-{:06}", in.issued.iso().substr(0, 4), ++number);
      file.row({no, in.account->customer_no, in.account->name, german_date(in.issued), german_date(in.due),
                in.paid ? german_date(*in.paid) : "", money(in.amount_cents, ','),
                std::string(currency_of(in.account->region)), in.paid ? std::to_string(*in.paid - in.due) : ""});
      add_payment_events(in, no, world, random, payment_events);
    }
  }
  FileShape events = billing_shape("billing/payment_events.csv", {"event_no", "customer_no", "type", "at", "invoice_no",
                                                                  "amount", "currency", "reason"});
  events.date = 3;
  events.number = 5;
  events.impossible_date = "31.02.2026 06:10";
  {
    ExportFile file(folder, events, world.options.dirty_ratio, random_for(world, 44));
    payment_events.write(file, "Z-", 6);
  }
  export_subscriptions(world, folder);
}

}  // namespace kenko::sim
