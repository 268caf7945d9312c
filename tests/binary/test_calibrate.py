"""Probabilities as a user gets them: learnt where the past allows it, shown beside scores, never where it does not.

Those of the simulated company are held against its truth in test_simulated_truth.py.
"""
import datetime
import math
import random
import re

from kenko_runner import KenkoTest, main

MODEL = """kenko: 1
model: first
min_coverage: 0%
outcomes:
  churn: {event: account.churned, within: 90d}
dimensions: {habit: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[28d])', curve: {0: 0, 28: 100}, min_observed: 1d}
bands: {red: {from: 0}, yellow: {from: 40}, green: {from: 70}}
"""
MAPPING = """kenko: 1
source: app
accounts: defines
rules:
  contracts:
    files: contracts.csv
    contracts: {id: id, account: account, start: start, end: end, auto_renew: auto, term_months: term, arr: arr,
                state: state, notice_at: notice, valid_from: valid}
  events:
    files: events.csv
    event: {column: what, map: {login: login, account.churned: account.churned}}
    account: account
    time: at
    id: id
    properties: {notice_at: notice}
"""
FIRST, DAYS = datetime.date(2024, 1, 1), 560
DAY = datetime.timedelta(days=1)


def chance_of_leaving(habit, days):
    """Within so many days, of an account that logs in on this share of all days."""
    daily = 0.006 * math.exp(-4.5 * habit)
    return 1 - (1 - daily) ** days


class Company:
    """Accounts with a habit that stays; the lower it is, the sooner they leave."""

    def __init__(self, seed, accounts, leave=True):
        rng = random.Random(seed)
        self.habit, self.left, events, contracts = {}, {}, [], []
        for number in range(accounts):
            account = f"a{number:03}"
            self.habit[account] = habit = rng.uniform(0.05, 0.95)
            goes = next((d for d in range(60, DAYS) if rng.random() < chance_of_leaving(habit, 1)), None)
            if not leave and goes is not None and number >= 24:
                goes = None
            self.left[account] = goes
            last = DAYS if goes is None else goes
            start = FIRST - DAY * rng.randint(0, 364)
            end = start + 364 * DAY
            terms = ["k" + account, account, start, end, "yes", 12, 12_000]
            contracts.append([*terms, "active", "", start])
            for d in range(last):
                if rng.random() < habit:
                    events.append(["login", account, f"{FIRST + DAY * d}T10:00:00Z", f"{account}-{d}", ""])
            if goes is not None:
                day = FIRST + DAY * goes
                events.append(["account.churned", account, f"{day}T10:00:00Z", f"{account}-c", ""])
                contracts.append([*terms[:3], day, "no", 12, 12_000, "cancelled", "", day])
        self.events = self.csv("what,account,at,id,notice", events)
        self.contracts = self.csv("id,account,start,end,auto,term,arr,state,notice,valid", contracts)

    @staticmethod
    def csv(header, rows):
        return header + "\n" + "".join(",".join(str(cell) for cell in row) + "\n" for row in rows)


class Calibrate(KenkoTest):
    def company(self, accounts=260, leave=True, seed=7):
        self.workspace("w")
        self.with_model(MODEL)
        company = Company(seed, accounts, leave)
        self.write("app.yaml", MAPPING)
        self.write("contracts.csv", company.contracts)
        self.write("events.csv", company.events)
        self.import_files("w", "contracts.csv", "events.csv", mapping="app.yaml")
        return company

    def questions(self, *more):
        out = self.kenko("-C", "w", "calibrate", *more, "--format", "json")
        return {row["question"]: row for row in out.json()["questions"]}

    def accounts(self, where="w"):
        rows = self.kenko("-C", where, "accounts", "list", "--limit", "0", "--format", "json").json()
        return {row["account"]: row for row in rows}

    def test_stated_probabilities_are_those_that_were_planted(self):
        company = self.company()
        before = self.kenko("-C", "w", "accounts", "list").stdout
        self.assertIn("priority", before)
        self.assertNotRegex(before, r"\d %  *\(")
        questions = self.questions()
        self.assertEqual(questions["churn"]["verdict"], "calibrated", questions)
        self.assertLess(questions["churn"]["slope_low"], 1)
        self.assertGreater(questions["churn"]["slope_high"], 1)
        self.assertEqual(questions["expansion"]["verdict"], "no_data")
        rows = self.accounts()
        apart, stated, planted = [], [], []
        for account, row in rows.items():
            p = row["churn_probability"]
            if p is None:
                continue
            truth = chance_of_leaving(company.habit[account], 90)
            self.assertLessEqual(row["churn_low"], p)
            self.assertGreaterEqual(row["churn_high"], p)
            self.assertNotIn("priority", row)
            if row["can_leave"] is not None:
                self.assertAlmostEqual(float(row["expected_loss"]), float(p) * float(row["can_leave"]), 3)
            apart.append(abs(float(p) - truth))
            stated.append(float(p))
            planted.append(truth)
        self.assertGreater(len(apart), 100)
        self.assertLess(sum(apart) / len(apart), 0.05)
        self.assertAlmostEqual(sum(stated) / len(stated), sum(planted) / len(planted), delta=0.03)
        worst, best = min(rows, key=company.habit.get), max(rows, key=company.habit.get)
        self.assertGreater(rows[worst]["churn_probability"], 4 * rows[best]["churn_probability"])
        self.shown_everywhere(worst, rows[worst])

    def shown_everywhere(self, account, row):
        """The same number in score, list, explain; and in a restored backup."""
        text = self.kenko("-C", "w", "accounts", "list").stdout
        self.assertRegex(text, r"\d+ % \(\d")
        self.assertNotIn("priority", text)
        scored = self.kenko("-C", "w", "score", "--account", account, "--format", "json").json()[0]
        self.assertEqual(scored["churn_probability"], row["churn_probability"])
        explained = self.kenko("-C", "w", "explain", account, "--format", "json").json()["prospect"]
        self.assertEqual(explained["churn"]["probability"], row["churn_probability"])
        self.assertEqual(explained["expected_loss"], row["expected_loss"])
        self.assertRegex(self.kenko("-C", "w", "explain", account).stdout, r"churn within 90 days: \d+ % \(")
        self.kenko("-C", "w", "backup", "b")
        self.kenko("restore", "b", "r")
        self.assertEqual((self.dir / "w/calibrations/first.yaml").read_bytes(),
                         (self.dir / "r/calibrations/first.yaml").read_bytes())
        self.assertEqual(self.accounts("r")[account], row)
        self.kenko("-C", "r", "doctor")

    def test_a_renewal_has_a_probability_of_its_own(self):
        company = self.company()
        row = self.questions()["renewal"]
        self.assertEqual(row["verdict"], "calibrated", row)
        close = []
        for account, shown in self.accounts().items():
            explained = self.kenko("-C", "w", "explain", account, "--format", "json").json()["prospect"]
            if shown["renewal_probability"] is None or len(close) > 25:
                continue
            until = datetime.date.fromisoformat(explained["renewal_day"]) - (FIRST + DAY * (DAYS - 1))
            stays = 1 - chance_of_leaving(company.habit[account], until.days)
            close.append(abs(float(shown["renewal_probability"]) - stays))
        self.assertGreater(len(close), 20)
        self.assertLess(sum(close) / len(close), 0.15)

    def test_too_few_outcomes_rank_only(self):
        company = self.company(accounts=120, leave=False)
        self.assertLess(sum(day is not None for day in company.left.values()), 20)
        out = self.kenko("-C", "w", "calibrate").stdout
        self.assertIn("rank only", out)
        self.assertRegex(out, r"\d+ accounts with it could be judged, 20 are needed")
        for command in (["accounts", "list"], ["score"], ["explain", "a000"]):
            text = self.kenko("-C", "w", *command).stdout
            self.assertNotRegex(text, r"% \(\d|within 90 days", command)
        row = next(iter(self.accounts().values()))
        self.assertIn("priority", row)
        self.assertNotIn("churn_probability", row)

    def test_a_model_that_changed_is_not_calibrated_any_more(self):
        self.company(accounts=160)
        self.questions()
        self.assertIn("churn_probability", next(iter(self.accounts().values())))
        model = self.dir / "w/models/first.yaml"
        for old, new in (("28: 100", "20: 100"), ("within: 90d", "within: 60d")):
            model.write_text(MODEL.replace(old, new))
            for command in (["accounts", "list"], ["score"], ["explain", "a000"]):
                out = self.kenko("-C", "w", *command)
                self.assertIn("run `kenko calibrate` again", out.stderr, (new, command))
                self.assertNotRegex(out.stdout, r"% \(\d", (new, command))
            self.assertNotIn("churn_probability", next(iter(self.accounts().values())))
        model.write_text(MODEL.replace("  logins:", "  # a comment changes nothing\n  logins:"))
        out = self.kenko("-C", "w", "accounts", "list")
        self.assertNotIn("calibrate", out.stderr)
        self.assertRegex(out.stdout, r"% \(\d")
        early = self.kenko("-C", "w", "accounts", "list", "--as-of", str(FIRST + DAY * 300))
        self.assertIn("the calibration learnt from days up to", early.stderr)
        self.assertNotRegex(early.stdout, r"% \(\d")

    def test_a_damaged_file_is_said_and_nothing_else_suffers(self):
        self.company(accounts=160)
        self.questions()
        path = self.dir / "w/calibrations/first.yaml"
        whole = path.read_text()
        for broken in (whole[:len(whole) // 2], whole[:whole.index("complete:")], whole.replace("coefficient: [", "coefficient: [x, "), "", "a: ["):
            path.write_text(broken)
            out = self.kenko("-C", "w", "accounts", "list")
            self.assertIn("cannot be read", out.stderr, broken[:40])
            self.assertNotRegex(out.stdout, r"% \(\d")
        self.questions()
        self.assertEqual(re.sub(r"made: .*", "", path.read_text()), re.sub(r"made: .*", "", whole), "the same again")

    def test_curves_are_kept_until_refitted(self):
        self.company()
        self.questions()
        path = self.dir / "w/calibrations/first.yaml"
        curves = re.findall(r"coefficient: .*", path.read_text())
        late = "what,account,at,id,notice\n" + "".join(
            f"login,a{n:03},{FIRST + DAY * d}T10:00:00Z,z{n}-{d},\n" for n in range(0, 260, 3) for d in range(560, 600))
        self.write("events.csv", late)
        self.import_files("w", "events.csv", mapping="app.yaml")
        out = self.kenko("-C", "w", "calibrate").stdout
        self.assertIn("Curves kept", out)
        self.assertEqual(re.findall(r"coefficient: .*", path.read_text()), curves)
        self.kenko("-C", "w", "calibrate", "--refit")
        self.assertNotEqual(re.findall(r"coefficient: .*", path.read_text()), curves)


if __name__ == "__main__":
    main()
