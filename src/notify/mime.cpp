#include "notify/mime.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "notify/base64.h"

namespace kenko::notify {
namespace {

constexpr const char* kEnd = "\r\n";

std::string without_controls(std::string_view s) {
  std::string out(s);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

bool is_plain(std::string_view s) {
  constexpr size_t kLongest = 60;
  return s.size() <= kLongest && s.find("=?") == std::string_view::npos &&
         std::all_of(s.begin(), s.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// RFC 2047: words of at most 75 characters, each with whole code points, one a line.
std::string encoded_words(std::string_view s) {
  constexpr size_t kBytesInWord = 39;  // with its frame and the name before it, no line exceeds 76
  std::string out, part;
  const auto flush = [&] {
    if (part.empty()) return;
    out += (out.empty() ? "" : "\r\n ") + fmt::format("=?UTF-8?B?{}?=", base64(part));
    part.clear();
  };
  for (size_t i = 0; i < s.size();) {
    size_t end = i + 1;
    while (end < s.size() && (static_cast<unsigned char>(s[end]) & 0xc0U) == 0x80U) ++end;
    if (part.size() + end - i > kBytesInWord) flush();
    part += s.substr(i, end - i);
    i = end;
  }
  flush();
  return out;
}

// "Kenko <kenko@example.com>"
std::string mailbox_text(const Mailbox& box) {
  if (box.name.empty()) return box.address;
  const std::string name = without_controls(box.name);
  if (!is_plain(name)) return fmt::format("{}\r\n <{}>", encoded_words(name), box.address);
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return fmt::format("\"{}\" <{}>", quoted, box.address);
}

// Fri, 20 Nov 2026 09:00:00 +0000
std::string date_text(Instant at) {
  constexpr std::array<const char*, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int64_t number = at.micros / kMicrosPerDay;
  int64_t rest = at.micros % kMicrosPerDay;
  if (rest < 0) {
    --number;
    rest += kMicrosPerDay;
  }
  const Day day{static_cast<int32_t>(number)};
  int year = 0, month = 0, of_month = 0;
  day.civil(year, month, of_month);
  const int64_t seconds = rest / 1'000'000;
  return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000", kDays[static_cast<size_t>(day.weekday())], of_month,
                     kMonths[static_cast<size_t>(month - 1)], year, seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// Base64 in lines of 76.
std::string body_text(std::string_view s) {
  std::string crlf;
  for (const char c : s) {
    if (c == '\r') continue;
    if (c == '\n') crlf += '\r';
    crlf += c;
  }
  const std::string digits = base64(crlf);
  constexpr size_t kLine = 76;
  std::string out;
  for (size_t i = 0; i < digits.size(); i += kLine) out += digits.substr(i, kLine) + kEnd;
  return out;
}

std::string part_text(std::string_view type, std::string_view body) {
  return fmt::format("Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", type,
                     body_text(body));
}

}  // namespace

std::string header_text(std::string_view text) {
  const std::string clean = without_controls(text);
  return is_plain(clean) ? clean : encoded_words(clean);
}

std::string mail_text(const ports::Message& message, const Mailbox& from) {
  KENKO_CHECK(is_address(message.recipient), "mail to `{}`", message.recipient);
  const std::string domain = from.address.substr(from.address.find('@') + 1);
  std::string out;
  const auto header = [&out](std::string_view name, std::string_view value) {
    out += fmt::format("{}: {}{}", name, value, kEnd);
  };
  header("From", mailbox_text(from));
  header("To", message.recipient);
  header("Subject", header_text(message.subject));
  header("Date", date_text(message.created));
  header("Message-ID", fmt::format("<{}@{}>", message.id, domain));
  header("Auto-Submitted", "auto-generated");
  header("MIME-Version", "1.0");
  if (message.html.empty()) return out + part_text("text/plain", message.text);
  const std::string boundary = "=_" + message.id;  // `=_` never stands in base64
  header("Content-Type", fmt::format("multipart/alternative;\r\n boundary=\"{}\"", boundary));
  return out + fmt::format("\r\n--{0}\r\n{1}--{0}\r\n{2}--{0}--\r\n", boundary, part_text("text/plain", message.text),
                           part_text("text/html", message.html));
}

}  // namespace kenko::notify
