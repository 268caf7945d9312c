#include "text/shipped.h"

#include "base/shipped_file.h"

KENKO_SHIPPED_FILE(lexicon_de, "/lexicons/de.txt");
KENKO_SHIPPED_FILE(lexicon_en, "/lexicons/en.txt");
KENKO_SHIPPED_FILE(lexicon_es, "/lexicons/es.txt");
KENKO_SHIPPED_FILE(lexicon_fr, "/lexicons/fr.txt");
KENKO_SHIPPED_FILE(lexicon_it, "/lexicons/it.txt");
KENKO_SHIPPED_FILE(lexicon_ja, "/lexicons/ja.txt");
KENKO_SHIPPED_FILE(lexicon_nl, "/lexicons/nl.txt");
KENKO_SHIPPED_FILE(lexicon_pt, "/lexicons/pt.txt");
KENKO_SHIPPED_FILE(lexicon_zh, "/lexicons/zh.txt");
KENKO_SHIPPED_FILE(topics, "/topics.yaml");

namespace kenko::text {

const std::vector<ShippedLexicon>& shipped_lexicons() {
  static const std::vector<ShippedLexicon> lexicons{
      {"de", KENKO_SHIPPED_BYTES(lexicon_de)}, {"en", KENKO_SHIPPED_BYTES(lexicon_en)},
      {"es", KENKO_SHIPPED_BYTES(lexicon_es)}, {"fr", KENKO_SHIPPED_BYTES(lexicon_fr)},
      {"it", KENKO_SHIPPED_BYTES(lexicon_it)}, {"ja", KENKO_SHIPPED_BYTES(lexicon_ja)},
      {"nl", KENKO_SHIPPED_BYTES(lexicon_nl)}, {"pt", KENKO_SHIPPED_BYTES(lexicon_pt)},
      {"zh", KENKO_SHIPPED_BYTES(lexicon_zh)}};
  return lexicons;
}

std::string_view shipped_topics() { return KENKO_SHIPPED_BYTES(topics); }

}  // namespace kenko::text
