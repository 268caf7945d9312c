"""Fits as a user runs them: a new file with other numbers and the old comments, whose quoted numbers a back-test repeats."""
import datetime
import random
import re
import shutil
import tempfile

from kenko_runner import KenkoTest, display_width, main

MODEL = """# What our people know.
kenko: 1
model: first      # the name
min_coverage: 0%
outcomes:
  churn: {event: account.churned, within: 28d}
dimensions: {habit: {weight: 2, label: Habit}, money: {weight: 1}}   # habit first
metrics:
  logins:
    label: Logins                # a habit
    weight: 1
    dimension: habit
    value: 'count(login[14d])'
    curve: {0: 0, 3: 40, 14: 100}   # from here to there
  noise: {dimension: habit, value: 'count(noise[14d])', curve: {0: 0, 7: 70, 14: 100}}
  spend:
    dimension: money             # no weight was written
    value: 'sum(order.paid[28d], value)'
    curve: {points: {0: 10, 90: 90}, ends: above}
    missing: {score: 50}
  plan:
    dimension: money
    value: attr(plan)
    curve: {category: {gold: 90, silver: 60}, other: 30}
segments:
  large: {when: 'attr(plan) = "gold"', weights: {money: 3, logins: 2}, curves: {logins: {0: 20, 14: 80}}}
triggers:
  quiet: {when: 'count(login[14d]) = 0', points: -10, cap: 80}
bands: {red: {from: 0}, yellow: {from: 40}, green: {from: 70}}
"""
MAPPING = """kenko: 1
source: app
accounts: defines
known_at: assumed
rules:
  rows:
    where: kind = "event"
    event: {column: what}
    account: customer
    time: at
    value: amount
  plans:
    where: kind = "plan"
    account: customer
    attributes: {plan: what}
    valid_from: at
"""
FIRST = datetime.date(2026, 1, 1)
DAYS = 330


def day(number):
    return (FIRST + datetime.timedelta(days=number)).isoformat()


class Fits(KenkoTest):
    made = {}

    def company(self, accounts, leavers):
        """Customers who log in less and less before they leave; noise, and spend that says little."""
        size = (accounts, leavers)
        if size not in self.made:
            self.make(accounts, leavers)
            self.made[size] = tempfile.mkdtemp(prefix="kenko-test-")
            self.addClassCleanup(shutil.rmtree, self.made[size], ignore_errors=True)
            shutil.copytree(self.dir / "w", f"{self.made[size]}/w")
        else:
            shutil.copytree(f"{self.made[size]}/w", self.dir / "w")

    def make(self, accounts, leavers):
        rng = random.Random(1)
        rows = []
        for number in range(accounts):
            account = f"a{number:04}"
            leaves = rng.randint(40, DAYS - 1) if number < leavers else DAYS + 400
            rows.append(["plan", rng.choice(["gold", "silver", "free"]), day(0), account, ""])
            eager = rng.uniform(0.25, 0.8)
            for at in range(min(leaves, DAYS)):
                fading = 1 if leaves - at > 45 else max(0.1, (leaves - at) / 45)
                if rng.random() < eager * fading:
                    rows.append(["event", "login", day(at) + "T10:00:00Z", account, ""])
                if rng.random() < 0.4:
                    rows.append(["event", "noise", day(at) + "T11:00:00Z", account, ""])
                if rng.random() < 0.1:
                    rows.append(["event", "order.paid", day(at) + "T12:00:00Z", account, rng.randint(5, 60)])
            if leaves < DAYS:
                rows.append(["event", "account.churned", day(leaves) + "T13:00:00Z", account, ""])
        self.workspace("w")
        self.with_model(MODEL, "w")
        self.write("app.yaml", MAPPING)
        self.write("rows.csv", "kind,what,at,customer,amount\n" +
                   "".join(",".join(str(cell) for cell in row) + "\n" for row in rows))
        self.import_files("w", "rows.csv", mapping="app.yaml")

    def fit(self, *more, status=0):
        return self.kenko("-C", "w", "fit", "--step", "7", "--resamples", "100", *more, status=status)

    def test_the_file_gives_the_numbers_that_are_quoted(self):
        self.company(200, 110)
        said = self.fit("--out", "better", "--format", "json").json()
        text = (self.dir / "w/models/better.yaml").read_text()
        measures = {row["measure"]: row for row in said["measures"]}
        self.assertIn(f"area under the curve within a day {measures['auc_within']['after']:.3f}", text)
        days = said["days"]
        for model, side in (("first", "before"), ("better", "after")):
            out = self.kenko("-C", "w", "backtest", "--model", model, "--step", "7", "--resamples", "20", "--format", "json",
                             "--from", days[0]["as_of"]).json()
            again = {row["measure"]: row for row in out["measures"]}
            self.assertEqual([d["as_of"] for d in out["days"]], [d["as_of"] for d in days])
            for measure in ("auc_within", "auc", "precision"):
                self.assertAlmostEqual(float(again[measure]["value"]), float(measures[measure][side]), 9, (model, measure))
        self.assertGreater(measures["auc_within"]["difference_low"], 0, "the fit must help here")
        share = {row["metric"]: row for row in said["metrics"]}
        self.assertGreater(share["logins"]["share_after"], share["logins"]["share_before"])
        self.assertLess(share["noise"]["share_after"], share["noise"]["share_before"])

    def test_only_numbers_change(self):
        self.company(200, 110)
        self.fit("--out", "better")
        old = MODEL.splitlines()
        new = (self.dir / "w/models/better.yaml").read_text().splitlines()
        header = [line for line in new if line not in old and line.startswith("#")]
        self.assertIn("Fitted by `kenko fit` from the model first", header[0])
        body = [line for line in new[new.index(old[0]):]]
        added = [line for line in body if re.fullmatch(r" +weight: [0-9.]+", line)]
        kept = [line for line in body if line.strip() != added[-1].strip()] if len(body) > len(old) else body
        strip = lambda line: re.sub(r"[0-9.]+", "N", line).replace("weight: N, dimension", "dimension")
        expected = [strip(line) for line in old]
        expected[2] = "model: better      # the name"
        self.assertEqual([line for line in map(strip, body) if line not in ("    weight: N",)],
                         [line for line in expected if line not in ("    weight: N",)])
        self.assertNotEqual(body, old)
        self.assertGreaterEqual(len(kept), len(old) - 3)
        for number in ("14: ", "ends: above", "points: -10", "cap: 80", "min_coverage: 0%"):
            self.assertIn(number, "\n".join(body))
        self.kenko("model", "check", "w/models/better.yaml", "-C", "w")

    def test_nothing_is_overwritten_and_everything_repeats(self):
        self.company(200, 110)
        one = self.fit("--out", "one", "--threads", "1", "--format", "json").stdout
        two = self.fit("--out", "two", "--threads", "3", "--format", "json").stdout
        self.assertEqual(one, two)
        same = (self.dir / "w/models/one.yaml").read_text().replace("model: one", "model: two")
        self.assertEqual(same, (self.dir / "w/models/two.yaml").read_text())
        before = (self.dir / "w/models/first.yaml").read_bytes()
        for name in ("one", "first"):
            self.assertIn("[file-exists]", self.fit("--out", name, status=None).stderr)
        self.assertEqual((self.dir / "w/models/first.yaml").read_bytes(), before)
        self.assertIn("[bad-name]", self.fit("--out", "no good", status=None).stderr)
        files = sorted(p.name for p in (self.dir / "w/models").iterdir())
        self.fit("--all-days")
        self.assertEqual(sorted(p.name for p in (self.dir / "w/models").iterdir()), files, "no --out, no file")

    def test_cut_offs(self):
        self.company(200, 110)
        bands = self.fit("--capacity", "10%", "--format", "json").json()["bands"]
        share = bands[0]["rows_after"] / sum(b["rows_after"] for b in bands)
        self.assertLess(abs(share - 0.1), 0.08)
        cheap = self.fit("--cost", "2:1", "--format", "json").json()["bands"]
        dear = self.fit("--cost", "50:1", "--format", "json").json()["bands"]
        self.assertLess(cheap[1]["from_after"], dear[1]["from_after"], "who fears misses acts earlier")

    def test_twelve_leavers_are_too_few(self):
        self.company(120, 12)
        out = self.fit("--out", "better", status=None)
        self.assertEqual(out.status, 1, out)
        self.assertIn("[too-few-outcomes]", out.stderr)
        self.assertRegex(out.stderr, r"\d+ accounts? had the outcome")
        self.assertIn("20 are needed", out.stderr)
        self.assertFalse((self.dir / "w/models/better.yaml").exists())

    def test_text(self):
        self.company(200, 110)
        text = self.fit("--treated-by", "noise").stdout
        self.assertIn("were worked on", text)
        self.assertIn("What each metric weighs", text)
        for line in text.split("In words")[0].splitlines():
            self.assertLessEqual(display_width(line), 100, line)

    def test_mistakes(self):
        self.company(30, 5)
        for args, code in ((["--capacity", "0"], "bad-option"), (["--cost", "5"], "bad-option"),
                           (["--cost", "0:1"], "bad-option"), (["--cost", "2:1", "--capacity", "5%"], "bad-option"),
                           (["--outcome", "churm"], "unknown-outcome"), (["--model", "nope"], "no-model")):
            out = self.fit(*args, status=None)
            self.assertNotEqual(out.status, 0, args)
            self.assertIn(f"[{code}]", out.stderr, args)


if __name__ == "__main__":
    main()
