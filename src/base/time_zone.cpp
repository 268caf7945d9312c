#include "base/time_zone.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>
#include <cctz/zone_info_source.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>

#include "base/check.h"
#include "base/text.h"
#include "base/time_zone_data.h"

namespace kenko {
namespace {

using Micros = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

struct Pack {
  std::string version;
  std::map<std::string, std::string_view, std::less<>> zones;
};

// The packed zone files (third_party/tzdata/README.md).
const Pack& pack() {
  static const Pack* instance = [] {
    auto* p = new Pack;
    const std::string_view all = time_zone_data();
    const size_t head_end = all.find("\n\n");
    KENKO_CHECK(head_end != std::string_view::npos, "bad zone data of {} bytes", all.size());
    const std::string_view blob = all.substr(head_end + 2);
    for (std::string_view line : text::split(all.substr(0, head_end), '\n')) {
      const auto words = text::split(line, ' ');
      if (words[0] == "version") p->version = words[1];
      if (words.size() == 3) {
        p->zones.emplace(words[0], blob.substr(static_cast<size_t>(*text::parse_int(words[1])),
                                               static_cast<size_t>(*text::parse_int(words[2]))));
      }
    }
    return p;
  }();
  return *instance;
}

class PackedSource : public cctz::ZoneInfoSource {
 public:
  explicit PackedSource(std::string_view data) : rest_(data) {}
  std::size_t Read(void* out, std::size_t size) override {
    const size_t n = std::min(size, rest_.size());
    std::memcpy(out, rest_.data(), n);
    rest_.remove_prefix(n);
    return n;
  }
  int Skip(std::size_t offset) override {
    rest_.remove_prefix(std::min(offset, rest_.size()));
    return 0;
  }
  std::string Version() const override { return pack().version; }

 private:
  std::string_view rest_;
};

std::unique_ptr<cctz::ZoneInfoSource> find_packed(
    const std::string& name, const std::function<std::unique_ptr<cctz::ZoneInfoSource>(const std::string&)>&) {
  const auto it = pack().zones.find(name);
  return it == pack().zones.end() ? nullptr : std::make_unique<PackedSource>(it->second);
}

}  // namespace
}  // namespace kenko

namespace cctz_extension {
ZoneInfoSourceFactory zone_info_source_factory = kenko::find_packed;
}  // namespace cctz_extension

namespace kenko {

struct TimeZone::Data {
  std::string name;
  cctz::time_zone zone;
  bool utc = false;
};

TimeZone::TimeZone(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

TimeZone::TimeZone() : data_(std::make_shared<Data>(Data{"UTC", cctz::utc_time_zone(), true})) {}

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  if (name == "UTC") return TimeZone();
  if (!pack().zones.contains(name)) return std::nullopt;
  static std::mutex loading;  // cctz wants zones to be loaded one at a time
  const std::lock_guard lock(loading);
  auto data = std::make_shared<Data>();
  data->name = std::string(name);
  if (!cctz::load_time_zone(data->name, &data->zone)) return std::nullopt;
  return TimeZone(std::move(data));
}

std::vector<std::string> TimeZone::names() {
  std::vector<std::string> out;
  for (const auto& [name, _] : pack().zones) out.push_back(name);
  return out;
}

std::string TimeZone::data_version() { return pack().version; }

const std::string& TimeZone::name() const { return data_->name; }

Day TimeZone::day_of(Instant t) const {
  int64_t micros = t.micros;
  if (!data_->utc) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(Micros(std::chrono::microseconds(micros)));
    micros += data_->zone.lookup(seconds).offset * 1'000'000LL;
  }
  int64_t day = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --day;
  return Day{static_cast<int32_t>(day)};
}

Instant TimeZone::start_of(Day d) const { return instant_of(LocalTime{d, 0, 0, false}); }

Instant TimeZone::instant_of(const LocalTime& local) const {
  const int64_t wall = local.day.number * kMicrosPerDay + local.micros_of_day;
  if (local.has_offset) return {wall - local.offset_seconds * 1'000'000LL};
  if (data_->utc) return {wall};
  const int64_t seconds = local.micros_of_day / 1'000'000;
  const cctz::civil_second civil = cctz::civil_second(1970, 1, 1) + (local.day.number * 86'400LL + seconds);
  const auto found = data_->zone.lookup(civil);
  // In a gap `trans` is the first instant after it; for a repeated time `pre` is the first of the two.
  const auto t = found.kind == cctz::time_zone::civil_lookup::SKIPPED ? found.trans : found.pre;
  return {std::chrono::duration_cast<std::chrono::microseconds>(t.time_since_epoch()).count() +
          local.micros_of_day % 1'000'000};
}

}  // namespace kenko
