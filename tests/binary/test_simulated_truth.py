"""The simulated company keeps for itself what drives its customers; what Kenko learns from the exports is held against it.

The simulator (src/sim) shares nothing with models, engine or fit.  Beside its exports things are planted in a source of
their own, `probe`: noise, outcomes dealt at random, leaks, drifts.  Every check is also made where nothing was planted, and
is silent there.
"""
import csv
import datetime
import math
import pathlib
import random
import shutil
import tempfile
from statistics import NormalDist

from kenko_runner import SHARE, KenkoTest, main

# It is leavers that are needed, not clicks: 900 customers of whom about 180 leave, one in nine of the usual product events,
# and each eighth of the weekly lists of accounts.
ACCOUNTS, EVENTS = 900, 0.8
DAY, LAST = datetime.timedelta(days=1), datetime.date(2026, 11, 1)  # the last day of the exports
PLANTS = ("noise", "left", "leak", "calm", "fallen", "apart")
SOURCE = """kenko: 1
source: probe
accounts: defines
rules:
  rows:
    event:
      column: what
      map: {probe.noise: probe.noise, probe.left: probe.left, probe.leak: probe.leak,
            probe.calm: probe.calm, probe.fallen: probe.fallen, probe.apart: probe.apart}
    account: account
    time: at
    id: id
"""
HEAD = """kenko: 1
model: {name}
min_coverage: 50%
outcomes:
  churn: {{event: account.churned, within: 90d}}
  dealt: {{event: probe.left, within: 90d}}
dimensions: {{all: {{weight: 1}}}}
metrics:
{metrics}
bands: {{red: {{from: 0}}, yellow: {{from: 40}}, green: {{from: 70}}}}
"""
# What leaving hangs on by the simulator's laws (src/sim/laws.cpp), as far as the exports show it: power users, goals, the
# sponsor, the term, integrations, and the vigour behind moods, replies and use.
DRIVERS = {
    "power_users": "value: 'users_with(feature.used{level = \"advanced\"}[56d], days: 3)', curve: {0: 10, 3: 100}",
    "goals": "value: 'count(goal.reached[364d]) / count((goal.reached or goal.missed)[364d])', min_observed: 28d, "
             "curve: {0: 0, 1: 100}, missing: {score: 50}",
    "sponsor": "value: 'count(meeting.held{executive = true}[182d])', min_observed: 28d, curve: {0: 10, 2: 100}",
    "term": "value: term_months(), curve: {1: 10, 12: 90}",
    "integrations": "value: 'distinct(integration.used[91d], integration)', min_observed: 28d, curve: {0: 10, 4: 100}",
    "mood": "value: 'mean(ticket.opened[91d], sentiment)', min_observed: 28d, curve: {-0.6: 0, 0.6: 100}, "
            "missing: {score: 50}",
}
# What the simulator draws without a look at the hidden state.
OTHERS = {
    "mobile": "value: 'count(login{device = \"mobile\"}[91d]) / count(login[91d])', min_observed: 28d, "
              "curve: {0%: 0, 50%: 100}, missing: {score: 50}",
    "closing": "value: 'count(workflow.started{workflow = \"close_month\"}[91d]) / count(workflow.started[91d])', "
               "min_observed: 28d, curve: {0%: 0, 50%: 100}, missing: {score: 50}",
    "billing_topics": "value: 'count(ticket.opened{topic = \"billing\"}[182d]) / count(ticket.opened[182d])', "
                      "min_observed: 28d, curve: {0%: 0, 40%: 100}, missing: {score: 50}",
    "access_topics": "value: 'count(ticket.opened{topic = \"access\"}[182d]) / count(ticket.opened[182d])', "
                     "min_observed: 28d, curve: {0%: 0, 40%: 100}, missing: {score: 50}",
    "noise": "value: 'count(probe.noise[56d])', min_observed: 28d, curve: {3: 0, 14: 100}",
}
ALARMS = {"knows-the-future", "too-good", "shuffled-not-half"}
LEAK = "value: 'count(probe.leak[180d])', min_observed: 28d, curve: {0: 100, 1: 0}"


def model(name, **metrics):
    lines = "\n".join(f"  {key}: {{dimension: all, {text}}}" for key, text in metrics.items())
    return HEAD.format(name=name, metrics=lines)


def ranks(values):
    """Mean ranks of ties."""
    order, out, begin = sorted(range(len(values)), key=values.__getitem__), [0.0] * len(values), 0
    while begin < len(order):
        end = begin
        while end + 1 < len(order) and values[order[end + 1]] == values[order[begin]]:
            end += 1
        for at in range(begin, end + 1):
            out[order[at]] = (begin + end) / 2
        begin = end + 1
    return out


def spearman(xs, ys):
    """0 where one of them never changes."""
    xs, ys = ranks(xs), ranks(ys)
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    both = sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / math.sqrt(both) if both > 0 else 0.0


def wins(ups, downs):
    """Pairs in which the first is the greater one (the U of Mann and Whitney)."""
    return sum((up > down) + (up == down) / 2 for up in ups for down in downs)


class Truth:
    """weeks: by account, (first day, chance to give notice within 90 days).  decided: by account, the day."""

    def __init__(self, folder):
        self.weeks, self.decided = {}, {}
        with open(folder / "truth.csv", encoding="utf-8", newline="") as f:
            for r in csv.DictReader(f):
                chance = float(r["churn_90d"]) if r["churn_90d"] else None
                week = datetime.date.fromisoformat(r["week"])
                self.weeks.setdefault(r["account_id"], []).append((week, chance))
        with open(folder / "accounts.csv", encoding="utf-8", newline="") as f:
            for r in csv.DictReader(f):
                if r["notice_at"] or r["effective_at"]:
                    self.decided[r["account_id"]] = datetime.date.fromisoformat(r["notice_at"] or r["effective_at"])
        self.chances = {(account, week): chance for account, weeks in self.weeks.items() for week, chance in weeks}

    def chance(self, account, on):
        """That the account decides to leave within 90 days; None where the simulator says nothing."""
        found = [self.chances[account, on - i * DAY] for i in range(7) if (account, on - i * DAY) in self.chances]
        return found[0] if found else None


def planted(truth):
    """Rows of the source `probe`; seeded, so that every run sees the same company."""
    rng, out = random.Random(3), []

    def add(what, account, on):
        out.append(f"probe.{what},{account},{on}T10:00:00Z,{len(out)}\n")

    since, watched = LAST - 34 * DAY, LAST - 270 * DAY  # what monitor looks at
    for number, (account, weeks) in enumerate(sorted(truth.weeks.items())):
        for first, _ in weeks:
            rates = {"noise": 0.15}
            if first >= watched:
                late = first >= since
                rates |= {"calm": 0.3, "fallen": 0.12 if late else 0.3, "apart": 0.6 * (number % 2) if late else 0.3}
            for on in (first + i * DAY for i in range(7) if first + i * DAY <= LAST):
                for what, rate in rates.items():
                    if rng.random() < rate:
                        add(what, account, on)
        if account in truth.decided:  # dated back when they had left
            add("leak", account, max(truth.decided[account] - rng.randint(90, 100) * DAY, weeks[0][0]))
    for account in rng.sample(sorted(truth.weeks), len(truth.decided)):
        add("left", account, rng.choice(truth.weeks[account])[0])
    return "what,account,at,id\n" + "".join(out)


class SimulatedTruth(KenkoTest):
    kept = None  # one company for all tests: where it is, and its truth

    def setUp(self):
        super().setUp()
        if not self.kept:
            type(self).kept = self.make()
        folder, self.truth = self.kept
        self.work = f"{folder}/company"

    def make(self):
        folder = tempfile.mkdtemp(prefix="kenko-test-")
        self.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.kenko("demo", f"{folder}/d", "--exports-only", "--accounts", ACCOUNTS, "--events", EVENTS)
        work, exports = self.workspace(f"{folder}/d/company", "--template", "saas"), pathlib.Path(folder) / "d/exports"
        crm = sorted(exports.glob("crm/*"))
        lists = [path for path in crm if path.name.startswith("accounts-")]
        for source, files in (("crm", [path for path in crm if path not in lists] + lists[::8]),
                              *((name, [exports / name]) for name in ("product", "help_desk", "surveys", "sheet", "billing")),
                              ("rates", [exports / "rates.csv"])):
            self.kenko("-C", work, "import", "--force", "--mapping", f"{SHARE}/mappings/demo/{source}.yaml", *files)
        truth = Truth(pathlib.Path(folder) / "d/truth")
        self.write("probe.yaml", SOURCE)
        self.write("probe.csv", planted(truth))
        self.import_files(work, "probe.csv", mapping="probe.yaml")
        settings = pathlib.Path(folder) / "d/company/kenko.yaml"
        names = ", ".join(f"probe.{name}" for name in PLANTS)  # no sign of life of anybody
        settings.write_text(settings.read_text().replace("ours: [", f"ours: [{names}, ", 1))
        return f"{folder}/d", truth

    def run_model(self, command, name, metrics, *more):
        path = self.write(f"{name}.yaml", model(name, **metrics))
        out = self.kenko("-C", self.work, command, "--model", path, "--resamples", "100", "--format", "json", *more).json()
        return out, {f["code"] for f in out["findings"]}, out["findings"]

    def shares(self, name, metrics, *more):
        """By metric: its share of the score, fitted."""
        out, _, _ = self.run_model("fit", name, metrics, "--all-days", *more)
        return {row["metric"]: float(row["share_after"]) for row in out["metrics"]}

    # --- weights

    def test_fitted_weights_rank_the_true_drivers(self):
        """An author who knows nothing gives everything the same weight; the fit sees who left, and no truth.

        Thresholds are those that chance reaches once in 20: of six drivers among eleven metrics U >= 25 of 30 pairs, of a
        rank correlation of eleven pairs 0.536.  Noise is called useless by the back-test and gets no more weight than it had.
        """
        metrics = {**DRIVERS, **OTHERS}
        out, codes, findings = self.run_model("backtest", "rank", metrics, "--panel", self.dir / "p.csv")
        self.assertEqual(codes & ALARMS, set(), "nothing leaks")
        true = self.true_strength(self.dir / "p.csv", metrics)
        self.assertGreaterEqual(self.drivers_win(true), 25, f"the exports show what drives: {true}")
        self.noise_is_useless(out, findings)
        fitted, order = self.shares("rank", metrics), sorted(metrics)
        self.assertGreaterEqual(self.drivers_win(fitted), 25, fitted)
        self.assertGreaterEqual(spearman([true[m] for m in order], [fitted[m] for m in order]), 0.536, (true, fitted))
        self.assertLess(fitted["noise"], 1 / len(metrics))

        dealt = self.shares("rank", metrics, "--outcome", "dealt")
        self.assertLess(self.drivers_win(dealt), 25, dealt)
        self.assertLess(spearman([true[m] for m in order], [dealt[m] for m in order]), 0.536, dealt)

    def drivers_win(self, strength):
        return wins([strength[m] for m in DRIVERS], [strength[m] for m in OTHERS])

    def noise_is_useless(self, out, findings):
        lines = {row["metric"]: row for row in out["metrics"]}
        self.assertLess(lines["noise"]["auc_low"], 0.5)
        self.assertGreater(lines["noise"]["auc_high"], 0.5)
        unproven = [f["text"] for f in findings if f["code"] == "metrics-unproven"]
        self.assertEqual(len(unproven), 1)
        named = unproven[0].split("): ")[1].split(", ")
        self.assertIn("noise", named)
        for driver in ("power_users", "goals", "mood"):
            self.assertGreater(lines[driver]["auc_low"], 0.5)
            self.assertNotIn(driver, named)

    def true_strength(self, panel, metrics):
        """By metric: how well its points rank the chances that the simulator drew from.  Nobody's leaving is in it."""
        chances, points = [], {m: [] for m in metrics}
        with open(panel, encoding="utf-8", newline="") as f:
            for r in csv.DictReader(f):
                chance = self.truth.chance(r["account"], datetime.date.fromisoformat(r["as_of"]))
                if chance is None:
                    continue
                chances.append(-chance)
                for m in metrics:
                    points[m].append(float(r[f"points.{m}"] or 50))
        self.assertGreater(len(chances), 3000)
        return {m: spearman(points[m], chances) for m in metrics}

    # --- leaks

    def test_a_leak_is_caught(self):
        """Written when they had left and dated back, by a source that says it knew at once; the other metrics are innocent."""
        _, codes, findings = self.run_model("backtest", "leak", {**DRIVERS, "probe": LEAK})
        self.assertIn("knows-the-future", codes)
        self.assertEqual([f for f in findings if f["code"] == "knows-the-future" and "`probe`" not in f["text"]], [])

    # --- drifts

    def test_planted_drifts_are_caught_and_nothing_else(self):
        """One metric falls, one parts the accounts and keeps its mean; the others do what the company does."""
        count = "value: 'count(probe.{}[28d])', min_observed: 28d, curve: {{0: 0, 28: 100}}"
        metrics = {**DRIVERS, **{name: count.format(name) for name in ("calm", "noise", "fallen", "apart")}}
        out, codes, findings = self.run_model("monitor", "drift", metrics)
        found = {(look["kind"], look["subject"]) for look in out["looks"] if look["found"]}
        self.assertIn(("value", "fallen"), found)
        self.assertIn(("shape", "apart"), found)
        self.assertNotIn(("value", "apart"), found)
        self.assertEqual({subject for _, subject in found} - {"fallen", "apart", None}, set(), "None: the score falls with them")
        self.assertLessEqual({"metric-drift", "metric-shape", "review-due"}, codes)
        del metrics["fallen"], metrics["apart"]
        out, codes, findings = self.run_model("monitor", "calm", metrics)
        self.assertEqual([look for look in out["looks"] if look["found"]], [])
        self.assertIn("no-drift", codes)

    # --- probabilities

    def test_stated_probabilities_are_those_of_the_simulator(self):
        """In fifths of the accounts, the mean chance that the simulator drew from lies about the stated one: within the stated
        interval and the scatter of so many chances around their own mean, at 95 % over the five (Bonferroni: 2.58 standard
        errors), and half a percentage point that nobody would act upon: no curve of one score is right everywhere.
        """
        said = self.kenko("-C", self.work, "calibrate", "--format", "json").json()["questions"]
        self.assertEqual([row["verdict"] for row in said if row["question"] == "churn"], ["calibrated"])
        rows = self.kenko("-C", self.work, "accounts", "list", "--limit", "0", "--format", "json").json()
        stated = {r["account"]: [float(r[f"churn_{x}"]) for x in ("probability", "low", "high")] for r in rows
                  if r["churn_probability"] is not None and self.truth.chance(r["account"], LAST) is not None}
        self.assertGreater(len(stated), 500)
        chances = {a: self.truth.chance(a, LAST) for a in stated}
        self.assertEqual(self.far_off(stated, chances), [])
        # Able to fail: against twice these chances, and against those of other accounts of the same day.
        self.assertNotEqual(self.far_off(stated, {a: 2 * chance for a, chance in chances.items()}), [])
        others = dict(zip(stated, random.Random(1).sample([chances[a] for a in stated], len(stated))))
        self.assertNotEqual(self.far_off(stated, others), [])

    def far_off(self, stated, chances, parts=5, worth=0.005):
        out, z = [], NormalDist().inv_cdf(1 - 0.025 / parts)
        order = sorted(stated, key=lambda a: stated[a][0])
        for part in range(parts):
            accounts = order[part * len(order) // parts:(part + 1) * len(order) // parts]
            p, low, high = (sum(stated[a][i] for a in accounts) / len(accounts) for i in range(3))
            true = [chances[a] for a in accounts]
            mean = sum(true) / len(true)
            scatter = math.sqrt(sum((t - mean) ** 2 for t in true) / (len(true) - 1) / len(true)) / (mean * (1 - mean))
            error = math.hypot((logit(high) - logit(low)) / (2 * 1.96), scatter)
            if not share(logit(p) - z * error) - worth <= mean <= share(logit(p) + z * error) + worth:
                out.append((part + 1, p, low, high, mean))
        return out


def logit(p):
    return math.log(p / (1 - p))


def share(odds):
    return 1 / (1 + math.exp(-odds))


if __name__ == "__main__":
    main()
