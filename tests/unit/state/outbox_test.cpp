// The outbox: messages are added once, tried when they are due, and no fault at any write loses or doubles one.
#include "state/outbox.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/hash.h"
#include "state/database.h"
#include "state/write_lock.h"

namespace kenko::state {
namespace {

ports::Message message(int number, const std::string& channel = "crm") {
  ports::Message out;
  out.id = hash128(fmt::format("message {}", number)).hex();
  out.kind = "test";
  out.channel = channel;
  out.subject = fmt::format("number {}", number);
  out.text = "text\n";
  out.html = "<p>text</p>";
  out.json = "{}";
  out.created = {number};
  return out;
}

class OutboxTest : public testing::Test {
 protected:
  OutboxTest() {
    std::string name = (std::filesystem::temp_directory_path() / "kenko-outbox-XXXXXX").string();
    dir_ = mkdtemp(name.data());
    const auto made = Database::open_for_writing(dir_);
    EXPECT_TRUE(made.ok());
  }
  ~OutboxTest() override { std::filesystem::remove_all(dir_); }

  Outbox open() {
    auto outbox = Outbox::open_for_writing(dir_);
    EXPECT_TRUE(outbox.ok()) << to_text(outbox.problems());
    return std::move(*outbox);
  }
  static std::vector<std::string> due(Outbox& outbox, int64_t now) {
    std::vector<std::string> out;
    const auto found = outbox.due({now});
    for (const OutboxMessage& m : *found) out.push_back(m.message.subject);
    return out;
  }
  static void attempt(Outbox& outbox, const ports::Message& m, int64_t now, AttemptEnd end) {
    ASSERT_TRUE(outbox.begin_attempt(m.id, {now}).ok());
    end.at = {now};
    ASSERT_TRUE(outbox.end_attempt(m.id, end).ok());
  }
  static AttemptEnd failed(int64_t due) { return {{}, MessageState::waiting, {due}, 500, "HTTP 500", false}; }
  static AttemptEnd ended(MessageState state) { return {{}, state, {}, 200, "", false}; }

  std::string dir_;
};

using Names = std::vector<std::string>;

TEST_F(OutboxTest, AddedOnce) {
  Outbox outbox = open();
  EXPECT_EQ(*outbox.add({message(1), message(2)}), 2);
  ports::Message changed = message(2);
  changed.subject = "something else";
  EXPECT_EQ(*outbox.add({changed, message(3), message(3)}), 1);
  EXPECT_EQ(due(outbox, 10), (Names{"number 1", "number 2", "number 3"}));
  EXPECT_EQ(outbox.find(message(2).id)->message, message(2)) << "what was said first counts";
  attempt(outbox, message(1), 10, ended(MessageState::sent));
  EXPECT_EQ(*outbox.add({message(1)}), 0);
  EXPECT_EQ(due(outbox, 10), (Names{"number 2", "number 3"})) << "what was sent is not sent again";
}

TEST_F(OutboxTest, TriedWhenItIsDue) {
  Outbox outbox = open();
  ASSERT_TRUE(outbox.add({message(1), message(2)}).ok());
  EXPECT_EQ(due(outbox, 0), Names{}) << "not before what it tells";
  EXPECT_EQ(due(outbox, 1), Names{"number 1"});
  attempt(outbox, message(1), 5, failed(100));
  EXPECT_EQ(due(outbox, 99), Names{"number 2"});
  EXPECT_EQ(due(outbox, 100), (Names{"number 1", "number 2"}));
  EXPECT_EQ(*outbox.next_due(), Instant{2});
  const OutboxMessage m = *outbox.find(message(1).id.substr(0, 6));
  EXPECT_EQ(m.state, MessageState::waiting);
  EXPECT_EQ(m.tries, 1);
  EXPECT_EQ(m.said, "HTTP 500");
  EXPECT_EQ(m.tried, Instant{5});
  EXPECT_FALSE(m.ended);
}

TEST_F(OutboxTest, ASenderThatWasKilled) {
  {
    Outbox outbox = open();
    ASSERT_TRUE(outbox.add({message(1)}).ok());
    ASSERT_TRUE(outbox.begin_attempt(message(1).id, {5}).ok());
  }
  Outbox outbox = open();
  EXPECT_EQ(due(outbox, 0), Names{"number 1"}) << "at once, whenever it was due";
  attempt(outbox, message(1), 7, ended(MessageState::sent));
  const auto attempts = *outbox.attempts(message(1).id);
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_FALSE(attempts[0].ended);
  EXPECT_EQ(attempts[1].ended, Instant{7});
  EXPECT_EQ(attempts[1].status, 200);
  EXPECT_EQ(due(outbox, 1000), Names{});
  EXPECT_FALSE(*outbox.next_due());
}

TEST_F(OutboxTest, AnEndpointThatIsSwitchedOff) {
  Outbox outbox = open();
  ASSERT_TRUE(outbox.add({message(1), message(2), message(3, "lab")}).ok());
  AttemptEnd gone = failed(9);
  gone.switch_off = true;
  attempt(outbox, message(1), 9, gone);
  EXPECT_EQ(due(outbox, 100), Names{"number 3"}) << "those of the endpoint wait";
  EXPECT_EQ(*outbox.next_due(), Instant{3});
  const auto off = *outbox.switched_off();
  ASSERT_EQ(off.size(), 1U);
  EXPECT_EQ(off[0].channel, "crm");
  EXPECT_FALSE(*outbox.switch_on("lab"));
  EXPECT_TRUE(*outbox.switch_on("crm"));
  EXPECT_EQ(due(outbox, 100), (Names{"number 1", "number 2", "number 3"}));
}

TEST_F(OutboxTest, PutBackByHand) {
  Outbox outbox = open();
  ASSERT_TRUE(outbox.add({message(1), message(2)}).ok());
  attempt(outbox, message(1), 5, ended(MessageState::dead));
  EXPECT_EQ(outbox.put_back(message(2).id, {6}).problems().front().code, "message-waits");
  EXPECT_EQ(outbox.put_back("abcdef", {6}).problems().front().code, "unknown-message");
  EXPECT_EQ(outbox.find("ab").problems().front().code, "unknown-message");
  EXPECT_EQ(outbox.find("'; DROP").problems().front().code, "unknown-message");
  ASSERT_TRUE(outbox.put_back(message(1).id, {6}).ok());
  const OutboxMessage m = *outbox.find(message(1).id);
  EXPECT_EQ(m.tries, 0) << "all tries are before it";
  EXPECT_EQ(m.attempts, 1);
  EXPECT_EQ(m.due, Instant{6});
  attempt(outbox, message(1), 7, ended(MessageState::sent));
  EXPECT_EQ(outbox.list({MessageState::sent}, 0)->size(), 1U);
  ASSERT_TRUE(outbox.forget_bodies({6}).ok());
  EXPECT_FALSE(outbox.find(message(1).id)->message.text.empty());
  ASSERT_TRUE(outbox.forget_bodies({7}).ok());
  EXPECT_TRUE(outbox.find(message(1).id)->message.text.empty());
  EXPECT_FALSE(outbox.find(message(2).id)->message.text.empty()) << "it still waits";
  EXPECT_EQ(outbox.put_back(message(1).id, {9}).problems().front().code, "message-forgotten");
}

TEST_F(OutboxTest, IdsThatBeginAlike) {
  Outbox outbox = open();
  ports::Message a = message(1), b = message(2);
  a.id = "abcd" + a.id.substr(4);
  b.id = "abcd" + b.id.substr(4);
  ASSERT_TRUE(outbox.add({a, b}).ok());
  EXPECT_EQ(outbox.find("abcd").problems().front().code, "ambiguous-message");
  EXPECT_EQ(outbox.find(b.id.substr(0, 8))->message, b);
}

TEST_F(OutboxTest, OneSenderBesideOneWriter) {
  const auto writer = WriteLock::acquire(dir_);
  ASSERT_TRUE(writer.ok());
  const auto sender = WriteLock::acquire_sending(dir_);
  ASSERT_TRUE(sender.ok());
  EXPECT_EQ(WriteLock::acquire_sending(dir_).problems().front().code, "sending-locked");
  EXPECT_EQ(WriteLock::acquire(dir_).problems().front().code, "workspace-locked");
  auto database = Database::open_for_writing(dir_);
  ASSERT_TRUE(database.ok());
  Outbox outbox = open();
  ASSERT_TRUE(outbox.add({message(1)}).ok()) << "while somebody else may write facts";
  ASSERT_TRUE(database->add_audit({{1}, "x", "y"}).ok());
}

}  // namespace
}  // namespace kenko::state
