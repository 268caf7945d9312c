// tests/property/generate.h
//
// Random companies and random models for the tests that compare executors.  Everything follows from the seed.
#pragma once

#include <cstdint>
#include <map>
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

/// A shape of its own for each seed: most companies are small; some have enough accounts for places among them, some a
/// history of more than a year.
[[nodiscard]] Size shape_of(uint64_t seed);

/// A random company with a model that `model::check` accepts.
///
/// Meaning:    settings with sources of both kinds of coverage and of account ids, some that must speak every few days;
///             events with several versions, deletions, late and corrected `known_at`, texts, users with and without a
///             contact; attributes of accounts (a changing parent too, with circles and orphans) and of contacts,
///             dated, as snapshots and with backfill; contracts with versions, products, terms and renewals; overrides
///             set, cleared and expired; churn and return; money with missing rates.  Models use the whole language:
///             every function, filter, curve, policy, roll-up, segment, stage, trigger, hierarchy and kind of band.
/// Left out:   what docs/SEMANTICS.md leaves open (equal keys of a tie).
/// Invariants: `seed` and the size alone decide everything, on every machine.
struct Generated {
  uint64_t seed = 0;
  std::string model;                   ///< the text of a model file
  std::map<std::string, int> refused;  ///< why models drawn before it were not accepted: what the check said
  facts::Settings settings;
  facts::FactSet facts;
  Day first;      ///< no event, value or contract version lies before this day
  Day last;       ///< none after it
  Day known_day;  ///< a day on which a part of the facts was not known yet, for law (b)
};

[[nodiscard]] Generated generate(uint64_t seed, const Size& size);
[[nodiscard]] inline Generated generate(uint64_t seed) { return generate(seed, shape_of(seed)); }

/// The latest instant that counts as known on day k: the close of k.
[[nodiscard]] Instant close_of(const facts::Settings& settings, Day k);

/// What a random model is made for.
struct ModelSize {
  int metrics = 8;
  bool crowd = false;  ///< the company has more than ten accounts: places among them mean something
  bool years = false;  ///< it has a history of more than a year
  Day first;           ///< of its history
};

/// A random model over the sources of `settings`: the second half of `generate`.  The check may refuse one in a while.
[[nodiscard]] std::string generate_model(uint64_t seed, const facts::Settings& settings, const ModelSize& size);

}  // namespace kenko::property
