#include "sim/names.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace kenko::sim {
namespace {
constexpr std::array<std::string_view, 48> kFirstParts = {
    "Baker",       "Northwind", "Cobalt",  "Larch",  "Meridian", "Juniper",  "Halcyon", "Redwood",
    "Quarry",      "Sable",     "Tamar",   "Vela",   "Wren",     "Yarrow",   "Zephyr",  "Alder",
    "Brightwater", "Calder",    "Dunmore", "Elgin",  "Foxglove", "Granite",  "Harbour", "Ironside",
    "Keystone",    "Lantern",   "Mistral", "Noble",  "Orchard",  "Pinnacle", "Quill",   "Ravens",
    "Sterling",    "Thistle",   "Umber",   "Verity", "Willow",   "Ashdown",  "Beacon",  "Crane",
    "Delta",       "Ember",     "Fjord",   "Garnet", "Hawthorn", "Indigo",   "Jasper",  "Kestrel"};
constexpr std::array<std::string_view, 24> kSecondParts = {
    "Logistics", "Foods",    "Media",    "Health",  "Systems",   "Partners", "Retail", "Energy",
    "Capital",   "Textiles", "Robotics", "Travel",  "Paper",     "Marine",   "Optics", "Labs",
    "Insurance", "Motors",   "Press",    "Studios", "Chemicals", "Networks", "Timber", "Tools"};
constexpr std::array<std::string_view, 12> kGermanParts = {"Müller", "Schäfer",   "Köhler",  "Groß",
                                                           "Böhm",   "Jäger",     "Lefèvre", "Dubois",
                                                           "Ibáñez", "Håkansson", "Øster",   "Łukasz"};
constexpr std::array<std::string_view, 12> kJapaneseParts = {"さくら", "富士", "青空", "若葉", "山手", "大和",
                                                             "みらい", "北斗", "光",   "桜井", "松本", "高橋"};
constexpr std::array<std::string_view, 12> kJapaneseAscii = {"sakura", "fuji",    "aozora",    "wakaba",
                                                             "yamate", "yamato",  "mirai",     "hokuto",
                                                             "hikari", "sakurai", "matsumoto", "takahashi"};
constexpr std::array<std::string_view, 6> kJapaneseTrades = {"物流", "食品", "商事", "製作所", "印刷", "電機"};
constexpr std::array<std::string_view, 40> kFirstNames = {
    "Ada",   "Ben",   "Carla", "Dario", "Elif", "Femi",  "Greta", "Hugo", "Ines",  "Jonas",
    "Kaori", "Liam",  "Maya",  "Nils",  "Olga", "Priya", "Quinn", "Rosa", "Sami",  "Tess",
    "Umar",  "Vera",  "Wim",   "Xenia", "Yuki", "Zoe",   "Amir",  "Bea",  "Chen",  "Dora",
    "Emil",  "Freya", "Goran", "Hana",  "Ivo",  "Jana",  "Kofi",  "Lena", "Milan", "Noor"};
constexpr std::array<std::string_view, 40> kLastNames = {
    "Novak",  "Falk",   "Okafor", "Silva",  "Tanaka", "Berg",  "Costa",  "Dahl",   "Evans",  "Fischer",
    "Gupta",  "Haas",   "Ito",    "Jansen", "Kovacs", "Lund",  "Moreau", "Nguyen", "Osei",   "Park",
    "Quist",  "Rossi",  "Sato",   "Turner", "Urban",  "Vogt",  "Walsh",  "Xu",     "Yilmaz", "Zeller",
    "Abbott", "Brandt", "Cho",    "Diaz",   "Engel",  "Flynn", "Grant",  "Hansen", "Ivanov", "Jones"};
constexpr std::array<std::string_view, kManagers> kManagerNames = {
    "ines.falk@tallyworks.example",   "jonas.berg@tallyworks.example", "maya.gupta@tallyworks.example",
    "noor.haas@tallyworks.example",   "priya.lund@tallyworks.example", "sami.walsh@tallyworks.example",
    "tess.brandt@tallyworks.example", "yuki.sato@tallyworks.example"};
constexpr std::array<std::string_view, kIndustries> kIndustryNames = {
    "logistics", "food", "media", "health care", "software", "finance", "retail", "energy", "industry", "education"};
constexpr std::array<std::string_view, kGoals> kGoalTexts = {"cut closing time by 30 %",
                                                             "all teams on one plan",
                                                             "retire the old spreadsheets",
                                                             "weekly report without handwork",
                                                             "onboard clients in two days",
                                                             "forecast within 5 %",
                                                             "connect the ERP",
                                                             "budget approved by March"};
constexpr std::array<std::string_view, kTopics> kTopicNames = {"bug",         "how_to", "performance",    "billing",
                                                               "integration", "access", "feature_request"};
// By topic, mood (bad, even, good), three each.
constexpr std::string_view kTicketTexts[kTopics][3][3] = {
    {{"The export is broken again and nobody tells us why.", "Totals are wrong, we lost a whole morning. Unacceptable.",
      "This bug was reported twice already and it is still there."},
     {"The total in the sidebar differs from the table.", "Comments show twice after saving.",
      "The calendar shows the wrong week."},
     {"Small glitch in the filter, no hurry, thanks!", "Found a tiny bug, otherwise it works great.",
      "A label is cut off; love the new page."}},
    {{"We still cannot find how to share a plan, very confusing.", "The guide is useless, nothing is where it says.",
      "Why is this so complicated? We are getting frustrated."},
     {"How do we copy a template to another team?", "Where can I change the fiscal year?",
      "How do I invite an external reviewer?"},
     {"Quick question about forecasts, thanks for the great support.",
      "How can we roll this out to more teams? They love it.",
      "Could you show us automation? We are excited to use it."}},
    {{"Reports take minutes to load, we cannot work like this.", "Terribly slow since Monday and getting worse.",
      "The page times out every afternoon. We are losing patience."},
     {"Dashboards load slowly this week.", "Import of 20,000 rows takes ten minutes.", "Search is slower than usual."},
     {"Search feels slower today, everything else is fast, thanks.", "Slight delay on mobile, not urgent.",
      "Much faster now, one slow page left."}},
    {{"We were charged twice and nobody answers. Very disappointed.",
      "The invoice is wrong again, please stop the reminders.",
      "The price went up without a word. We are reviewing alternatives."},
     {"Please send the invoice to our new address.", "Can we pay by bank transfer?",
      "Which seats are on the last invoice?"},
     {"We would like to add seats, please send an offer.", "Please change our billing contact, thank you!",
      "Happy to renew early, how does it work?"}},
    {{"The connector fails every night and breaks our process.",
      "The integration lost records, this is a serious problem.", "API limits make this unusable for us."},
     {"The Slack channel is not updated.", "Which permissions does the connector need?",
      "Can the sync run every hour?"},
     {"The integration works well, could it also sync tags?", "Great connector! One field is missing.",
      "We connected two more systems, nice work."}},
    {{"Half of the team is locked out and we have a deadline today.",
      "Access was revoked without notice, this is terrible.", "Password reset does not work, third time this month."},
     {"A new colleague needs access.", "Please remove a user who left us.",
      "Single sign-on asks for the password twice."},
     {"Please add five colleagues, they want to join.", "New team wants access, thanks!",
      "Could you enable access for our partners? Great tool."}},
    {{"Without this feature we will have to look elsewhere.", "Asked for this a year ago and nothing happened.",
      "Competitors have had this for years."},
     {"Could the report show quarters?", "Please add a dark theme.", "A field for cost centres would help."},
     {"An idea: forecasts by region would be wonderful.", "Love the assistant, could it write summaries?",
      "Great release! Next wish: shared filters."}}};
constexpr std::string_view kCommentTexts[3][4] = {
    {"Still not solved.", "Any news? We have been waiting for days.", "This did not help at all.",
     "Please escalate this."},
    {"Here is a screenshot.", "It happens with two users.", "We tried again, same result.", "Thanks, we will check."},
    {"Thank you, that helps!", "Works now, great.", "Perfect, thanks for the quick answer.", "Very helpful."}};
constexpr std::string_view kSurveyTexts[3][4] = {
    {"Too slow and too expensive.", "We do not see the value.", "Support takes too long.", "Hard to use for our team."},
    {"Does the job.", "Good, but reports could be better.", "Fine so far.", ""},
    {"Saves us hours every week.", "Our team loves it.", "Great support.", "Could not work without it."}};

std::string ascii(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kFold = {{{"ü", "u"},
                                                                                           {"ä", "a"},
                                                                                           {"ö", "o"},
                                                                                           {"ß", "ss"},
                                                                                           {"è", "e"},
                                                                                           {"á", "a"},
                                                                                           {"ñ", "n"},
                                                                                           {"å", "a"},
                                                                                           {"Ø", "o"},
                                                                                           {"Ł", "l"},
                                                                                           {"é", "e"}}};
  std::string out;
  for (size_t i = 0; i < name.size();) {
    bool folded = false;
    for (const auto& [from, to] : kFold) {
      if (name.substr(i).starts_with(from)) {
        out += to;
        i += from.size();
        folded = true;
        break;
      }
    }
    for (size_t k = 0; !folded && k < kJapaneseParts.size(); ++k) {
      if (name.substr(i).starts_with(kJapaneseParts[k])) {
        out += kJapaneseAscii[k];
        i += kJapaneseParts[k].size();
        folded = true;
      }
    }
    if (folded) continue;
    const char c = name[i++];
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out.empty() ? "company" : out;
}

template <size_t N>
std::string_view pick(Random& random, const std::array<std::string_view, N>& from) {
  return from[static_cast<size_t>(random.between(0, static_cast<int64_t>(N) - 1))];
}
}  // namespace

std::string FreshNames::unused(std::string text, std::string_view before_number, std::string_view after) {
  std::string candidate = fmt::format("{}{}", text, after);
  for (int n = 2; !used_.insert(candidate).second; ++n)
    candidate = fmt::format("{}{}{}{}", text, before_number, n, after);
  return candidate;
}

std::string FreshNames::id(std::string_view prefix, int length, std::string_view alphabet) {
  for (;;) {
    std::string made(prefix);
    for (int i = 0; i < length; ++i) {
      made += alphabet[static_cast<size_t>(random_.between(0, static_cast<int64_t>(alphabet.size()) - 1))];
    }
    if (used_.insert(made).second) return made;
  }
}

std::string FreshNames::company(Region region) {
  if (region == Region::jp) {
    return unused(fmt::format("株式会社{}{}", pick(random_, kJapaneseParts), pick(random_, kJapaneseTrades)), "", "");
  }
  if (region == Region::eu && random_.chance(0.6)) {
    const std::string_view one = pick(random_, kGermanParts);
    const std::string_view two = random_.chance(0.5) ? pick(random_, kSecondParts) : pick(random_, kLastNames);
    return unused(fmt::format("{} {}", one, two), " ", random_.chance(0.5) ? " GmbH" : " SA");
  }
  if (random_.chance(0.12)) {
    return unused(fmt::format("{}, {} & Co", pick(random_, kFirstParts), pick(random_, kLastNames)), " ", "");
  }
  if (random_.chance(0.04))
    return unused(fmt::format("\"{}\" {}", pick(random_, kFirstParts), pick(random_, kSecondParts)), " ", "");
  return unused(fmt::format("{} {}", pick(random_, kFirstParts), pick(random_, kSecondParts)), " ", "");
}

std::string FreshNames::child_company(const std::string& parent) {
  static constexpr std::array<std::string_view, 6> kBranches = {"North",  "South", "Services",
                                                                "Online", "Asia",  "Nordic"};
  return unused(fmt::format("{} {}", parent, pick(random_, kBranches)), " ", "");
}

std::string FreshNames::person(Region region) {
  if (region == Region::eu && random_.chance(0.2))
    return fmt::format("{} {}", pick(random_, kFirstNames), pick(random_, kGermanParts));
  return fmt::format("{} {}", pick(random_, kFirstNames), pick(random_, kLastNames));
}

std::string FreshNames::email(std::string_view person, std::string_view domain) {
  const size_t blank = person.find(' ');
  const std::string local = fmt::format("{}.{}", ascii(person.substr(0, blank)), ascii(person.substr(blank + 1)));
  return unused(local, "", fmt::format("@{}", domain));
}

std::string FreshNames::domain(std::string_view company) { return unused(ascii(company), "-", ".example"); }

std::string_view manager(int number) { return kManagerNames[static_cast<size_t>(number)]; }
std::string_view industry(int number) { return kIndustryNames[static_cast<size_t>(number)]; }
std::string_view goal(int number) { return kGoalTexts[static_cast<size_t>(number)]; }
std::string_view topic(int number) { return kTopicNames[static_cast<size_t>(number)]; }

std::string_view ticket_text(int topic_number, Mood mood, uint64_t pick_number) {
  return kTicketTexts[topic_number][static_cast<size_t>(mood)][pick_number % 3];
}
std::string_view comment_text(Mood mood, uint64_t pick_number) {
  return kCommentTexts[static_cast<size_t>(mood)][pick_number % 4];
}
std::string_view survey_text(Mood mood, uint64_t pick_number) {
  return kSurveyTexts[static_cast<size_t>(mood)][pick_number % 4];
}

}  // namespace kenko::sim
