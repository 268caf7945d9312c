// sim/names.h
//
// Invented names, ids and sentences.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/random.h"
#include "sim/world.h"

namespace kenko::sim {

inline constexpr std::string_view kLowerAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
inline constexpr std::string_view kUpperAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
inline constexpr std::string_view kDigits = "0123456789";

/// Makes texts that it has not made before.  Threads: one each.
class FreshNames {
 public:
  explicit FreshNames(Random random) : random_(random) {}

  /// `prefix` and `length` random characters of `alphabet`.
  [[nodiscard]] std::string id(std::string_view prefix, int length, std::string_view alphabet);
  [[nodiscard]] std::string company(Region region);
  [[nodiscard]] std::string child_company(const std::string& parent);
  [[nodiscard]] std::string person(Region region);
  /// An address for a person at a domain.
  [[nodiscard]] std::string email(std::string_view person, std::string_view domain);
  /// The domain of a company: its name in ASCII, under .example.
  [[nodiscard]] std::string domain(std::string_view company);
  [[nodiscard]] Random& random() { return random_; }

 private:
  /// `text`, or `text` with the first number from 2 on that makes it new.
  [[nodiscard]] std::string unused(std::string text, std::string_view before_number, std::string_view after);

  Random random_;
  std::set<std::string, std::less<>> used_;
};

/// The customer success managers: addresses at the simulated company.
[[nodiscard]] std::string_view manager(int number);
inline constexpr int kManagers = 8;
[[nodiscard]] std::string_view industry(int number);
inline constexpr int kIndustries = 10;
[[nodiscard]] std::string_view goal(int number);
inline constexpr int kGoals = 8;

/// How somebody feels who writes a ticket.
enum class Mood : uint8_t { bad, even, good };
inline constexpr int kTopics = 7;
[[nodiscard]] std::string_view topic(int number);
/// What a customer writes about a topic in a mood; `pick` chooses among several.
[[nodiscard]] std::string_view ticket_text(int topic_number, Mood mood, uint64_t pick);
[[nodiscard]] std::string_view comment_text(Mood mood, uint64_t pick);
[[nodiscard]] std::string_view survey_text(Mood mood, uint64_t pick);

}  // namespace kenko::sim
