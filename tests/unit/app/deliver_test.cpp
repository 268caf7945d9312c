// Sending with a transport of the test's own: what is marked when, what rests, what is given up.
#include "app/deliver.h"

#include <gmock/gmock.h>

#include <functional>

#include "app/workspace_fixture.h"

namespace kenko::app {
namespace {

using notify::TryResult;
using testing::ElementsAre;

class PlantedTransport final : public notify::Transport {
 public:
  TryResult post(const notify::HttpPost& request) override { return on_post(request); }
  TryResult send(const notify::Mail& mail) override { return on_mail(mail); }
  std::function<TryResult(const notify::HttpPost&)> on_post = [](const auto&) { return delivered(); };
  std::function<TryResult(const notify::Mail&)> on_mail = [](const auto&) { return delivered(); };

  static TryResult delivered() { return {TryResult::Kind::delivered, 200, "", {}, false}; }
  static TryResult failed(bool down) { return {TryResult::Kind::failed, 500, "HTTP 500", {}, down}; }
};

class DeliverTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    file("company/channels.yaml",
         "kenko: 1\nsmtp: {server: mail.example.com, from: kenko@example.com}\nslack:\n"
         "  - {name: talk, url: https://hooks.example.com/x}\n  - {name: other, url: https://hooks.example.com/y}\n");
    auto workspace = open_workspace(dir_);
    ASSERT_TRUE(workspace.ok());
    workspace_ = std::move(*workspace);
    const auto made = state::Database::open_for_writing(dir_);
    ASSERT_TRUE(made.ok());
  }

  void add(int number, const std::string& channel, const std::string& recipient = "") {
    ports::Message m;
    m.id = hash128(fmt::format("{}", number)).hex();
    m.kind = "alert.opened";
    m.channel = channel;
    m.recipient = recipient;
    m.subject = fmt::format("{}", number);
    m.text = "text\n";
    m.created = {clock_.at.micros + number};
    auto outbox = state::Outbox::open_for_writing(dir_);
    ASSERT_TRUE(outbox.ok());
    ASSERT_EQ(*outbox->add({m}), 1);
  }

  /// Sends after `seconds`; "SUBJECT WORD" of each line.
  std::vector<std::string> send(int64_t seconds = 1) {
    clock_.at.micros += seconds * 1'000'000;
    const Postman postman{clock_, transport_, {}};
    auto report = deliver_due(workspace_, postman, {});
    EXPECT_TRUE(report.ok()) << to_text(report.problems());
    report_ = std::move(*report);
    std::vector<std::string> out;
    for (const DeliveryLine& line : report_.lines) {
      out.push_back(fmt::format("{} {}", line.message.subject, word(line.delivery)));
    }
    return out;
  }

  std::vector<state::OutboxMessage> stored() {
    auto outbox = open_outbox(workspace_);
    EXPECT_TRUE(outbox.ok() && outbox->has_value());
    auto list = (*outbox)->list({}, 0);
    EXPECT_TRUE(list.ok());
    return std::move(*list);
  }

  StoppedClock clock_;
  PlantedTransport transport_;
  Workspace workspace_;
  DeliverReport report_;
};

TEST_F(DeliverTest, AMessageIsMarkedBeforeAndAfterItsTry) {
  add(1, "talk");
  int tries = 0;
  transport_.on_post = [&](const notify::HttpPost& request) {
    ++tries;
    EXPECT_EQ(request.url, "https://hooks.example.com/x");
    EXPECT_FALSE(request.allow_private);
    EXPECT_EQ(stored()[0].state, state::MessageState::sending) << "a kill now leaves it so";
    EXPECT_EQ(stored()[0].attempts, 1);
    return PlantedTransport::delivered();
  };
  EXPECT_THAT(send(), ElementsAre("1 sent"));
  EXPECT_EQ(stored()[0].state, state::MessageState::sent);
  EXPECT_THAT(send(), ElementsAre());
  EXPECT_EQ(tries, 1);
  EXPECT_FALSE(report_.needs_person());
}

TEST_F(DeliverTest, OneThatFailsForItselfHoldsUpNobody) {
  for (int i = 1; i <= 3; ++i) add(i, "talk");
  transport_.on_post = [](const notify::HttpPost& request) {
    return request.body.find("*1*") != std::string::npos ? PlantedTransport::failed(false)
                                                         : PlantedTransport::delivered();
  };
  EXPECT_THAT(send(), ElementsAre("1 later", "2 sent", "3 sent"));
  transport_.on_post = [](const auto&) { return PlantedTransport::failed(true); };
  add(4, "talk");
  add(5, "other");
  add(6, "other");
  EXPECT_THAT(send(60), ElementsAre("1 later", "4 put off", "5 later", "6 put off")) << "each channel is tried once";
  EXPECT_EQ(stored().front().attempts, 0) << "what is put off has cost no try";
}

TEST_F(DeliverTest, ARecipientThatIsNoAddress) {
  add(1, ports::kMailChannel, "Ann <ann@example.com>");
  add(2, ports::kMailChannel, "bob@example.com");
  EXPECT_THAT(send(), ElementsAre("1 given up", "2 sent"));
  EXPECT_TRUE(report_.needs_person());
}

TEST_F(DeliverTest, ACopyOfAMailThatWasTakenIsForgottenAfterAWhile) {
  add(1, ports::kMailChannel, "ann@example.com");
  EXPECT_THAT(send(), ElementsAre("1 sent"));
  send(89 * 86'400);
  EXPECT_EQ(stored()[0].message.text, "text\n");
  send(2 * 86'400);
  EXPECT_EQ(stored()[0].message.text, "");
  EXPECT_EQ(redeliver(workspace_, stored()[0].message.id, clock_.at).problems().front().code, "message-forgotten");
}

TEST_F(DeliverTest, ADryRunWritesNothing) {
  add(1, "talk");
  transport_.on_post = [](const auto&) -> TryResult {
    ADD_FAILURE() << "sent";
    return PlantedTransport::delivered();
  };
  clock_.at.micros += 1'000'000;
  const Postman postman{clock_, transport_, {}};
  const auto report = deliver_due(workspace_, postman, {true, ""});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->count(Delivery::would), 1);
  EXPECT_EQ(stored()[0].attempts, 0);
}

}  // namespace
}  // namespace kenko::app
