// A mapping is refused with places, or it maps any record to facts or a reject.
#include <array>

#include "mapping/map_record.h"
#include "mapping/read_mapping.h"

namespace {

using namespace kenko;

// Takes what the mapping asks for from a few texts, so that its cells are filled with all kinds of things.
void map_some(const mapping::Mapping& mapping, uint64_t seed) {
  static constexpr std::array<std::string_view, 12> kTexts = {"2026-03-01",
                                                              "2026-03-01T10:20:30Z",
                                                              "12.5",
                                                              "-7",
                                                              "yes",
                                                              "",
                                                              "EUR",
                                                              "acme",
                                                              "1772323200",
                                                              "1,234.5",
                                                              "\xc3\xa9t\xc3\xa9",
                                                              "[{\"a\": 1}, {\"a\": \"b\"}]"};
  mapping::MapContext context;
  context.source = "s";
  context.now = {1772323200000000};
  context.as_of = Day::parse("2026-03-01");
  context.file_name = "data.csv";
  mapping::Mapper mapper(mapping, context);
  mapping::Mapped mapped;
  std::vector<std::string_view> names(mapping.columns.begin(), mapping.columns.end());
  std::erase_if(names, [](std::string_view n) { return n.empty(); });
  std::vector<std::string> ids;
  for (uint64_t round = 0; round < 4; ++round) {
    std::vector<std::string_view> values;
    for (size_t i = 0; i < names.size(); ++i) values.push_back(kTexts[(seed + round * 5 + i * 7) % kTexts.size()]);
    mapping::RawRecord record;
    record.line = 2;
    record.shape = 1;
    record.names = names;
    record.values = values;
    mapper.map_record(record, Hash128{seed, round}, 0, mapped);
    KENKO_CHECK(mapped.outcome != mapping::Outcome::rejected || !mapped.reject.code.empty(), "a reject without a code");
    mapper.candidate_ids(record, Hash128{seed, round}, 0, std::array<std::string, 1>{"rule"}, ids);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto mapping = mapping::read_mapping(text, "m.yaml");
  if (!mapping.ok()) {
    KENKO_CHECK(!mapping.problems().empty(), "refused without a reason");
    return 0;
  }
  map_some(*mapping, size);
  return 0;
}
