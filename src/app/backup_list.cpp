#include "app/backup_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/workspace_files.h"
#include "base/text.h"
#include "ports/files.h"

namespace kenko::app {
namespace {

constexpr std::string_view kFirstLine = "kenko backup 1";
constexpr std::string_view kAnyFirstLine = "kenko backup ";

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '\n' || c == '\r' || c == '%') {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view code = text.substr(i, 3);
    const char c = code == "%0A" ? '\n' : code == "%0D" ? '\r' : code == "%25" ? '%' : '\0';
    out += c == '\0' ? text[i] : c;
    if (c != '\0') i += 2;
  }
  return out;
}

Problem damaged(const std::string& file, int64_t line, std::string message) {
  Problem problem;
  problem.code = "backup-damaged";
  problem.place.file = file;
  problem.place.line = line;
  problem.message = std::move(message);
  problem.hint = "this backup cannot be trusted: use another one";
  return problem;
}

/// A name that stays inside the folder.
bool is_inside(std::string_view name) {
  if (name.empty() || name.front() == '/') return false;
  const auto parts = text::split(name, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
}

/// The rest of a line that begins with `word` and a blank.
std::optional<std::string> after(std::string_view line, std::string_view word) {
  if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ') return std::nullopt;
  return std::string(line.substr(word.size() + 1));
}

std::optional<Hash128> parse_hash(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  Hash128 hash;
  for (size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return std::nullopt;
    uint64_t& half = i < 16 ? hash.high : hash.low;
    half = half * 16 + static_cast<uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return hash;
}

std::optional<BackupFile> parse_file(std::string_view line) {
  const size_t first = line.find(' ');
  const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto hash = parse_hash(line.substr(0, first));
  const auto bytes = text::parse_int(line.substr(first + 1, second - first - 1));
  BackupFile file{unescaped(line.substr(second + 1)), bytes.value_or(-1), hash.value_or(Hash128{})};
  if (!hash || file.bytes < 0 || !is_inside(file.name)) return std::nullopt;
  return file;
}

}  // namespace

std::string backup_list_text(const BackupList& list) {
  std::string text = fmt::format("{}\nmade {}\nby {}\nof {}\n", kFirstLine, list.made.iso(), escaped(list.program),
                                 escaped(list.workspace));
  for (const BackupFile& file : list.files) {
    text += fmt::format("{} {} {}\n", file.hash.hex(), file.bytes, escaped(file.name));
  }
  text += fmt::format("end {}\n", hash128(text).hex());
  return text;
}

Result<BackupList> read_backup_list(std::string_view text, const std::string& file) {
  if (!text.starts_with(kAnyFirstLine)) {
    return problem_at("not-a-backup", file, "this is no list of a backup", "name the folder that `kenko backup` made");
  }
  const auto lines = text::split(text, '\n');
  if (lines[0] != kFirstLine) {
    return problem_at("backup-newer", file, fmt::format("it was made by a newer Kenko: `{}`", lines[0]),
                      "use a newer Kenko");
  }
  const size_t end = text.rfind("end ");
  const bool whole = end != std::string_view::npos && end > 0 && text[end - 1] == '\n' &&
                     text.substr(end) == fmt::format("end {}\n", hash128(text.substr(0, end)).hex());
  constexpr size_t kHead = 4;
  if (!whole || lines.size() < kHead + 2) return damaged(file, 0, "the list of its files is cut off or changed");
  BackupList list;
  const auto made = after(lines[1], "made");
  const auto instant = made ? Instant::parse(*made) : std::nullopt;
  const auto by = after(lines[2], "by");
  const auto of = after(lines[3], "of");
  if (!instant || !by || !of) return damaged(file, 2, "the head of the list cannot be read");
  list.made = *instant;
  list.program = unescaped(*by);
  list.workspace = unescaped(*of);
  for (size_t i = kHead; i + 2 < lines.size(); ++i) {
    auto entry = parse_file(lines[i]);
    if (!entry) return damaged(file, static_cast<int64_t>(i) + 1, "this line of the list cannot be read");
    list.files.push_back(std::move(*entry));
  }
  return list;
}

Result<BackupFile> measure_file(const std::string& dir, const std::string& name) {
  KENKO_TRY(const ports::MappedFile file, ports::MappedFile::open(dir + "/" + name));
  return BackupFile{name, static_cast<int64_t>(file.bytes().size()), hash128(file.bytes())};
}

}  // namespace kenko::app
