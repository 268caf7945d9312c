#include "ports/fact_store.h"

#include <algorithm>
#include <tuple>

namespace kenko::ports {
namespace {

/// Moves what `ids` names out of `live`; the names of its files go to `gone`.
template <typename Info>
void take_out(std::vector<Info>& live, const std::vector<int64_t>& ids, std::string Info::* file,
              std::vector<std::string>& gone) {
  std::erase_if(live, [&](const Info& info) {
    if (std::find(ids.begin(), ids.end(), info.id) == ids.end()) return false;
    gone.push_back(info.*file);
    return true;
  });
}

}  // namespace

void CatalogChange::apply(Snapshot& snapshot, Instant at) const {
  std::vector<std::string> gone;
  take_out(snapshot.segments, replaced_segments, &SegmentInfo::events_file, gone);
  take_out(snapshot.key_files, replaced_key_files, &KeyFileInfo::file, gone);
  if (versions_file && !snapshot.versions_file.empty()) gone.push_back(snapshot.versions_file);
  if (versions_file) snapshot.versions_file = *versions_file;
  snapshot.segments.insert(snapshot.segments.end(), segments.begin(), segments.end());
  snapshot.key_files.insert(snapshot.key_files.end(), key_files.begin(), key_files.end());
  for (std::string& file : gone) snapshot.replaced.push_back({std::move(file), at});
  std::sort(snapshot.segments.begin(), snapshot.segments.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  std::sort(snapshot.key_files.begin(), snapshot.key_files.end(),
            [](const auto& a, const auto& b) { return std::tie(a.first_seq, a.id) < std::tie(b.first_seq, b.id); });
  std::sort(snapshot.replaced.begin(), snapshot.replaced.end(),
            [](const auto& a, const auto& b) { return a.file < b.file; });
}

}  // namespace kenko::ports
