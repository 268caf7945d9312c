// kenko_verify: compares native history with every oracle, cell by cell, and tries every law of docs/SEMANTICS.md.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/text.h"
#include "verify/checks.h"
#include "verify/faults.h"
#include "verify/handwritten.h"
#include "verify/planted_rules.h"

namespace {

using namespace kenko;
using namespace kenko::verify;

constexpr std::string_view kUsage =
    "usage: kenko_verify [--workspace DIR]... [--random N] [--seed S] [--accounts N] [--days N] [--quick] [--plant]\n"
    "                    [--model MODEL]...   models for the workspaces, instead of their own\n"
    "       kenko_verify --print SEED      the random model of a seed\n";

struct Arguments {
  std::vector<std::string> workspaces;
  std::vector<std::string> models;  // empty = the workspaces' own
  int64_t random = 0;
  int64_t seed = 1;
  int64_t accounts = 0, days = 0;  // 0 = as the seed says
  bool quick = false;
  bool plant = false;
  std::optional<int64_t> print;
};

std::optional<Arguments> read_arguments(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--quick" || name == "--plant") {
      (name == "--quick" ? out.quick : out.plant) = true;
      continue;
    }
    if (++i == argc) return std::nullopt;
    if (name == "--workspace") {
      out.workspaces.emplace_back(argv[i]);
      continue;
    }
    if (name == "--model") {
      out.models.emplace_back(argv[i]);
      continue;
    }
    const auto number = text::parse_int(argv[i]);
    if (!number || *number < 0) return std::nullopt;
    if (name == "--print") {
      out.print = *number;
    } else if (name == "--random") {
      out.random = *number;
    } else if (name == "--seed") {
      out.seed = *number;
    } else if (name == "--accounts") {
      out.accounts = *number;
    } else if (name == "--days") {
      out.days = *number;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

// Without a request: random companies, planted faults, and what `make demo` has made.
void use_everything(Arguments& arguments) {
  arguments.random = 2'000;
  arguments.plant = true;
  for (const char* made : {"demo/retail", "demo/simulated/company"}) {
    if (std::filesystem::exists(std::string(made) + "/kenko.yaml")) arguments.workspaces.emplace_back(made);
  }
}

class Verify {
 public:
  explicit Verify(const Arguments& arguments) : arguments_(arguments) {}

  bool run() {
    bool good = true;
    if (arguments_.random > 0) good = random() && good;
    for (const std::string& dir : arguments_.workspaces) {
      if (arguments_.models.empty()) good = workspace(dir, "") && good;
      for (const std::string& model : arguments_.models) good = workspace(dir, model) && good;
    }
    if (arguments_.plant) good = plant() && good;
    fmt::print("\nverify: {} cells, {} mismatches\n", cells_, mismatches_);
    return good && mismatches_ == 0;
  }

 private:
  [[nodiscard]] Thoroughness how() const {
    Thoroughness out;
    out.seed = static_cast<uint64_t>(arguments_.seed);
    if (arguments_.quick) {
      out.law_days = 8;
      out.silent_days = 3;
    }
    return out;
  }

  bool random() {
    fmt::print("{} random companies with a random model each, from seed {}\n", arguments_.random, arguments_.seed);
    Comparison comparison;
    for (int64_t i = 0; i < arguments_.random; ++i) {
      const auto seed = static_cast<uint64_t>(arguments_.seed + i);
      property::Size size = property::shape_of(seed);
      if (arguments_.accounts > 0) size.accounts = static_cast<int>(arguments_.accounts);
      if (arguments_.days > 0) size.days = static_cast<int>(arguments_.days);
      const auto subject = random_subject(seed, size);
      if (const Status status = check_subject(*subject, how(), comparison); !status.ok())
        return failed(status.problems());
    }
    return close(comparison, false);
  }

  bool workspace(const std::string& dir, const std::string& model) {
    auto subject = workspace_subject(dir, model);
    if (!subject.ok()) return failed(subject.problems());
    const Subject& s = **subject;
    fmt::print("\nworkspace {}: model {}, {} accounts, {} events, {} to {}, seed {}\n", s.name, s.plan.model,
               s.portfolio.accounts.size(), s.portfolio.events.size(), s.first.iso(), s.last.iso(), arguments_.seed);
    Thoroughness t = how();
    t.threads = std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
    t.whole_past = false;
    if (arguments_.quick) {
      for (uint32_t a = 0; a < s.portfolio.accounts.size(); a += 40) t.reference_accounts.push_back(a);
    }
    Comparison comparison;
    if (const Status status = check_subject(s, t, comparison); !status.ok()) return failed(status.problems());
    if (model.empty()) {  // the handwritten queries are about the workspace's own model
      const Status status = check_handwritten(s, dir, t.threads, comparison);
      if (!status.ok()) return failed(status.problems());
    }
    return close(comparison, true);
  }

  bool plant() {
    const auto seed = static_cast<uint64_t>(arguments_.seed);
    bool good = true;
    for (const std::string& name : functions_without_fault()) {
      fmt::print("no mistake is planted in {}\n", name);
      good = false;
    }
    good = show("generated SQL", plant_faults(seed)) && good;
    return show("reference interpreter", plant_rule_faults(seed)) && good;
  }

  static bool show(std::string_view judge, const std::vector<PlantedFault>& faults) {
    fmt::print("\n{:<26} {:<38} {:>9} by the {}\n", "planted in", "fault", "cells", judge);
    size_t found = 0;
    for (const PlantedFault& f : faults) {
      fmt::print("{:<26} {:<38} {:>9} {}\n", f.function, f.fault, f.cells, f.found ? "found" : "NOT FOUND");
      found += f.found ? 1 : 0;
    }
    if (faults.empty()) fmt::print("the faultless run differs already\n");
    fmt::print("{} of {} planted faults found by the {}\n", found, faults.size(), judge);
    return !faults.empty() && found == faults.size();
  }

  bool close(const Comparison& comparison, bool by_metric) {
    comparison.print(by_metric);
    cells_ += comparison.cells();
    mismatches_ += comparison.mismatches();
    if (!comparison.good() && comparison.mismatches() == 0) fmt::print("more than one edge in a million cells\n");
    return comparison.good();
  }

  static bool failed(const Problems& problems) {
    fmt::print(stderr, "{}", to_text(problems));
    return false;
  }

  Arguments arguments_;
  uint64_t cells_ = 0, mismatches_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  auto arguments = read_arguments(argc, argv);
  if (!arguments) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  if (arguments->print) {
    fmt::print("{}", property::generate(static_cast<uint64_t>(*arguments->print)).model);
    return 0;
  }
  if (arguments->workspaces.empty() && arguments->random == 0 && !arguments->plant) use_everything(*arguments);
  return Verify(*arguments).run() ? 0 : 1;
}
