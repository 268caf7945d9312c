// notify/mime.h
//
// Messages as e-mail: RFC 5322 headers, RFC 2047 words, a text and an HTML part.
#pragma once

#include <string>
#include <string_view>

#include "notify/channels.h"
#include "ports/message.h"

namespace kenko::notify {

/// The text as a header's value: plain ASCII as it is, else encoded words; control characters, line ends among them,
/// become blanks, so that nothing can add a header.
[[nodiscard]] std::string header_text(std::string_view text);

/// The whole mail with CRLF line ends: multipart/alternative with base64 parts, or the text alone when there is no
/// HTML.  The same bytes at every try; Message-ID is <ID@DOMAIN OF FROM>.  Requires is_address(message.recipient).
[[nodiscard]] std::string mail_text(const ports::Message& message, const Mailbox& from);

}  // namespace kenko::notify
