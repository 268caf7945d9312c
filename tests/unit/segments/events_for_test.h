// tests/unit/segments/events_for_test.h
//
// A temporary workspace folder and small events.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "facts/fact.h"
#include "ports/fact_store.h"
#include "segments/writer.h"

namespace kenko::segments {

inline facts::EventFact event(const std::string& id, const std::string& account, int64_t seconds, int64_t seq) {
  facts::EventFact e;
  e.source = "app";
  e.event_id = id;
  e.account_ref = account;
  e.name = "login";
  e.occurred_at = {seconds * 1'000'000};
  e.recorded = {{seconds * 1'000'000}, seq, true};
  e.raw = {seq > 0 ? static_cast<uint64_t>(seq) : 0, 7};
  e.rule = "logins";
  e.mapping = 42;
  return e;
}

class WorkspaceTest : public testing::Test {
 protected:
  WorkspaceTest() {
    char name[] = "/tmp/kenko-segments-XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  ~WorkspaceTest() override { std::filesystem::remove_all(dir_); }

  /// Writes a segment and adds it to the catalog, as a commit does.
  WrittenSegment store(const std::vector<facts::EventFact>& events) {
    Writer writer = Writer::open(dir_, live_).value();
    WrittenSegment written = writer.write(events, Instant{99}).value();
    writer.prepare({&written, 1}).value().apply(live_, Instant{});
    ++live_.generation;
    writer.committed(live_);
    return written;
  }
  [[nodiscard]] const std::vector<ports::SegmentInfo>& catalog() const { return live_.segments; }
  std::string path(const std::string& name) const { return dir_ + "/" + name; }

  std::string dir_;
  ports::Snapshot live_;
};

}  // namespace kenko::segments
