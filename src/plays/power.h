// plays/power.h
//
// What a hold-out could find, said before it begins.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "plays/effect.h"

namespace kenko::plays {

/// The smallest true effects that would be found: with 80 % power by a two-sided test at 5 %.
///
/// treated_parents, held_out_parents: top parents that the lot is expected to give to each arm.
/// score: points.  churn: fall of the share that leaves, 0..1; nullopt where even nobody leaving would not be found.
/// arr:   share of the ARR before.  Each nullopt where the past does not say how much it varies, or an arm would have
///        fewer than kFewestParents.
struct Detectable {
  int64_t treated_parents = 0, held_out_parents = 0;
  std::optional<double> score, churn, arr;
  std::optional<double> churn_now;      ///< the share that left, of which `churn` is a fall
  std::optional<double> design_effect;  ///< of churn: as many cases in clusters tell as much as one independent one
};

/// past:    complete rows of accounts that met the condition, whatever their arm: how much outcomes vary from one top
///          parent to another is taken from them.
/// parents: top parents expected to become eligible while the hold-out runs.  share: held out, 0 < share < 1.
/// Formula: (t(0.975) + t(0.8)) x sqrt(V (1 / treated parents + 1 / held out parents)), V = the cluster-robust variance
///          of the past mean times the number of its clusters: so sizes and likeness within clusters (the design
///          effect, Kish 1965) are in it.  For churn V is that of the rate that is looked for in the treated.
[[nodiscard]] Detectable detectable(std::span<const EffectRow> past, int64_t parents, double share);

}  // namespace kenko::plays
