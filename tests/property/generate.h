// tests/property/generate.h
//
// Random companies and random models for the tests that compare executors.  Everything follows from the seed.
#pragma once

#include <cstdint>
#include <string>

#include "base/day.h"
#include "facts/fact.h"
#include "facts/settings.h"

namespace kenko::property {

/// How much to make.
struct Size {
  int accounts = 6;
  int days = 150;            ///< length of the company's history
  double events_a_week = 5;  ///< of an account, on average over its lively time
  int metrics = 8;
};

/// A random company with a model that `model::check` accepts.
///
/// Meaning:    settings with sources of both kinds of coverage and of account ids; events with several versions,
/// deletions,
///             late and corrected `known_at`, users with and without a contact; attributes of accounts (a parent too)
///             and of contacts, dated, as snapshots and with backfill; contracts with versions; churn and return; money
///             with missing rates.  Expressions use the whole language, curves all kinds, and every policy for what is
///             missing.
/// Left out:   what docs/SEMANTICS.md leaves open (equal keys of a tie, a contract that moves between accounts).
/// Invariants: `seed` alone decides everything, on every machine.
struct Generated {
  uint64_t seed = 0;
  std::string model;  ///< the text of a model file
  facts::Settings settings;
  facts::FactSet facts;
  Day first;      ///< no event, value or contract version lies before this day
  Day last;       ///< none after it
  Day known_day;  ///< a day on which a part of the facts was not known yet, for law (b)
};

[[nodiscard]] Generated generate(uint64_t seed, const Size& size = {});

/// The latest instant that counts as known on day k: the close of k.
[[nodiscard]] Instant close_of(const facts::Settings& settings, Day k);

/// A random model over the sources of `settings`: the second half of `generate`.
[[nodiscard]] std::string generate_model(uint64_t seed, const facts::Settings& settings, int metrics);

}  // namespace kenko::property
