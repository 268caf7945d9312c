"""Silence: an account whose every fact stops never rises on any later day, whatever the model asks."""
import csv
import datetime
from decimal import Decimal

from kenko_runner import LONG, RETAIL_MAPPING, KenkoTest, main
from shop_files import write_days

# Each metric rises by itself when nothing happens: bad mood expires, complaints age out, a hump is passed, a ratio turns
# null, a trigger ends, a decline becomes "no change", a return leaves the window.
MODEL = """kenko: 1
model: trap
min_coverage: 0%
dimensions: {mood: {weight: 3}, trouble: {weight: 2}, use: {weight: 1}, trend: {weight: 2}}
metrics:
  nps: {dimension: mood, value: 'mean(survey[20d], value)', curve: {0: 0, 10: 100}, min_observed: 1d}
  worst: {dimension: mood, value: 'min(survey[45d], value)', curve: {0: 0, 10: 100}, min_observed: 1d}
  complaints: {dimension: trouble, value: 'count(complaint[30d])', curve: {0: 100, 3: 0}, min_observed: 1d}
  tickets: {dimension: trouble, value: 'decayed_count(complaint, half_life: 14d)', curve: {0: 100, 2: 0}, min_observed: 1d}
  faded: {dimension: trouble, value: 'decayed_count(complaint, steps: [10d: 1, 40d: 0.5])', curve: {0: 100, 3: 0}, min_observed: 1d}
  hump: {dimension: use, value: 'days_since(login)', curve: {0: 40, 20: 90, 60: 30, 120: 100}, min_observed: 1d}
  calls_per_login: {dimension: trouble, value: 'count(complaint[30d]) / count(login[30d])', curve: {0: 100, 1: 0}, min_observed: 1d}
  trigger:
    dimension: use
    value: if(count(complaint[14d]) > 1, 0, 1)
    curve: {0: 0, 1: 100}
    min_observed: 1d
  slope: {dimension: trend, value: 'slope(login[4w])', curve: {-3: 0, 0: 100}, min_observed: 1d}
  change: {dimension: trend, value: 'change(count(login[14d]), 14d)', curve: {-1: 0, 0: 60, 1: 100}, min_observed: 1d}
  plan: {dimension: use, value: attr(plan), curve: {category: {free: 10, pro: 90}}, missing: {score: 100}}
bands: {red: {from: 0}, orange: {from: 40}, green: {from: 70}}
"""


def day(text, plus):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(days=plus)).isoformat()


class Silence(KenkoTest):
    def check(self, workspace, last_fact, span, *model):
        """`last_fact` of each account; its scores from there on never rise."""
        begin = min(last_fact.values())
        end = day(max(last_fact.values()), span)
        rows = self.kenko("-C", workspace, "history", *model, "--from", begin, "--to", end, "--format", "csv").csv()
        series = {}
        for row in rows:
            if row["score"] and row["day"] >= last_fact.get(row["account"], "9999"):
                series.setdefault(row["account"], []).append((row["day"], Decimal(row["score"])))
        self.assertEqual(set(series), set(last_fact), "every account is followed")
        fell = held = 0
        for account, points in series.items():
            for (_, earlier), (when, later) in zip(points, points[1:]):
                self.assertLessEqual(later, earlier, f"{account} rises on {when}")
            fell += points[-1][1] < points[0][1]
            held += any(row["account"] == account and row["silence"] not in ("", "0.00") for row in rows)
        # What `score --as-of` says of a day long after is the history's row.
        for plus in (1, span // 3, span):
            as_of = day(max(last_fact.values()), plus)
            single = {r["account"]: r["score"] for r in
                      self.kenko("-C", workspace, "score", *model, "--as-of", as_of, "--format", "csv").csv()}
            self.assertEqual({r["account"]: r["score"] for r in rows if r["day"] == as_of}, single)
        return fell, held

    def test_a_model_full_of_traps(self):
        rng = self.seeded()
        self.workspace()
        self.write("w/models/trap.yaml", MODEL)
        rows, plans, last = ["name,occurred_at,account,value"], ["account,plan,valid_from"], {}
        for number in range(80 if LONG else 40):
            account, stop = f"a{number}", rng.randrange(20, 160)
            for x in range(stop):
                for name, share in (("login", 0.6), ("complaint", 0.1), ("survey", 0.05)):
                    if rng.random() < share:
                        value = str(rng.randrange(11)) if name == "survey" else ""
                        rows.append(f"{name},{day('2026-01-01', x)},{account},{value}")
                        last[account] = max(last.get(account, ""), day("2026-01-01", x))
            # Bad news at the very end: what hurts most is what expires.
            for name in ("complaint", "complaint", "survey"):
                rows.append(f"{name},{day('2026-01-01', stop)},{account},{0 if name == 'survey' else ''}")
            last[account] = day("2026-01-01", stop)
            if number % 3:
                plans.append(f"{account},{rng.choice(['free', 'pro'])},{day('2026-01-01', rng.randrange(stop + 1))}")
        self.write("events.csv", "\n".join(rows) + "\n")
        self.write("plans.csv", "\n".join(plans) + "\n")
        self.import_files("w", "events.csv", "plans.csv")
        fell, held = self.check("w", last, 400, "--model", "trap")
        self.assertGreater(held, 20, "without the rule many would rise")
        self.assertGreater(fell, 5)

    def test_the_shop(self):
        self.workspace("w", "--template", "retail")
        # Half the customers come only in the first days.
        days = write_days(self.dir / "days", 60, 60, customers=12)
        self.import_files("w", *days[:30], mapping=RETAIL_MAPPING)
        last = max(row["last_day"] for row in self.kenko("-C", "w", "status", "--format", "json").json())
        accounts = {r["account"] for r in self.kenko("-C", "w", "score", "--format", "csv", "--as-of", day(last, 120)).csv()
                    if r["score"]}
        rows = self.kenko("-C", "w", "history", "--from", last, "--to", day(last, 400), "--format", "csv").csv()
        first = {}
        for row in rows:
            if row["score"]:
                first.setdefault(row["account"], []).append(Decimal(row["score"]))
        self.assertGreaterEqual(len(accounts), 10)
        for account, scores in first.items():
            self.assertEqual(scores, sorted(scores, reverse=True), account)

    def test_the_simulated_company(self):
        size = ("--accounts", "300", "--days", "550") if LONG else ("--accounts", "30", "--days", "260")
        self.kenko("demo", "d", *size)
        company = "d/company"
        last = max(row["last_day"] for row in self.kenko("-C", company, "status", "--format", "json").json()
                   if row["last_day"])
        # A contract that begins later is a fact of that day.
        begins = {}
        with open(self.dir / "d/exports/crm/contracts.csv", encoding="utf-8", errors="replace", newline="") as file:
            for row in csv.DictReader(file):
                for when in (row["start"], row["valid_from"]):
                    begins[row["account_id"]] = max(begins.get(row["account_id"], ""), when or "")
        rows = self.kenko("-C", company, "history", "--from", day(last, 1), "--to", day(last, 400), "--format", "csv").csv()
        series = {}
        for row in rows:
            if row["score"] and row["day"] >= begins.get(row["account"], ""):
                series.setdefault(row["account"], []).append((row["day"], Decimal(row["score"])))
        self.assertGreater(len(series), 10)
        for account, points in series.items():
            for (_, earlier), (when, later) in zip(points, points[1:]):
                self.assertLessEqual(later, earlier, f"{account} rises on {when}")

    def test_a_fact_ends_the_silence(self):
        """The rule holds a score down only until something happens."""
        self.workspace()
        self.write("w/models/trap.yaml", MODEL)
        logins = "".join(f"login,{day('2026-01-01', x)},acme,\n" for x in range(40))
        bad = "".join(f"complaint,{day('2026-01-01', 40)},acme,\n" for _ in range(3))
        self.write("a.csv", "name,occurred_at,account,value\n" + logins + bad + "survey,2026-02-09,acme,5\n")
        self.write("plans.csv", "account,plan,valid_from\nacme,pro,2026-01-01\n")
        self.import_files("w", "a.csv", "plans.csv")
        options = ("-C", "w", "score", "--model", "trap", "--format", "csv", "--as-of", "2026-04-20")
        silent = Decimal(self.kenko(*options).csv()[0]["score"])
        self.write("b.csv", "name,occurred_at,account\n" + "".join(f"login,{day('2026-04-10', x)},acme\n" for x in range(11)))
        self.import_files("w", "b.csv")
        awake = self.kenko(*options).csv()[0]
        self.assertGreater(Decimal(awake["score"]), silent)
        self.assertEqual(Decimal(awake["silence"]), 0)


if __name__ == "__main__":
    main()
