// measure.h
//
// Times, peak memory and what becomes of them: a table for people and JSON for programs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace kenko::bench {

/// One figure: of several runs the median, the smallest and the greatest.
struct Figure {
  std::string group;  ///< "import", "history", ...
  std::string name;
  std::string unit;  ///< "s", "rows/s", "us", "MB", ...
  double median = 0, least = 0, most = 0;
  int runs = 1;
  std::string note;
};

/// Figures in the order in which they came.
class Figures {
 public:
  void add(Figure figure) { all_.push_back(std::move(figure)); }
  void add(const std::string& group, const std::string& name, const std::string& unit, double value,
           const std::string& note = {});
  /// The median of `samples`.
  void add(const std::string& group, const std::string& name, const std::string& unit, std::vector<double> samples,
           const std::string& note = {});
  [[nodiscard]] const std::vector<Figure>& all() const { return all_; }
  /// nullptr when there is none.
  [[nodiscard]] const Figure* find(const std::string& group, const std::string& name) const;

  [[nodiscard]] std::string to_text() const;
  /// One object a line, as the parent reads it from a child, and as it stands in the file.
  [[nodiscard]] std::string to_json_lines() const;
  /// Adds what to_json_lines() of a child gave.
  void add_json_lines(const std::string& lines);

 private:
  std::vector<Figure> all_;
};

[[nodiscard]] double seconds_of(const std::function<void()>& work);
/// `work` is run `runs` times; the seconds of each.
[[nodiscard]] std::vector<double> samples_of(int runs, const std::function<void()>& work);
/// The value below which the share `q` of the samples lies.
[[nodiscard]] double quantile(std::vector<double> samples, double q);

/// Watches this process's memory while it lives: what it wrote itself, and pages of files, which the kernel may take
/// back.
class MemoryWatch {
 public:
  MemoryWatch();
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

  /// The most so far, looked at a few hundred times a second; not necessarily at the same moment.
  [[nodiscard]] double own_megabytes() const { return own_; }
  [[nodiscard]] double file_megabytes() const { return file_; }

 private:
  void look();
  std::atomic<double> own_{0}, file_{0};
  std::jthread thread_;  // last: it uses the others
};

/// Asks the kernel to forget what it holds of the files below `dir`, so that the next reader goes to the disk.
void forget_files(const std::string& dir);
/// Bytes of the files below `path`.
[[nodiscard]] double megabytes_on_disk(const std::string& path);

struct ChildResult {
  bool good = false;
  double peak_megabytes = 0;
  std::string output;  ///< what it wrote to standard output
};
/// Runs a program and waits for it.  Standard error goes to ours.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& arguments);

}  // namespace kenko::bench
