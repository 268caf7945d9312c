// Runs a fuzz target without libFuzzer: every file of the corpus, then inputs made from them by a seeded generator.
//     fuzz_NAME [--runs N] [--seed S] FILE_OR_FOLDER...
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;
using Rng = std::mt19937_64;

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> read_all(const std::vector<std::string>& arguments) {
  std::vector<fs::path> paths;
  for (const std::string& argument : arguments) {
    if (!fs::is_directory(argument)) {
      paths.emplace_back(argument);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(argument)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const fs::path& path : paths) inputs.push_back(read(path));
  return inputs;
}

size_t below(Rng& rng, size_t n) { return n == 0 ? 0 : rng() % n; }

// Changes that break parsers: single bytes, lengths, repeats, pieces of another input.
void mutate(std::string& input, const std::vector<std::string>& corpus, Rng& rng) {
  using std::string_view_literals::operator""sv;
  // With its length: the first byte is a zero, where a plain literal would end.
  static constexpr std::string_view kBytes = "\0\xff\"'\\,;:{}[]()#-+.0123456789eE\t\n\r\xef\xbb\xbf\x80"sv;
  const size_t at = below(rng, input.size() + 1);
  switch (below(rng, 7)) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(rng() & 0xff);
      break;
    case 1:
      input.insert(at, 1, kBytes[below(rng, kBytes.size())]);
      break;
    case 2:
      input.erase(at, 1 + below(rng, 8));
      break;
    case 3:
      input.resize(at);
      break;
    case 4:
      input.insert(at, input.substr(below(rng, input.size() + 1), below(rng, 64)));
      break;
    case 5: {
      const std::string& other = corpus[below(rng, corpus.size())];
      input.insert(at, other.substr(below(rng, other.size() + 1), below(rng, 64)));
      break;
    }
    default:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(rng, 8)));
  }
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  size_t runs = 0;
  uint64_t seed = std::random_device{}();
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--runs" && i + 1 < argc) {
      runs = std::stoull(argv[++i]);
    } else if (argument == "--seed" && i + 1 < argc) {
      seed = std::stoull(argv[++i]);
    } else {
      paths.emplace_back(argument);
    }
  }
  const std::vector<std::string> corpus = read_all(paths);
  if (corpus.empty()) {
    fmt::print(stderr, "no inputs\n");
    return 2;
  }
  for (const std::string& input : corpus) run(input);
  fmt::print("{} inputs; seed {}\n", corpus.size(), seed);
  std::fflush(stdout);
  Rng rng(seed);
  for (size_t i = 0; i < runs; ++i) {
    std::string input = corpus[below(rng, corpus.size())];
    for (size_t changes = 1 + below(rng, 6); changes > 0; --changes) mutate(input, corpus, rng);
    // Written before it is run, so that a crash leaves its input behind.
    if (const char* keep = std::getenv("KENKO_FUZZ_KEEP")) std::ofstream(keep, std::ios::binary) << input;
    run(input);
  }
  fmt::print("{} made inputs: nothing found\n", runs);
  return 0;
}
