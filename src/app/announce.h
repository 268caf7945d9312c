// app/announce.h
//
// What is told to whom of what happened to alerts, plays and tasks: messages for the outbox.  docs/MESSAGES.md.
#pragma once

#include <string>
#include <vector>

#include "app/acting.h"
#include "base/result.h"
#include "notify/channels.h"
#include "ports/message.h"
#include "report/section.h"

namespace kenko::app {

/// Messages of the events in (after, until], in their order, for endpoints and for people with a mail rule that wants
/// them.  Their ids follow from alert, event and receiver: the same events give the same messages.
[[nodiscard]] std::vector<ports::Message> announcements(const Acting& acting, const notify::Channels& channels,
                                                        Instant after, Instant until, const TimeZone& zone);

/// The same of plays and tasks; their ids follow from play or task, event and receiver.
[[nodiscard]] std::vector<ports::Message> play_announcements(const Acting& acting, const notify::Channels& channels,
                                                             Instant after, Instant until);

/// The digests of the last closed day: daily ones for everybody with a rule who works on the day of `now`, weekly ones
/// on the first day of the week on which something was closed.  before: the closed day that was told last.
[[nodiscard]] Result<std::vector<ports::Message>> digests(const Acting& acting, const notify::Channels& channels,
                                                          std::optional<Day> before, Instant now, const TimeZone& zone);

/// Sections as HTML that mail programs show: no scripts, styles at the elements.
[[nodiscard]] std::string mail_html(const std::vector<Sentence>& head, const std::vector<report::Section>& sections);

}  // namespace kenko::app
