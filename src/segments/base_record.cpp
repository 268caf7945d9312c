#include "segments/base_record.h"

#include "segments/byte_stream.h"

namespace kenko::segments {
namespace {

void put_recorded(ByteWriter& out, const facts::Recorded& r) {
  out.add(r.known_at.micros);
  out.add(r.seq);
  out.add(r.assumed);
}

void get_recorded(ByteReader& in, facts::Recorded& r) {
  in.get(r.known_at.micros);
  in.get(r.seq);
  in.get(r.assumed);
}

void put_tally(ByteWriter& out, const identity::EventTally& tally) {
  out.add(static_cast<uint64_t>(tally.days.size()));
  for (const auto& [source, counts] : tally.days) {
    out.add(source);
    uint64_t days = 0;
    counts.each([&days](Day, identity::DayCounts::Count) { ++days; });
    out.add(days);
    counts.each([&out](Day day, identity::DayCounts::Count count) {
      out.add(day.number);
      out.add(count.seen);
      out.add(count.placed);
    });
  }
  out.add(static_cast<uint64_t>(tally.unmatched.size()));
  for (const auto& [reference, count] : tally.unmatched) {
    out.add(reference.first);
    out.add(reference.second);
    out.add(count);
  }
  out.add(tally.no_rate);
}

void get_tally(ByteReader& in, identity::EventTally& tally) {
  const size_t sources = in.count();
  for (size_t i = 0; i < sources && !in.bad(); ++i) {
    std::string source;
    in.get(source);
    identity::DayCounts& counts = tally.days[source];
    const size_t days = in.count();
    for (size_t d = 0; d < days && !in.bad(); ++d) {
      Day day;
      identity::DayCounts::Count count;
      in.get(day.number);
      in.get(count.seen);
      in.get(count.placed);
      counts.add(day, count);
    }
  }
  const size_t references = in.count();
  for (size_t i = 0; i < references && !in.bad(); ++i) {
    std::string source, reference;
    int64_t count = 0;
    in.get(source);
    in.get(reference);
    in.get(count);
    tally.unmatched[{source, reference}] = count;
  }
  in.get(tally.no_rate);
}

}  // namespace

std::string record_to_bytes(const BaseRecord& record) {
  ByteWriter out;
  put_tally(out, record.tally);
  out.add(static_cast<uint64_t>(record.user_keys.size()));
  for (const std::string& key : record.user_keys) out.add(key);
  out.add(static_cast<uint64_t>(record.user_events.size()));
  for (const uint32_t count : record.user_events) out.add(count);
  out.add(static_cast<uint64_t>(record.identities.size()));
  for (const facts::IdentityFact& fact : record.identities) {
    out.add(static_cast<uint8_t>(fact.kind));
    out.add(fact.source);
    out.add(fact.external_id);
    out.add(fact.id);
    out.add(fact.valid_from);
    put_recorded(out, fact.recorded);
  }
  out.add(static_cast<uint64_t>(record.memberships.size()));
  for (const facts::MembershipFact& fact : record.memberships) {
    out.add(fact.contact);
    out.add(fact.account);
    out.add(fact.valid_from);
    put_recorded(out, fact.recorded);
  }
  return out.bytes();
}

bool record_from_bytes(std::string_view bytes, BaseRecord& record) {
  ByteReader in(bytes);
  get_tally(in, record.tally);
  record.user_keys.resize(in.count());
  for (std::string& key : record.user_keys) in.get(key);
  record.user_events.resize(in.count());
  for (uint32_t& count : record.user_events) in.get(count);
  record.identities.resize(in.count());
  for (facts::IdentityFact& fact : record.identities) {
    uint8_t kind = 0;
    in.get(kind);
    fact.kind = static_cast<facts::EntityKind>(kind);
    in.get(fact.source);
    in.get(fact.external_id);
    in.get(fact.id);
    in.get(fact.valid_from);
    get_recorded(in, fact.recorded);
  }
  record.memberships.resize(in.count());
  for (facts::MembershipFact& fact : record.memberships) {
    in.get(fact.contact);
    in.get(fact.account);
    in.get(fact.valid_from);
    get_recorded(in, fact.recorded);
  }
  return !in.bad() && in.at_end() && record.user_events.size() == record.user_keys.size();
}

}  // namespace kenko::segments
