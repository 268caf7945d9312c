#include "report/import_view.h"

namespace kenko::report {

Table import_table(const std::vector<ImportLine>& lines) {
  Table t;
  t.columns = {{"name", "file", Align::left, 40, false},           {"read", "read", Align::right, 0, false},
               {"added", "added", Align::right, 0, false},         {"already", "already there", Align::right, 0, false},
               {"corrected", "corrected", Align::right, 0, false}, {"rejected", "rejected", Align::right, 0, false},
               {"filtered", "ignored", Align::right, 0, false},    {"deleted", "deleted", Align::right, 0, true}};
  for (const ImportLine& l : lines)
    t.rows.push_back(
        {{l.name}, {l.read}, {l.added}, {l.already}, {l.corrected}, {l.rejected}, {l.filtered}, {l.deleted}});
  return t;
}

}  // namespace kenko::report
