"""The statistics of back-test and calibration against scikit-learn, statsmodels and lifelines, on exported panels.

Runs in the environment that scripts/python-environment makes (build/python); without it the test is skipped, aloud.
"""
import csv
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # what ctest takes for a skipped test
ENVIRONMENT = pathlib.Path(os.environ.get("KENKO_PYTHON_ENVIRONMENT", SOURCE / "build/python"))

try:
    import lifelines.utils
    import numpy
    import sklearn.isotonic
    import sklearn.linear_model
    import sklearn.metrics
    import statsmodels.api
except ModuleNotFoundError as missing:
    inside = ENVIRONMENT / "bin/python"
    if (ENVIRONMENT / "STAMP").exists() and pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(inside, [str(inside), "-B", *sys.argv])
    if (ENVIRONMENT / "STAMP").exists():
        raise
    print(f"skipped: {missing}, and there is no environment (scripts/python-environment)")
    sys.exit(SKIPPED)

BIN = os.environ.get("KENKO_BIN", str(SOURCE / "build/release/bin/kenko"))
SHARE = os.environ.get("KENKO_SHARE", str(SOURCE / "share"))

EXACT = 1e-9    # the same sums in another order
SOLVED = 2e-4   # two ways to the same maximum


def kenko(folder, *args):
    done = subprocess.run([BIN, *map(str, args)], cwd=folder, env={**os.environ, "KENKO_SHARE": SHARE}, timeout=600,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"kenko {args}: {done.stderr.decode()}")
    return done.stdout.decode()


class Panel:
    """The rows that `kenko backtest --panel` exports, in columns."""

    def __init__(self, path, horizon):
        with open(path, encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        self.as_of = numpy.array([datetime.date.fromisoformat(r["as_of"]).toordinal() for r in rows])
        self.cluster = numpy.unique([r["top_parent"] for r in rows], return_inverse=True)[1]
        self.score = numpy.array([float(r["score_hundredths"]) for r in rows])
        self.change = numpy.array([float(r["change_hundredths"] or 0) for r in rows])
        self.outcome = numpy.array([r["outcome"] == "true" for r in rows]).astype(int)
        self.to_renewal = numpy.array([float(r["days_to_renewal"] or "inf") for r in rows])
        self.observed = numpy.array([float(r["days_observed"]) for r in rows])
        self.happened = numpy.array([r["days_to_outcome"] != "" for r in rows]).astype(int)
        self.horizon = horizon

    def predictors(self, with_renewal=False):
        columns = [self.score / 1000, self.change / 1000]
        if with_renewal:
            columns.append((self.to_renewal <= self.horizon).astype(float))
        return numpy.column_stack(columns)


def ridge(x, y):
    """A logistic regression with a ridge of 1 on all but the intercept."""
    model = sklearn.linear_model.LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    return model.fit(x, y)


class SameNumbers:
    """One workspace; the classes below name it."""

    HORIZON = 90

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="kenko-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.w = cls.make(cls.folder.name)
        cls.backtest = json.loads(kenko(cls.folder.name, "-C", cls.w, "backtest", "--resamples", "1", "--panel",
                                        "p.csv", "--format", "json"))
        cls.measures = {row["measure"]: row for row in cls.backtest["measures"]}
        cls.panel = Panel(pathlib.Path(cls.folder.name) / "p.csv", cls.HORIZON)

    def value(self, measure, part="value"):
        return self.measures[measure][part]

    def test_area_under_the_curve(self):
        p = self.panel
        self.assertGreater(p.outcome.sum(), 20)
        self.assertAlmostEqual(self.value("auc"), sklearn.metrics.roc_auc_score(p.outcome, -p.score), delta=EXACT)
        pairs = right = 0
        for day in numpy.unique(p.as_of):
            rows = p.as_of == day
            with_it = p.outcome[rows].sum()
            count = with_it * (rows.sum() - with_it)
            if count:
                pairs += count
                right += count * sklearn.metrics.roc_auc_score(p.outcome[rows], -p.score[rows])
        self.assertAlmostEqual(self.value("auc_within"), right / pairs, delta=EXACT)

    def test_average_precision(self):
        p = self.panel
        self.assertAlmostEqual(self.value("average_precision"),
                               sklearn.metrics.average_precision_score(p.outcome, -p.score), delta=EXACT)

    def test_concordance_over_time(self):
        if "concordance" not in self.measures:
            self.assertNotIn("days", self.measures, "an outcome by absence has no time")
            return
        p = self.panel
        theirs = lifelines.utils.concordance_index(p.observed, p.score, p.happened)
        self.assertAlmostEqual(self.value("concordance"), theirs, delta=EXACT)

    def forward(self):
        """Probabilities of each as-of day from those whose horizon had ended."""
        p = self.panel
        x = p.predictors()
        stated = numpy.full(len(p.outcome), numpy.nan)
        for day in numpy.unique(p.as_of):
            known = p.as_of + p.horizon <= day
            with_it = p.outcome[known].sum()
            if with_it < 5 or known.sum() - with_it < 5:
                continue
            now = p.as_of == day
            stated[now] = ridge(x[known], p.outcome[known]).predict_proba(x[now])[:, 1]
        return stated

    def test_probabilities_stated_forward(self):
        p, stated = self.panel, self.forward()
        said = ~numpy.isnan(stated)
        self.assertGreater(said.sum(), 100)
        y, q = p.outcome[said], stated[said]
        self.assertAlmostEqual(self.value("brier"), sklearn.metrics.brier_score_loss(y, q), delta=SOLVED)
        self.assertAlmostEqual(self.value("log_loss"), sklearn.metrics.log_loss(y, q), delta=SOLVED)
        odds = statsmodels.api.add_constant(numpy.log(q / (1 - q)))
        fit = statsmodels.api.Logit(y, odds).fit(disp=0, cov_type="cluster", tol=1e-12, maxiter=200, cov_kwds={
            "groups": p.cluster[said], "use_correction": False})
        for measure, i in (("calibration_intercept", 0), ("calibration_slope", 1)):
            low, high = fit.conf_int()[i]
            self.assertAlmostEqual(self.value(measure), fit.params[i], delta=SOLVED, msg=measure)
            self.assertAlmostEqual(self.value(measure, "value_low"), low, delta=5 * SOLVED, msg=measure)
            self.assertAlmostEqual(self.value(measure, "value_high"), high, delta=5 * SOLVED, msg=measure)

    def calibrated(self, curve):
        """The numbers of a calibration with this curve."""
        kenko(self.folder.name, "-C", self.w, "calibrate", "--refit", "--curve", curve)
        path, = (pathlib.Path(self.folder.name) / self.w / "calibrations").glob("*.yaml")
        numbers, question = {}, None
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("  ") and not line.startswith("   "):
                question = line.strip().rstrip(":")
            elif line.startswith("    ") and not line.startswith("     ") and question == "churn":
                key, _, value = line.strip().partition(": ")
                numbers[key] = json.loads(value) if value.startswith("[") else value
        return numbers

    def taught(self, numbers):
        """The rows of the as-of days behind a curve."""
        rows = self.panel.as_of >= datetime.date.fromisoformat(numbers["first"].strip("\"'")).toordinal()
        self.assertEqual(rows.sum(), int(numbers["cases"]))
        return rows

    def test_the_curve_of_a_calibration(self):
        mine = self.calibrated("logistic")
        p = self.panel
        taught = self.taught(mine)
        fit = ridge(p.predictors(mine["with_renewal"] == "true")[taught], p.outcome[taught])
        theirs = [fit.intercept_[0], *fit.coef_[0]]
        self.assertEqual(len(mine["coefficient"]), len(theirs))
        for a, b in zip(mine["coefficient"], theirs):
            self.assertAlmostEqual(a, b, delta=SOLVED)

    def test_the_isotonic_curve_of_a_calibration(self):
        mine = self.calibrated("isotonic")
        p, taught = self.panel, self.taught(mine)
        theirs = sklearn.isotonic.IsotonicRegression(out_of_bounds="clip").fit(-p.score[taught], p.outcome[taught])
        least = 0.5 / taught.sum()
        self.assertGreater(len(mine["x"]), 3)
        for x, y in zip(mine["x"], mine["y"]):
            self.assertAlmostEqual(y, min(max(theirs.predict([x])[0], least), 1 - least), delta=EXACT)


class Retail(SameNumbers, unittest.TestCase):
    @classmethod
    def make(cls, folder):
        kenko(folder, "demo", "--retail", "d")
        return "d"


class Simulated(SameNumbers, unittest.TestCase):
    @classmethod
    def make(cls, folder):
        kenko(folder, "demo", "d")
        return "d/company"


if __name__ == "__main__":
    unittest.main(verbosity=2)
