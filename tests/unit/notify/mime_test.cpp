// Messages as e-mail.
#include "notify/mime.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "notify/base64.h"

namespace kenko::notify {
namespace {

using testing::HasSubstr;

ports::Message message() {
  ports::Message out;
  out.id = "0123456789abcdef0123456789abcdef";
  out.channel = ports::kMailChannel;
  out.recipient = "ann@example.com";
  out.subject = "3 accounts need you";
  out.text = "Dear Ann,\n.\nAcme fell\n";
  out.html = "<p>Acme f\xc3\xa4llt</p>";
  out.created = *Instant::parse("2026-11-20T09:05:07Z");
  return out;
}

const Mailbox kFrom{"Kenko", "kenko@mail.example.com"};

TEST(Mail, TextAndHtml) {
  EXPECT_EQ(mail_text(message(), kFrom),
            "From: \"Kenko\" <kenko@mail.example.com>\r\n"
            "To: ann@example.com\r\n"
            "Subject: 3 accounts need you\r\n"
            "Date: Fri, 20 Nov 2026 09:05:07 +0000\r\n"
            "Message-ID: <0123456789abcdef0123456789abcdef@mail.example.com>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/alternative;\r\n boundary=\"=_0123456789abcdef0123456789abcdef\"\r\n"
            "\r\n"
            "--=_0123456789abcdef0123456789abcdef\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n" +
                base64("Dear Ann,\r\n.\r\nAcme fell\r\n") +
                "\r\n--=_0123456789abcdef0123456789abcdef\r\n"
                "Content-Type: text/html; charset=utf-8\r\n"
                "Content-Transfer-Encoding: base64\r\n"
                "\r\n" +
                base64("<p>Acme f\xc3\xa4llt</p>") + "\r\n--=_0123456789abcdef0123456789abcdef--\r\n");
}

TEST(Mail, TextAlone) {
  ports::Message m = message();
  m.html.clear();
  const std::string mail = mail_text(m, {"", "kenko@example.com"});
  EXPECT_THAT(mail, HasSubstr("From: kenko@example.com\r\n"));
  EXPECT_THAT(mail, HasSubstr("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(mail, testing::Not(HasSubstr("multipart")));
}

TEST(Mail, NothingCanAddAHeader) {
  ports::Message m = message();
  m.subject = "fell\r\nBcc: everybody@example.com\r\n\r\nbody";
  const std::string mail = mail_text(m, {"x\r\nBcc: a@b.c \"quoted\"", "kenko@example.com"});
  for (const std::string_view line : text::split(mail, '\n')) EXPECT_FALSE(line.starts_with("Bcc")) << line;
  EXPECT_THAT(mail, HasSubstr("Subject: fell  Bcc: everybody@example.com    body\r\n"));
  EXPECT_THAT(mail, HasSubstr("From: \"x  Bcc: a@b.c \\\"quoted\\\"\" <kenko@example.com>\r\n"));
}

// The words end to end are the text; every line is short; no word ends within a code point.
TEST(Mail, SubjectsInOtherLanguages) {
  for (const std::string& subject : std::vector<std::string>{
           "Kundengesundheit f\xc3\xa4llt", std::string(200, 'x'), "=?UTF-8?B?eA==?=",
           "\xe9\xa1\xa7\xe5\xae\xa2\xe5\xbe\x97\xe5\x88\x86\xe4\xb8\x8b\xe9\x99\x8d\xe4\xba\x86\xe4\xba\x8c\xe5\x8d"
           "\x81"
           "\xe5\x88\x86\xe8\xaf\xb7\xe5\xb0\xbd\xe5\xbf\xab\xe8\x81\x94\xe7\xb3\xbb\xe4\xbb\x96\xe4\xbb\xac"}) {
    const std::string header = header_text(subject);
    std::string decoded;
    for (std::string_view line : text::split(header, '\n')) {
      line = text::trim(line);
      EXPECT_LE(line.size(), 67U);
      ASSERT_TRUE(line.starts_with("=?UTF-8?B?") && line.ends_with("?=")) << line;
      const auto part = from_base64(line.substr(10, line.size() - 12));
      ASSERT_TRUE(part);
      EXPECT_TRUE(text::is_utf8(*part));
      decoded += *part;
    }
    EXPECT_EQ(decoded, subject);
  }
}

TEST(Mail, LongBodiesHaveShortLines) {
  ports::Message m = message();
  m.text = std::string(100'000, 'x');
  for (const std::string_view line : text::split(mail_text(m, kFrom), '\n')) EXPECT_LE(line.size(), 77U);
}

TEST(Mail, Addresses) {
  for (const char* good : {"a@b", "ann.b+c@example.com", "o'neil@sub.example-x.org", "x_y@1.2"}) {
    EXPECT_TRUE(is_address(good)) << good;
  }
  for (const char* bad :
       {"",      "a",           "@b",      "a@",         "a@b@c", "a b@c",  "a@b c", "a@b\r\nRCPT TO:<x@y>",
        "<a@b>", "a@b>",        "\"a\"@b", ".a@b",       "a.@b",  "a..b@c", "a@.b",  "a@b.",
        "a@-b",  "f\xc3\xa4@b", "a@b,c@d", "a@[1.2.3.4]"}) {
    EXPECT_FALSE(is_address(bad)) << bad;
  }
  EXPECT_EQ(parse_mailbox(" Kenko HQ <k@example.com> ")->name, "Kenko HQ");
  EXPECT_EQ(parse_mailbox("\"K, HQ\" <k@example.com>")->name, "K, HQ");
  EXPECT_EQ(parse_mailbox("k@example.com")->address, "k@example.com");
  for (const char* bad : {"Kenko", "Kenko <k>", "K <k@example.com", "K\n <k@example.com>", "<k@example.com> K"}) {
    EXPECT_FALSE(parse_mailbox(bad)) << bad;
  }
}

}  // namespace
}  // namespace kenko::notify
