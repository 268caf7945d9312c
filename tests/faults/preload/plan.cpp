#include "plan.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

namespace kenko::faults {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  std::fprintf(stderr, "libkenko_faults: cannot read KENKO_FAULTS_PLAN: %s\n", text.c_str());
  std::abort();
}

int error_number(const std::string& name) {
  if (name == "EIO") return EIO;
  if (name == "ENOSPC") return ENOSPC;
  if (name == "EACCES") return EACCES;
  return 0;
}

bool is_kind(const std::string& name) {
  if (name == "any" || name == "space") return true;
  for (int k = static_cast<int>(Kind::open); k <= static_cast<int>(Kind::allocate); ++k) {
    if (name == kind_name(static_cast<Kind>(k))) return true;
  }
  return false;
}

bool is_part(const std::string& name) {
  static const std::vector<std::string> kParts = {"none", "one", "sector", "page", "half", "most", "all"};
  return std::find(kParts.begin(), kParts.end(), name) != kParts.end();
}

}  // namespace

Plan::Plan() {
  const char* text = std::getenv("KENKO_FAULTS_PLAN");
  if (text == nullptr || *text == '\0') return;
  std::istringstream in(text);
  std::string action;
  in >> action >> kind_ >> number_;
  if (!in || number_ < 1 || !is_kind(kind_)) refuse(text);
  if (action == "fail") {
    std::string error, repeat;
    in >> error >> repeat;
    error_ = error_number(error);
    from_then_on_ = repeat == "on";
    if (error_ == 0 || (repeat != "on" && repeat != "once")) refuse(text);
    action_ = Verdict::Do::fail;
  } else if (action == "kill") {
    action_ = Verdict::Do::kill;
  } else {
    refuse(text);
  }
  std::string part;
  if (in >> part) part_ = part;
  if (!is_part(part_)) refuse(text);
}

size_t Plan::part_of(size_t size) const {
  if (part_ == "one") return std::min<size_t>(size, 1);
  if (part_ == "sector") return std::min<size_t>(size, 512);
  if (part_ == "page") return std::min<size_t>(size, 4096);
  if (part_ == "half") return size / 2;
  if (part_ == "most") return size > 0 ? size - 1 : 0;
  if (part_ == "all") return size;
  return 0;
}

Verdict Plan::next(Kind kind, size_t size, bool needs_space) {
  Verdict verdict;
  if (action_ == Verdict::Do::pass || done_) return verdict;
  if (kind_ == "space" ? !needs_space : kind_ != "any" && kind_ != kind_name(kind)) return verdict;
  ++count_;
  if (count_ < number_) return verdict;
  if (action_ == Verdict::Do::kill) return {Verdict::Do::kill, 0, part_of(size)};
  verdict = {Verdict::Do::fail, error_, 0};
  if (!shortened_ && count_ == number_ && kind == Kind::write && part_of(size) > 0) {
    shortened_ = true;
    if (part_of(size) == size) return {};  // a write shorter than the part: done whole, the next one fails
    return {Verdict::Do::shorten, 0, part_of(size)};
  }
  done_ = !from_then_on_;
  return verdict;
}

}  // namespace kenko::faults
