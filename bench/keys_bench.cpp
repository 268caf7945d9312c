// Exactly once over many ids: what the program ids_bench, which stands beside this one, finds out.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "options.h"

namespace kenko::bench {

Status bench_keys(const Options& options, Figures& figures) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "ids_bench";
  const std::string dir = options.dir + "/ids";
  const ChildResult child = run_child({program.string(), "--ids", std::to_string(options.ids), "--dir", dir});
  std::filesystem::remove_all(dir);
  const auto found = nlohmann::json::parse(child.output, nullptr, false);
  if (!child.good || !found.is_object())
    return Problem{"bench-ids", {program.string(), 0, 0, ""}, "ids_bench failed", "", "", Severity::error};
  const auto add = [&](const char* key, const char* name, const char* unit) {
    figures.add("ids", name, unit, found.value(key, 0.0));
  };
  add("ids", "ids", "");
  add("files", "key files", "");
  add("disk_bytes_per_id", "disk for each id", "bytes");
  add("build_seconds", "written in commits of a million", "s");
  add("slowest_commit_seconds", "the slowest commit", "s");
  add("build_peak_mb", "peak memory of writing", "MB");
  add("open_ms", "open", "ms");
  add("open_mb", "memory of the opened index", "MB");
  add("rss_mb", "memory after the look-ups, with mapped pages", "MB");
  add("single_absent_per_s", "single look-ups of new ids", "1/s");
  add("single_absent_slowest_us", "the slowest of them", "us");
  add("single_present_per_s", "single look-ups of stored ids", "1/s");
  add("single_present_slowest_us", "the slowest of them (stored)", "us");
  add("sorted_half_present_per_s", "sorted look-ups, half of them stored", "1/s");
  return Done{};
}

}  // namespace kenko::bench
