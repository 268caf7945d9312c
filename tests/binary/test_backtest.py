"""Back-tests as a user runs them: the panel sees no more than was known, labels say what happened, numbers add up."""
import csv
import datetime
import random

import made_company
from kenko_runner import KenkoTest, display_width, main

MODEL = """kenko: 1
model: first
min_coverage: 0%
outcomes:
  churn: {event: account.churned, within: 28d, gap: 7d}
  lapse: {absence: login, within: 14d, among: 'count(login[28d]) > 0'}
dimensions: {habit: {weight: 2}, money: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[14d])', curve: {0: 0, 14: 100}}
  spend: {dimension: money, value: 'sum(order.paid[14d], value)', curve: {0: 0, 90: 100}}
  seats: {value: 'attr(seats)'}
bands: {red: {from: 0}, yellow: {from: 40}, green: {from: 70}}
"""
MAPPING = """kenko: 1
source: app
accounts: defines
known_at: {column: known}
rules:
  rows:
    where: kind = "event"
    event: {column: what}
    account: customer
    time: at
    id: id
    version: version
    value: amount
    delete: {column: gone, is: yes}
    properties: {notice_at: notice, effective_at: effective, reason: reason}
  seats:
    where: kind = "seats"
    account: customer
    attributes: {seats: amount}
    valid_from: at
"""
HEADER = "kind,what,at,customer,id,version,amount,gone,known,notice,effective,reason\n"
FIRST = datetime.date(2026, 1, 1)
DAYS = 150


def day(number):
    return (FIRST + datetime.timedelta(days=number)).isoformat()


class Backtests(KenkoTest):
    def company(self, rows, name="w"):
        self.workspace(name)
        self.with_model(MODEL, name)
        self.write("app.yaml", MAPPING)
        self.write("rows.csv", HEADER + "".join(",".join(str(cell) for cell in row) + "\n" for row in rows))
        self.import_files(name, "rows.csv", mapping="app.yaml")
        return name

    @staticmethod
    def event(what, at, account, ident, version=1, amount="", gone="", known=None, notice="", effective="", reason=""):
        return ["event", what, day(at) + "T10:00:00Z", account, ident, version, amount, gone,
                day(at if known is None else known) + "T11:00:00Z", notice, effective, reason]

    def facts(self, rng, accounts=24):
        """Customers whose logins thin out before they leave; facts come late, are corrected, deleted."""
        out = []
        for number in range(accounts):
            account, leaves = f"a{number:02}", rng.randint(60, 140) if number % 3 == 0 else DAYS
            for at in range(leaves):
                late = rng.choice([0, 0, 0, 1, 5, 30]) if number % 2 else 0
                eager = 0.7 if leaves - at > 40 else 0.15
                ident = f"{account}-{at}"
                if rng.random() < eager:
                    out.append(self.event("login", at, account, "l" + ident, known=at + late))
                    if number % 2 and rng.random() < 0.1:
                        out.append(self.event("login", at, account, "l" + ident, 2, gone="yes", known=at + late + 9))
                if rng.random() < 0.2:
                    out.append(self.event("order.paid", at, account, "o" + ident, amount=rng.randint(1, 60), known=at))
                    if number % 2 and rng.random() < 0.4:
                        out.append(self.event("order.paid", at, account, "o" + ident, 2, rng.randint(1, 60),
                                              known=at + rng.randint(1, 40)))
                if at % 30 == 0:
                    out.append(["seats", "", day(at), account, "", "", rng.randint(1, 50), "",
                                day(at + (20 if number % 2 else 0)) + "T11:00:00Z", "", "", ""])
            if leaves < DAYS:
                notice = leaves - rng.choice([0, 0, 10])
                out.append(self.event("account.churned", leaves, account, "c" + account, known=leaves,
                                      notice=day(notice) if notice < leaves else "", reason=rng.choice(["price", "x"])))
        return out

    def panel(self, workspace, *more):
        self.kenko("-C", workspace, "backtest", "--step", "7", "--resamples", "20", "--panel", "p.csv", *more)
        with open(self.dir / "p.csv", encoding="utf-8", newline="") as f:
            return list(csv.DictReader(f))

    def test_a_row_is_the_score_of_what_was_known(self):
        """Late, corrected and deleted facts, seats that were known later: no row may see them."""
        rng = self.seeded()
        rows = self.panel(self.company(self.facts(rng)))
        by_day = {}
        for row in rows:
            by_day.setdefault(row["as_of"], {})[row["account"]] = row
        self.assertGreater(len(by_day), 8)
        differs_in_hindsight = 0
        for as_of, expected in by_day.items():
            known = self.scores(as_of, "--known-as-of", as_of)
            hindsight = self.scores(as_of)
            for account, row in expected.items():
                self.same(row, known[account], (as_of, account))
                differs_in_hindsight += row["metric.seats"] != hindsight[account]["metric.seats"]
        self.assertGreater(differs_in_hindsight, 10, "the data must be able to tell the two apart")

    def scores(self, as_of, *more):
        out = self.kenko("-C", "w", "score", "--as-of", as_of, *more, "--format", "csv")
        return {row["account"]: row for row in out.csv()}

    def same(self, row, scored, where):
        self.assertEqual(int(row["score_hundredths"]), round(float(scored["score"]) * 100), where)
        self.assertEqual(row["band"], scored["band"], where)
        self.assertEqual(row["metric.seats"], scored["metric.seats"], where)
        for metric in ("logins", "spend"):
            mine, other = row[f"metric.{metric}"], scored[f"metric.{metric}"]
            self.assertEqual(mine == "", other == "", (where, metric))
            if mine:
                self.assertAlmostEqual(float(mine), float(other), 6, (where, metric))

    def test_labels_say_what_followed(self):
        """By the definition, from the input itself: decision in (T+7, T+35]."""
        rng = random.Random(11)
        facts = self.facts(rng)
        rows = self.panel(self.company(facts))
        decided = {row[3]: datetime.date.fromisoformat(row[9] or row[2][:10])
                   for row in facts if row[1] == "account.churned"}
        self.assertGreater(sum(row["outcome"] == "true" for row in rows), 10)
        for row in rows:
            as_of = datetime.date.fromisoformat(row["as_of"])
            after = (decided[row["account"]] - as_of).days if row["account"] in decided else None
            self.assertTrue(after is None or after > 7, f"{row}: decided before or in the gap")
            self.assertEqual(row["outcome"] == "true", after is not None and 7 < after <= 35, row)
            self.assertEqual(row["days_to_outcome"], "" if after is None else str(after), row)
            self.assertLessEqual((as_of - FIRST).days + 35, DAYS - 1, "the horizon ends with the data")

    def test_an_absence_is_labelled_at_each_day(self):
        facts = self.facts(random.Random(5))
        rows = self.panel(self.company(facts), "--outcome", "lapse")
        gone = {(row[3], row[4]) for row in facts if row[7] == "yes"}
        logins = {}
        for row in facts:
            if row[1] == "login" and (row[3], row[4]) not in gone:
                logins.setdefault(row[3], set()).add(datetime.date.fromisoformat(row[2][:10]))
        seen = set()
        for row in rows:
            as_of = datetime.date.fromisoformat(row["as_of"])
            inside = [d for d in logins.get(row["account"], ()) if 0 < (d - as_of).days <= 14]
            self.assertEqual(row["outcome"] == "true", not inside, row)
            seen.add(row["outcome"])
        self.assertEqual(seen, {"true", "false"})

    def test_tables_and_words(self):
        workspace = self.company(self.facts(random.Random(7)))
        command = ["-C", workspace, "backtest", "--step", "7", "--resamples", "50"]
        text = self.kenko(*command).stdout
        self.assertIn("with fewer than 20 nothing can be claimed", text)
        for line in text.split("In words")[0].splitlines():
            self.assertLessEqual(display_width(line), 100, line)
        out = self.kenko(*command, "--format", "json")
        said = out.json()
        self.assertEqual([b["band"] for b in said["bands"]], ["red", "yellow", "green"])
        self.assertEqual(sum(b["outcomes"] for b in said["bands"]), sum(d["outcomes"] for d in said["days"]))
        self.assertEqual(self.kenko(*command, "--format", "json", "--threads", "1").stdout, out.stdout)

    def test_a_leak_is_alarmed_and_an_honest_clock_stops_it(self):
        """An event dated back to before the decision of those who left: its source says when it knew, or lies."""
        text = made_company.MODEL.replace("  noise:", "  leak: {dimension: habit, value: 'count(leak[91d])', "
                                          "curve: {0: 100, 1: 0}, min_observed: 1d}\n  noise:")
        rows = made_company.company_rows(random.Random(12), 150, 330)
        left = [line.split(",") for line in rows.splitlines() if line.startswith("account.churned")]
        self.assertGreater(len(left), 30)
        found = {}
        for clock in ("none", "lying", "honest"):
            extra = [f"leak,{made_company.day(0)}T10:00:00Z,a000,leak-0,,{made_company.day(0)}T11:00:00Z\n"]  # the feed is there
            for _, at, account, *_, known in left if clock != "none" else ():
                before = datetime.date.fromisoformat(at[:10]) - datetime.timedelta(days=36)
                extra.append(f"leak,{before}T10:00:00Z,{account},leak-{account},,"
                             f"{known if clock == 'honest' else f'{before}T11:00:00Z'}\n")
            self.workspace(clock)
            self.with_model(text, clock)
            self.write("made.yaml", made_company.mapping())
            self.write("rows.csv", rows + "".join(extra))
            self.import_files(clock, "rows.csv", mapping="made.yaml")
            said = self.kenko("-C", clock, "backtest", "--step", "7", "--resamples", "50", "--format", "json").json()
            # That of logins is another matter: here they thin out for certain before somebody leaves.
            found[clock] = [f["code"] for f in said["findings"] if "`leak`" in f["text"] and f["warning"]]
        self.assertEqual(found, {"none": [], "lying": ["knows-the-future"], "honest": []})

    def test_without_what_is_ours_is_the_model_without_it(self):
        workspace = self.company(self.facts(random.Random(9), accounts=60))
        ours = "  calls: {dimension: money, weight: 3, value: 'count(order.paid[7d])', ours: true, curve: {0: 100, 3: 0}}\n"
        self.with_model(MODEL.replace("  seats:", ours + "  seats:").replace("model: first", "model: with_ours"))

        def measures(model):
            out = self.kenko("-C", workspace, "backtest", "--model", model, "--step", "7", "--resamples", "50",
                             "--format", "json").json()
            return {row["measure"]: row for row in out["measures"]}

        whole, rest = measures("with_ours"), measures("first")
        self.assertNotIn("auc_without_ours", rest)
        self.assertNotEqual(whole["auc_within"]["value"], rest["auc_within"]["value"])
        # On the account-days that no silence holds.
        self.assertAlmostEqual(float(whole["auc_without_ours"]["value"]), float(rest["auc_within"]["value"]), delta=0.06)
        self.assertIn("auc_with_ours", whole)

    def test_mistakes(self):
        workspace = self.company(self.facts(random.Random(8), accounts=3))
        for args, code in ((["--outcome", "churm"], "unknown-outcome"), (["--capacity", "0"], "bad-option"),
                           (["--from", "2027-01-01"], "too-little-history"), (["--table", "nope"], "bad-option"),
                           (["--cutoff", "101"], "bad-option"), (["--step", "0"], "bad-option")):
            out = self.kenko("-C", workspace, "backtest", *args, status=None)
            self.assertNotEqual(out.status, 0, args)
            self.assertIn(f"[{code}]", out.stderr, args)


if __name__ == "__main__":
    main()
