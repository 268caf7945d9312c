#include "notify/curl_transport.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "notify/address_guard.h"
#include "ports/files.h"

namespace kenko::notify {
namespace {

// What curl's callbacks write down during one try.
struct Try {
  const TransportLimits* limits = nullptr;
  std::vector<int>* sockets = nullptr;  // those that are open
  int64_t whole_ms = 0;
  bool allow_private = true;
  std::string refused;  // an address that may not be connected to
  std::string answer;   // the first bytes
  size_t head_bytes = 0;
  size_t body_bytes = 0;
  bool cut = false;         // the answer was longer than we read
  std::string_view upload;  // what is left to be sent
};

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto& now = *static_cast<Try*>(data);
  if (!now.allow_private) {
    const auto ip = ip_of(address->addr);
    if (!ip || !is_public(*ip)) {
      now.refused = ip ? ip_text(*ip) : "an address that is not IP";
      return CURL_SOCKET_BAD;
    }
  }
  const int made = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (made >= 0) now.sockets->push_back(made);
  return made;
}

int close_socket(void* data, curl_socket_t socket) {
  auto& sockets = *static_cast<std::vector<int>*>(data);
  std::erase(sockets, socket);
  return ::close(socket);
}

size_t take_head(char*, size_t size, size_t count, void* data) {
  auto& now = *static_cast<Try*>(data);
  now.head_bytes += size * count;
  if (now.head_bytes <= now.limits->answer_bytes) return size * count;
  now.cut = true;
  return 0;
}

size_t take_body(char* bytes, size_t size, size_t count, void* data) {
  auto& now = *static_cast<Try*>(data);
  constexpr size_t kKept = 300;
  if (now.answer.size() < kKept) now.answer.append(bytes, std::min(size * count, kKept - now.answer.size()));
  now.body_bytes += size * count;
  if (now.body_bytes <= now.limits->answer_bytes) return size * count;
  now.cut = true;
  return 0;
}

size_t give_upload(char* to, size_t size, size_t count, void* data) {
  auto& now = *static_cast<Try*>(data);
  const size_t bytes = std::min(size * count, now.upload.size());
  std::memcpy(to, now.upload.data(), bytes);
  now.upload.remove_prefix(bytes);
  return bytes;
}

// One line that a terminal can show: no control characters, whole code points, not too long.
std::string one_line(std::string_view s) {
  constexpr int64_t kLongest = 160;
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    // The second row of control characters is two bytes long in UTF-8.
    const bool second = s[i] == '\xc2' && i + 1 < s.size() && (static_cast<unsigned char>(s[i + 1]) & 0xe0U) == 0x80U;
    if (!second && static_cast<unsigned char>(s[i]) > 0x20 && s[i] != 0x7f) {
      out += s[i];
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
    if (second) ++i;
  }
  while (!out.empty() && !text::is_utf8(out)) out.pop_back();
  return text::code_points(text::trim(out), 0, kLongest);
}

// Where the machine keeps the authorities that it trusts; empty = as curl was built.
std::string machine_authorities() {
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (ports::file_exists(path)) return path;
  }
  return {};
}

std::string status_words(int status, const Try& now) {
  std::string out = status >= 300 && status < 400 ? fmt::format("HTTP {}: a redirect, which is not followed", status)
                                                  : fmt::format("HTTP {}", status);
  const std::string answer = one_line(now.answer);
  return answer.empty() ? out : out + ": " + answer;
}

TryResult of_http(CURLcode code, int status, std::optional<int64_t> retry_after, const char* error, const Try& now) {
  TryResult out;
  out.status = status;
  // With a status the receiver has decided, even when we did not read its answer to the end.
  const bool answered = status >= 200 && (code == CURLE_OK || (code == CURLE_WRITE_ERROR && now.cut));
  if (answered && status < 300) {
    out.kind = TryResult::Kind::delivered;
    return out;
  }
  if (answered) {
    constexpr int kGone = 410, kTooMany = 429, kUnavailable = 503;
    out.said = status_words(status, now);
    if (status == kGone) out.kind = TryResult::Kind::gone;
    out.endpoint_down = status == kGone || status == kTooMany || status == kUnavailable;
    out.retry_after = retry_after;
    return out;
  }
  out.endpoint_down = true;
  if (!now.refused.empty()) {
    out.said = fmt::format("{} is no address of the public internet (`allow_private: true` allows it)", now.refused);
  } else {
    out.said = one_line(*error != '\0' ? error : curl_easy_strerror(code));
  }
  return out;
}

TryResult of_smtp(CURLcode code, int status, const char* error) {
  TryResult out;
  out.status = status;
  if (code == CURLE_OK) {
    out.kind = TryResult::Kind::delivered;
    return out;
  }
  const std::string_view words = error;
  out.said = one_line(words.empty() ? curl_easy_strerror(code) : words);
  if (status >= 400) out.said = fmt::format("SMTP {}: {}", status, out.said);
  // Only what is said of the receiver or of the content is about this message; a login or a sender that is refused
  // would be so for all of them, and is mended by a person.
  const bool of_message = (code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_RECV_ERROR) &&
                          status >= 400 && !words.starts_with("MAIL failed");
  out.endpoint_down = !of_message;
  if (of_message && status >= 500) out.kind = TryResult::Kind::refused;
  return out;
}

}  // namespace

struct CurlTransport::Handle {
  CURL* easy = nullptr;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::vector<int> sockets;  // open ones, kept by curl
  Handle() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    KENKO_CHECK(started == CURLE_OK, "curl_global_init: {}", curl_easy_strerror(started));
    easy = curl_easy_init();
    KENKO_CHECK(easy != nullptr, "no memory for curl");
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  // Takes leave of a mail server, but does not wait for its answer: curl would, for two minutes.
  ~Handle() {
    shut(SHUT_RD);
    curl_easy_cleanup(easy);
  }

  // Sockets that curl keeps for the next try give no more (SHUT_RD), or are of no more use at all (SHUT_RDWR).
  void shut(int how) const {
    for (const int socket : sockets) ::shutdown(socket, how);
  }

  // What every try has.  Connections are kept from one to the next.
  void begin(Try& now, const std::string& ca_file) {
    curl_easy_reset(easy);
    now.sockets = &sockets;
    error.fill('\0');
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error.data());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the guard must see the receiver's own address
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min(now.limits->connect_ms, now.whole_ms)));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(now.whole_ms));
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &now);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &sockets);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &now);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &now);
    const std::string authorities = ca_file.empty() ? machine_authorities() : ca_file;
    if (!authorities.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, authorities.c_str());
  }

  int status() {
    long code = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    return static_cast<int>(code);
  }
};

CurlTransport::CurlTransport(TransportLimits limits) : limits_(limits), handle_(std::make_unique<Handle>()) {}
CurlTransport::~CurlTransport() = default;

TryResult CurlTransport::post(const HttpPost& request) {
  Try now;
  now.limits = &limits_;
  now.whole_ms = limits_.post_ms;
  now.allow_private = request.allow_private;
  CURL* easy = handle_->easy;
  handle_->begin(now, request.ca_file);
  // A connection that an endpoint with private addresses opened must not serve another one.
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : request.headers) {
    KENKO_CHECK(value.find_first_of("\r\n") == std::string::npos, "a line end in the header {}", name);
    headers = curl_slist_append(headers, fmt::format("{}: {}", name, value).c_str());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  const CURLcode code = curl_easy_perform(easy);
  curl_off_t wait = 0;
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
  const auto retry_after = wait > 0 ? std::optional<int64_t>(wait) : std::nullopt;
  const TryResult out = of_http(code, handle_->status(), retry_after, handle_->error.data(), now);
  curl_slist_free_all(headers);
  return out;
}

TryResult CurlTransport::send(const Mail& mail) {
  Try now;
  now.limits = &limits_;
  now.whole_ms = limits_.mail_ms;
  now.upload = mail.content;
  CURL* easy = handle_->easy;
  handle_->begin(now, mail.ca_file);
  const SmtpServer& server = mail.server;
  const std::string host = server.host.find(':') == std::string::npos ? server.host : "[" + server.host + "]";
  const std::string url = fmt::format("{}://{}:{}", server.tls == SmtpTls::tls ? "smtps" : "smtp", host, server.port);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  if (server.tls != SmtpTls::none) curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (!server.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, mail.password.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, fmt::format("<{}>", server.from.address).c_str());
  curl_slist* to = curl_slist_append(nullptr, fmt::format("<{}>", mail.to).c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &give_upload);
  curl_easy_setopt(easy, CURLOPT_READDATA, &now);
  const CURLcode code = curl_easy_perform(easy);
  const TryResult out = of_smtp(code, handle_->status(), handle_->error.data());
  // What a server that said nothing would say later must not be taken for an answer to the next mail.
  if (code != CURLE_OK) handle_->shut(SHUT_RDWR);
  curl_slist_free_all(to);
  return out;
}

}  // namespace kenko::notify
