#include "app/deliver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "app/acting_rules.h"
#include "base/hash.h"
#include "base/text.h"
#include "notify/mime.h"
#include "notify/retry.h"
#include "notify/webhook.h"
#include "ports/files.h"
#include "state/database.h"
#include "state/write_lock.h"

namespace kenko::app {
namespace {

using notify::Channels;
using notify::TryResult;
using state::AttemptEnd;
using state::MessageState;
using state::Outbox;
using state::OutboxMessage;

Problem problem(std::string code, std::string message, std::string hint) {
  return {std::move(code), {}, std::move(message), std::move(hint), "", Severity::error};
}

Problem unknown_channel(const Channels& channels, const std::string& name) {
  const std::string close = text::did_you_mean(name, channels.names());
  return problem("unknown-channel", fmt::format("{} has no channel `{}`", notify::kChannelsFile, name),
                 close.empty() ? fmt::format("write it into {}", notify::kChannelsFile) : close);
}

Problem no_mail_server() {
  return problem("no-mail-server", fmt::format("{} names no mail server", notify::kChannelsFile),
                 "smtp: {server: mail.example.com, from: kenko@example.com}");
}

// A message as it goes out: one of the two.
struct Ready {
  std::optional<notify::HttpPost> post;
  std::optional<notify::Mail> mail;
};

// One run over what is due.
class Run {
 public:
  Run(const Workspace& workspace, Channels channels, const Postman& postman, Outbox& outbox, bool dry)
      : channels_(std::move(channels)), postman_(postman), outbox_(outbox), dry_(dry) {
    ca_file_ = channels_.ca_file;
    if (!ca_file_.empty() && !ca_file_.starts_with('/')) ca_file_ = workspace.path(ca_file_);
  }

  Status take(const OutboxMessage& due) {
    const ports::Message& m = due.message;
    if (const auto rests = resting_.find(m.channel); rests != resting_.end()) {
      add(due, Delivery::put_off, "its channel is not tried again in this run");
      return Done{};
    }
    const Instant now = postman_.clock.now();
    if (m.channel == ports::kMailChannel && !notify::is_address(m.recipient)) {
      const std::string said = fmt::format("`{}` is no address", m.recipient);
      if (dry_) {
        add(due, Delivery::dead, said);
        return Done{};
      }
      KENKO_TRY_STATUS(outbox_.begin_attempt(m.id, now));
      return end(due, {TryResult::Kind::refused, 0, said, {}, false});
    }
    const Result<Ready> ready = make(m, now);
    if (!ready) {
      put_off(due, ready.problems());
      return Done{};
    }
    if (dry_) {
      add(due, Delivery::would, "");
      return Done{};
    }
    KENKO_TRY_STATUS(outbox_.begin_attempt(m.id, now));
    const TryResult result =
        ready->post ? postman_.transport.post(*ready->post) : postman_.transport.send(*ready->mail);
    return end(due, result);
  }

  [[nodiscard]] DeliverReport& report() { return report_; }

 private:
  Result<Ready> make(const ports::Message& m, Instant now) const {
    Ready out;
    if (m.channel == ports::kMailChannel) {
      if (!channels_.smtp) return no_mail_server();
      notify::Mail mail;
      mail.server = *channels_.smtp;
      if (mail.server.password) {
        KENKO_TRY(mail.password, notify::read_secret(*mail.server.password, postman_.secrets));
      }
      mail.to = m.recipient;
      mail.content = notify::mail_text(m, mail.server.from);
      mail.ca_file = ca_file_;
      out.mail = std::move(mail);
      return out;
    }
    const notify::Endpoint* endpoint = channels_.find(m.channel);
    if (endpoint == nullptr) return unknown_channel(channels_, m.channel);
    KENKO_TRY(out.post, notify::post_of(*endpoint, m, now, postman_.secrets));
    out.post->ca_file = ca_file_;
    return out;
  }

  // A channel that cannot be used costs its messages no try; it is complained of once.
  void put_off(const OutboxMessage& due, const Problems& problems) {
    report_.problems.insert(report_.problems.end(), problems.begin(), problems.end());
    resting_.insert(due.message.channel);
    add(due, Delivery::put_off, problems.front().message);
  }

  Status end(const OutboxMessage& due, const TryResult& result) {
    AttemptEnd end;
    end.at = postman_.clock.now();
    end.status = result.status;
    end.said = result.said;
    const int32_t tries = due.tries + 1;
    const auto next = notify::next_try(due.message.id, tries, end.at, result.retry_after);
    Delivery delivery = Delivery::later;
    switch (result.kind) {
      case TryResult::Kind::delivered:
        end.state = MessageState::sent;
        delivery = Delivery::sent;
        break;
      case TryResult::Kind::gone:
        end.due = end.at;
        end.switch_off = true;
        delivery = Delivery::off;
        break;
      case TryResult::Kind::refused:
        end.state = MessageState::dead;
        delivery = Delivery::dead;
        break;
      case TryResult::Kind::failed:
        end.state = next ? MessageState::waiting : MessageState::dead;
        end.due = next.value_or(end.at);
        if (!next) delivery = Delivery::dead;
        break;
    }
    KENKO_TRY_STATUS(outbox_.end_attempt(due.message.id, end));
    if (result.endpoint_down) resting_.insert(due.message.channel);
    add(due, delivery, result.said, 1, delivery == Delivery::later ? next : std::nullopt);
    return Done{};
  }

  void add(const OutboxMessage& due, Delivery delivery, std::string said, int32_t tried = 0,
           std::optional<Instant> next = {}) {
    report_.lines.push_back({due.message, delivery, due.tries + tried, std::move(said), next});
  }

  Channels channels_;
  const Postman& postman_;
  Outbox& outbox_;
  bool dry_;
  std::string ca_file_;
  std::set<std::string> resting_;
  DeliverReport report_;
};

// A message of 90 days ago can no longer be sent again; what it said is in the published history.
constexpr int64_t kBodiesKeptDays = 90;

}  // namespace

std::string_view word(Delivery delivery) {
  constexpr std::array<std::string_view, 6> kWords{"sent",         "later",   "given up",
                                                   "switched off", "put off", "would be sent"};
  return kWords[static_cast<size_t>(delivery)];
}

int64_t DeliverReport::count(Delivery delivery) const {
  return std::count_if(lines.begin(), lines.end(), [&](const DeliveryLine& line) { return line.delivery == delivery; });
}

bool DeliverReport::needs_person() const { return !problems.empty() || !off.empty() || count(Delivery::dead) > 0; }

Result<Channels> open_channels(const Workspace& workspace) {
  const std::string path = workspace.path(notify::kChannelsFile);
  if (!ports::file_exists(path)) return Channels{};
  KENKO_TRY(const std::string yaml, ports::read_file(path));
  return notify::read_channels(yaml, path);
}

Result<std::optional<Outbox>> open_outbox(const Workspace& workspace) {
  auto outbox = Outbox::open(workspace.dir);
  if (outbox) return std::optional<Outbox>(std::move(*outbox));
  if (outbox.problems().front().code == "state-missing") return std::optional<Outbox>();
  return outbox.problems();
}

Result<DeliverReport> deliver_due(const Workspace& workspace, const Postman& postman, const DeliverOptions& options) {
  KENKO_TRY(Channels channels, open_channels(workspace));
  KENKO_TRY(std::optional<Outbox> outbox, open_outbox(workspace));
  if (!outbox) return DeliverReport{};
  std::optional<state::WriteLock> lock;
  if (!options.dry_run) {
    KENKO_TRY(lock, state::WriteLock::acquire_sending(workspace.dir));
    KENKO_TRY(outbox, Outbox::open_for_writing(workspace.dir));
  }
  Run run(workspace, std::move(channels), postman, *outbox, options.dry_run);
  KENKO_TRY(const std::vector<OutboxMessage> due, outbox->due(postman.clock.now()));
  for (const OutboxMessage& message : due) {
    if (!options.only.empty() && message.message.id != options.only) continue;
    KENKO_TRY_STATUS(run.take(message));
  }
  DeliverReport& report = run.report();
  if (!options.dry_run) {
    KENKO_TRY_STATUS(outbox->forget_bodies(Instant{postman.clock.now().micros - kBodiesKeptDays * kMicrosPerDay}));
  }
  KENKO_TRY(report.off, outbox->switched_off());
  KENKO_TRY(report.next_due, outbox->next_due());
  return std::move(report);
}

namespace {

// The address behind `to`: itself, or that of somebody of the team; empty when it is the name of an endpoint.
Result<std::string> address_of(const Workspace& workspace, const Channels& channels, const std::string& to) {
  if (to.find('@') != std::string::npos) {
    if (notify::is_address(to)) return to;
    return problem("bad-address", fmt::format("`{}` is no address that mail can be sent to", to),
                   "write ann@example.com");
  }
  if (channels.find(to) != nullptr) return std::string();
  if (to == ports::kMailChannel) {
    return problem("bad-address", "mail needs somebody to go to", "kenko messages test ann@example.com");
  }
  KENKO_TRY(const state::RuleFiles files, read_rule_files(workspace));
  KENKO_TRY(const ActingSetup setup, make_setup(files, workspace.settings));
  const team::Team& team = setup.alerts->team;
  const auto person = team.find(to);
  if (!person) return unknown_channel(channels, to);
  const std::string& email = team.person(*person).email;
  if (notify::is_address(email)) return email;
  return problem("bad-address", fmt::format("team.yaml has no e-mail address of `{}` that mail can be sent to", to),
                 "write it as email: ann@example.com");
}

}  // namespace

Result<ports::Message> add_test_message(const Workspace& workspace, const std::string& to, Instant now) {
  KENKO_TRY(const Channels channels, open_channels(workspace));
  ports::Message message;
  KENKO_TRY(message.recipient, address_of(workspace, channels, to));
  message.channel = message.recipient.empty() ? to : ports::kMailChannel;
  if (!message.recipient.empty() && !channels.smtp) return no_mail_server();
  message.kind = "test";
  message.created = now;
  message.id = PartsHash().add("test").add(message.channel).add(message.recipient).add(now.micros).hash().hex();
  const std::string company = workspace.settings.company.empty() ? "" : " of " + workspace.settings.company;
  message.subject = fmt::format("A test message of Kenko{}", company);
  message.text = "Somebody asked for it to see whether messages arrive here. They do.\n";
  message.html =
      "<!doctype html><html lang=\"en\"><body><p>Somebody asked for it to see whether messages arrive here. "
      "They do.</p></body></html>\n";
  // Makes the database when there is none yet.
  KENKO_TRY(const state::WriteLock lock, state::WriteLock::acquire(workspace.dir));
  KENKO_TRY(const state::Database made, state::Database::open_for_writing(workspace.dir));
  KENKO_TRY(Outbox outbox, Outbox::open_for_writing(workspace.dir));
  KENKO_TRY(const int64_t added, outbox.add({message}));
  static_cast<void>(added);
  return message;
}

Result<OutboxMessage> redeliver(const Workspace& workspace, const std::string& id, Instant now) {
  KENKO_TRY(Outbox outbox, Outbox::open_for_writing(workspace.dir));
  KENKO_TRY(const OutboxMessage found, outbox.find(id));
  KENKO_TRY_STATUS(outbox.put_back(found.message.id, now));
  return outbox.find(found.message.id);
}

Result<bool> enable_channel(const Workspace& workspace, const std::string& name) {
  KENKO_TRY(Outbox outbox, Outbox::open_for_writing(workspace.dir));
  KENKO_TRY(const bool was_off, outbox.switch_on(name));
  if (was_off) return true;
  KENKO_TRY(const Channels channels, open_channels(workspace));
  const std::vector<std::string> names = channels.names();
  if (std::find(names.begin(), names.end(), name) == names.end()) return unknown_channel(channels, name);
  return false;
}

}  // namespace kenko::app
