#include "customers.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace kenko::bench {
namespace {

constexpr int64_t kMicrosPerDay = 86'400'000'000;
// Positions in event_names().
constexpr uint8_t kLogin = 0, kFeature = 1, kStarted = 2, kTicket = 6, kNps = 8, kInvoice = 9, kChurned = 12;

// One customer after the other in one slot.
class Slot {
 public:
  Slot(const Customers& customers, int32_t slot, std::vector<Row>& out)
      : customers_(customers),
        random_(Random(customers.seed).fork(static_cast<uint64_t>(slot))),
        slot_(slot),
        out_(out) {
    begin();
  }

  void live() {
    for (int32_t d = 0; d < customers_.days; ++d) {
      mood_ = 0.99 * mood_ + 0.12 * random_.normal();
      work(d);
      const double yearly = 0.08 * std::exp(-1.6 * mood_);
      if (d > 30 && random_.chance(std::min(0.2, yearly / 365))) {
        add(d, kChurned, Row::kNone, Row::kNone, -1);
        ++customer_;
        begin();
      }
    }
  }

 private:
  void begin() {
    mood_ = 0.8 * random_.normal();
    size_ = std::exp(0.7 * random_.normal());
    users_ = static_cast<int32_t>(std::clamp(4 * size_, 1.0, 60.0));
  }

  void work(int32_t d) {
    const double zeal = size_ * std::exp(0.5 * mood_);
    for (int64_t n = random_.poisson(0.25 * zeal); n > 0; --n) add(d, kLogin, user(), Row::kNone, -1);
    for (int64_t n = random_.poisson(0.2 * zeal); n > 0; --n) add(d, kFeature, user(), feature(), -1);
    for (int64_t n = random_.poisson(0.04 * zeal); n > 0; --n) add(d, kStarted, user(), Row::kNone, -1);
    if (random_.chance(0.01 * std::exp(-0.5 * mood_))) add(d, kTicket, user(), Row::kNone, -1);
    if (random_.chance(0.006)) {
      const auto answer = static_cast<int64_t>(std::clamp(7 + 2 * mood_ + random_.normal(), 0.0, 10.0));
      add(d, kNps, user(), Row::kNone, answer * 1'000'000);
    }
    if ((d + slot_) % 30 == 0) add(d, kInvoice, Row::kNone, Row::kNone, static_cast<int64_t>(500 * size_) * 1'000'000);
  }

  int32_t user() { return static_cast<int32_t>(random_.between(0, users_ - 1)); }
  int32_t feature() {
    return static_cast<int32_t>(random_.between(0, static_cast<int64_t>(std::clamp(12 + 8 * mood_, 2.0, 39.0))));
  }

  void add(int32_t d, uint8_t name, int32_t user, int32_t feature, int64_t micros) {
    Row row;
    row.account = static_cast<uint32_t>(slot_ * 1'000 + customer_);
    row.user = user;
    row.feature = feature;
    row.name = name;
    row.has_value = micros >= 0;
    row.micros = std::max<int64_t>(0, micros);
    row.occurred = (customers_.first_day().number + d) * kMicrosPerDay + random_.between(0, 86'399'999) * 1'000;
    if (name == kTicket) row.severity = static_cast<int32_t>(random_.between(0, 2));
    out_.push_back(row);
  }

  const Customers& customers_;
  Random random_;
  int32_t slot_, customer_ = 0, users_ = 1;
  double mood_ = 0, size_ = 1;
  std::vector<Row>& out_;
};

}  // namespace

std::vector<Row> rows_of(const Customers& customers) {
  std::vector<Row> out;
  for (int32_t slot = 0; slot < customers.at_a_time; ++slot) Slot(customers, slot, out).live();
  std::stable_sort(out.begin(), out.end(), [](const Row& a, const Row& b) { return a.occurred < b.occurred; });
  for (size_t i = 0; i < out.size(); ++i) out[i].id = i;
  return out;
}

}  // namespace kenko::bench
