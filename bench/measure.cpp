#include "measure.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace kenko::bench {
namespace {

std::string number_text(double x) {
  if (x >= 100'000) return fmt::format("{:.0f}", x);
  if (x >= 100) return fmt::format("{:.1f}", x);
  return fmt::format("{:.3f}", x);
}

}  // namespace

void Figures::add(const std::string& group, const std::string& name, const std::string& unit, double value,
                  const std::string& note) {
  add(Figure{group, name, unit, value, value, value, 1, note});
}

void Figures::add(const std::string& group, const std::string& name, const std::string& unit,
                  std::vector<double> samples, const std::string& note) {
  if (samples.empty()) return;
  const auto [least, most] = std::minmax_element(samples.begin(), samples.end());
  add(Figure{group, name, unit, quantile(samples, 0.5), *least, *most, static_cast<int>(samples.size()), note});
}

const Figure* Figures::find(const std::string& group, const std::string& name) const {
  for (const Figure& f : all_) {
    if (f.group == group && f.name == name) return &f;
  }
  return nullptr;
}

std::string Figures::to_text() const {
  std::string out;
  std::string group;
  for (const Figure& f : all_) {
    if (f.group != group) out += fmt::format("{}{}\n", out.empty() ? "" : "\n", f.group);
    group = f.group;
    const std::string spread =
        f.runs > 1 ? fmt::format("  {} .. {} in {} runs", number_text(f.least), number_text(f.most), f.runs) : "";
    out += fmt::format("  {:<44} {:>12} {:<10}{}{}{}\n", f.name, number_text(f.median), f.unit, spread,
                       f.note.empty() ? "" : "  ", f.note);
  }
  return out;
}

std::string Figures::to_json_lines() const {
  std::string out;
  for (const Figure& f : all_) {
    nlohmann::ordered_json j = {{"group", f.group}, {"name", f.name}, {"unit", f.unit}, {"median", f.median},
                                {"least", f.least}, {"most", f.most}, {"runs", f.runs}};
    if (!f.note.empty()) j["note"] = f.note;
    out += j.dump() + "\n";
  }
  return out;
}

void Figures::add_json_lines(const std::string& lines) {
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const auto j = nlohmann::json::parse(line, nullptr, false);
    if (j.is_discarded() || !j.is_object() || !j.contains("group")) continue;
    add(Figure{j["group"], j["name"], j["unit"], j["median"], j.value("least", j["median"].get<double>()),
               j.value("most", j["median"].get<double>()), j.value("runs", 1), j.value("note", "")});
  }
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<double> samples_of(int runs, const std::function<void()>& work) {
  std::vector<double> out;
  for (int i = 0; i < runs; ++i) out.push_back(seconds_of(work));
  return out;
}

double quantile(std::vector<double> samples, double q) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const double at = q * static_cast<double>(samples.size() - 1);
  const auto low = static_cast<size_t>(at);
  const size_t high = std::min(low + 1, samples.size() - 1);
  return samples[low] + (at - static_cast<double>(low)) * (samples[high] - samples[low]);
}

void MemoryWatch::look() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0, shared = 0;  // pages
  if (!(file >> size >> resident >> shared)) return;
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
  own_ = std::max<double>(own_, page * static_cast<double>(resident - shared));
  file_ = std::max<double>(file_, page * static_cast<double>(shared));
}

MemoryWatch::MemoryWatch() {
  look();
  thread_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      look();
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  });
}
MemoryWatch::~MemoryWatch() = default;

void forget_files(const std::string& dir) {
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir, error)) {
    if (!entry.is_regular_file(error)) continue;
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    fsync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
  }
}

double megabytes_on_disk(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error))
    return static_cast<double>(std::filesystem::file_size(path, error)) / 1e6;
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path, error)) {
    if (entry.is_regular_file(error)) bytes += static_cast<double>(entry.file_size(error));
  }
  return bytes / 1e6;
}

ChildResult run_child(const std::vector<std::string>& arguments) {
  ChildResult out;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return out;
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  char buffer[65'536];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof(buffer))) > 0;)
    out.output.append(buffer, static_cast<size_t>(n));
  close(ends[0]);
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return out;
  out.good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  out.peak_megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
  return out;
}

}  // namespace kenko::bench
