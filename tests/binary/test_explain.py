"""Scores, explanations and history say the same, exactly, as a user sees them in CSV and JSON."""
import datetime
import pathlib
import shutil
import tempfile
from decimal import Decimal

from kenko_runner import LONG, KenkoTest, main


CAUSES = ["data", "time", "behaviour", "membership", "model", "trigger", "override"]


def day(text, plus=0):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(days=plus)).isoformat()


class Company(KenkoTest):
    """The simulated company, small: six sources, contracts, silence, missing values."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="kenko-company-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        size = ("--accounts", "120", "--days", "500") if LONG else ("--accounts", "30", "--days", "260")
        maker = cls("test_score_rows_add_up")
        maker.dir = cls.shared
        maker.kenko("demo", "d", *size)
        cls.last = maker.kenko("-C", "d/company", "accounts", "list").stdout and max(
            row["last_day"] for row in maker.kenko("-C", "d/company", "status", "--format", "json").json()
            if row["last_day"])

    def run_in(self, *args, **options):
        return self.kenko("-C", str(self.shared / "d/company"), *args, **options)

    def scores(self, *options):
        return {row["account"]: row for row in self.run_in("score", "--format", "csv", *options).csv()}

    def days(self):
        return [self.last, day(self.last, -17), day(self.last, -90), day(self.last, 40)]

    def test_score_rows_add_up(self):
        silent = 0
        for as_of in self.days():
            for account, row in self.scores("--as-of", as_of).items():
                if row["state"] != "scored":
                    self.assertEqual((row["score"], row["band"]), ("", ""), row)
                    continue
                self.assertLessEqual(Decimal(row["score"]), 100, account)
                self.assertLessEqual(Decimal(row["silence"]), 0)
                silent += Decimal(row["silence"]) < 0
        self.assertGreater(silent, 0, "the rule of silence is at work somewhere")

    def test_contributions_add_up_for_every_account(self):
        seen = ruled = 0
        for as_of in self.days()[:None if LONG else 2]:
            for account, row in self.scores("--as-of", as_of).items():
                lines = self.run_in("explain", account, "--as-of", as_of, "--format", "csv").csv()
                parts = {line["line"]: line for line in lines}
                if row["state"] != "scored":
                    self.assertEqual(parts["score"]["contribution"] if "score" in parts else "", "", lines)
                    continue
                seen += 1
                metrics = [line for line in lines if line["dimension"]]
                added = sum(Decimal(line["contribution"]) for line in metrics)
                self.assertEqual(added, Decimal(row["rolled_up"]), account)
                rules = [line for line in lines if not line["dimension"] and line["line"] != "score"]
                ruled += any(Decimal(line["contribution"]) for line in rules)
                self.assertEqual(added + sum(Decimal(line["contribution"]) for line in rules), Decimal(row["score"]),
                                 account)
                self.assertEqual(Decimal(parts["score"]["contribution"]), Decimal(row["score"]))
                lost = sum(Decimal(line["lost"]) for line in metrics)
                self.assertIn(lost, (100 - Decimal(row["rolled_up"]), 0), account)
                for line in metrics:
                    self.assertEqual(line["points"], row["points." + line["line"]], (account, line))
                    self.assertEqual(line["value"], row["metric." + line["line"]], (account, line))
        self.assertGreater(seen, 20)
        self.assertGreater(ruled, 0, "rules are at work somewhere")

    def test_the_same_in_json_and_table(self):
        for account in list(self.scores())[:6]:
            data = self.run_in("explain", account, "--format", "json").json()
            lines = {line["line"]: line for line in self.run_in("explain", account, "--format", "csv").csv()}
            for metric in data["metrics"]:
                self.assertEqual(Decimal(str(metric["contribution"])), Decimal(lines[metric["metric"]]["contribution"]))
            table = self.run_in("explain", account).stdout
            self.assertIn(f"Score {data['score']:.2f}" if data["score"] is not None else "Score –", table)

    def test_change_is_split_exactly(self):
        explained = 0
        for account in list(self.scores())[:None if LONG else 15]:
            before, after = day(self.last, -45), self.last
            data = self.run_in("explain", account, "--since", before, "--format", "json").json()
            scores = [self.scores("--as-of", d, "--account", account).get(account, {"score": ""})["score"]
                      for d in (before, after)]
            change = data["change"]
            self.assertEqual(change["since"], before)
            if "" in scores:
                self.assertIsNone(change["total"])
                continue
            explained += 1
            self.assertEqual(change["total"], Decimal(scores[1]) - Decimal(scores[0]))
            self.assertEqual(sum(change["causes"].values()), change["total"], account)
            self.assertEqual(list(change["causes"]), CAUSES)
            self.assertEqual((change["causes"]["data"], change["causes"]["model"]), (0, 0), "law (a), one model")
            lines = [*change["metrics"].values(), *change["starts"].values(), *change["triggers"].values()]
            lines += [change[line] for line in ("hierarchy", "cap", "silence", "override")]
            self.assertEqual(sum(lines), change["total"], account)
        self.assertGreater(explained, 5)

    def test_what_would_raise_it(self):
        rows = 0
        for account in list(self.scores())[:8]:
            data = self.run_in("explain", account, "--format", "json").json()
            if data["score"] is None:
                continue
            gains = [row["to_gain"] for row in data["raise"]["metrics"]]
            self.assertEqual(gains, sorted(gains, reverse=True), account)
            self.assertTrue(all(gain > 0 for gain in gains), account)
            rows += len(gains)
            table = self.run_in("explain", account).stdout
            self.assertIn("What would raise it most", table)
            self.assertLessEqual(max(map(len, table.splitlines())), 100)
        self.assertGreater(rows, 20)

    def test_history_rows_are_score_rows(self):
        first = day(self.last, -60)
        history = self.run_in("history", "--from", first, "--to", self.last, "--metrics", "--format", "csv").csv()
        by_day = {}
        for row in history:
            by_day.setdefault(row.pop("day"), {})[row["account"]] = row
        for as_of in (first, day(self.last, -31), self.last):
            scores = self.scores("--as-of", as_of)
            for row in scores.values():
                row.pop("name")
            self.assertEqual(by_day[as_of], scores, as_of)
        as_json = self.run_in("history", "--from", self.last, "--to", self.last, "--format", "json").json()
        self.assertEqual({r["account"]: str(r["score"]) if r["score"] is not None else "" for r in as_json},
                         {a: r["score"] for a, r in by_day[self.last].items()})

    def test_law_a_the_future_does_not_matter(self):
        """History computed up to a later day gives the same rows for the days before."""
        window = ("--from", day(self.last, -90), "--format", "csv")
        long = [r for r in self.run_in("history", *window, "--to", self.last).csv() if r["day"] <= day(self.last, -60)]
        short = self.run_in("history", *window, "--to", day(self.last, -60)).csv()
        self.assertEqual(long, short)

    def test_one_account_alone(self):
        every = self.scores()
        for account in list(every)[:5]:
            self.assertEqual(self.scores("--account", account), {account: every[account]})
            alone = self.run_in("history", "--account", account, "--format", "csv").csv()
            all_rows = self.run_in("history", "--format", "csv").csv()
            self.assertEqual(alone, [row for row in all_rows if row["account"] == account])

    def test_threads_change_nothing(self):
        outs = {self.run_in("history", "--metrics", "--format", "csv", "--threads", n).stdout for n in ("1", "2", "5")}
        self.assertEqual(len(outs), 1)

    def test_accounts_list_is_worst_first(self):
        rows = self.run_in("accounts", "list", "--limit", "0", "--format", "csv").csv()
        scored = [Decimal(row["score"]) for row in rows if row["score"]]
        self.assertEqual(scored, sorted(scored))
        every = self.scores()
        self.assertEqual({r["account"]: r["score"] for r in rows}, {a: r["score"] for a, r in every.items()})
        earlier = self.scores("--as-of", day(self.last, -30))
        for row in rows:
            if row["score"] and row["change_30d"]:
                self.assertEqual(Decimal(row["change_30d"]),
                                 Decimal(row["score"]) - Decimal(earlier[row["account"]]["score"]), row)


MODEL = """kenko: 1
model: first
dimensions: {habit: {weight: 2}, money: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[7d])', curve: {0: 0, 7: 100}}
  spend: {dimension: money, value: 'sum(order.paid[14d], value)', curve: {0: 0, 90: 100}}
bands: {red: {from: 0}, green: {from: 60}}
"""
MAPPING = """kenko: 1
source: app
accounts: defines
known_at: {column: known}
rules:
  rows:
    event: {column: what}
    account: customer
    time: at
    id: id
    version: version
    value: amount
"""


class KnownAsOf(KenkoTest):
    """Facts that came late, were corrected or deleted: what would have been said at the time."""

    def setUp(self):
        super().setUp()
        self.workspace()
        self.write("w/models/first.yaml", MODEL)
        self.write("app.yaml", MAPPING)

    def rows(self):
        out = []
        for number in range(60):
            at = day("2026-01-01", number)
            late = 12 if number % 5 == 0 else 0
            out.append(("login", at, "acme", f"l{number}", "1", "", day(at, late)))
            if number % 6 == 0:
                out.append(("order.paid", at, "acme", f"o{number}", "1", str(10 + number), day(at, 1)))
                out.append(("order.paid", at, "acme", f"o{number}", "2", str(1 + number), day(at, 9)))
            out.append(("login", at, "bolt", f"b{number}", "1", "", at))
        return out

    def write_rows(self, name, rows):
        self.write(name, "what,at,customer,id,version,amount,known\n" +
                   "".join(",".join(row[:6]) + "," + row[6] + "T12:00:00Z\n" for row in rows))

    def test_as_it_was_known(self):
        rows = self.rows()
        self.write_rows("all.csv", rows)
        self.import_files("w", "all.csv", mapping="app.yaml")
        differs = 0
        for known in ("2026-01-20", "2026-02-05", "2026-02-20"):
            # The truth: a workspace that was only given what was known at the close of that day.
            name = self.workspace("at-" + known)
            self.write(f"{name}/models/first.yaml", MODEL)
            self.write_rows("part.csv", [row for row in rows if row[6] <= known])
            self.import_files(name, "part.csv", mapping="app.yaml")
            for as_of in (known, day(known, -6)):
                options = ("score", "--model", "first", "--as-of", as_of, "--format", "csv")
                then = self.kenko("-C", "w", *options, "--known-as-of", known).stdout
                self.assertEqual(then, self.kenko("-C", name, *options).stdout, (known, as_of))
                differs += then != self.kenko("-C", "w", *options).stdout
        self.assertGreater(differs, 2, "late facts matter")
        before = self.kenko("-C", "w", "score", "--model", "first", "--as-of", "2026-01-20", "--known-as-of", "2025-12-01",
                            "--format", "csv").csv()
        self.assertEqual(before, [], "nothing was known yet")

    def test_what_came_late_is_a_cause_of_its_own(self):
        rows = self.rows()
        self.write_rows("all.csv", rows)
        self.import_files("w", "all.csv", mapping="app.yaml")
        late = 0
        for since, known in (("2026-01-10", "2026-02-01"), ("2026-01-15", "2026-01-20"), ("2026-02-05", "2026-02-25")):
            options = ("--model", "first", "--format", "json")
            data = self.kenko("-C", "w", "explain", "acme", "--as-of", known, "--since", since, "--known-as-of", known,
                              *options).json()
            ends = [self.kenko("-C", "w", "score", "--account", "acme", "--as-of", d, "--known-as-of", k,
                               *options).json()[0]["score"] for d, k in ((since, since), (known, known))]
            change = data["change"]
            self.assertEqual((change["since_known_as_of"], change["known_as_of"]), (since, known))
            self.assertEqual((change["from"], change["to"]), tuple(ends))
            self.assertEqual(sum(change["causes"].values()), change["total"])
            self.assertEqual(change["total"], ends[1] - ends[0])
            then = self.kenko("-C", "w", "score", "--account", "acme", "--as-of", since, "--known-as-of", known,
                              *options).json()[0]["score"]
            self.assertEqual(change["causes"]["data"], then - ends[0])
            late += change["causes"]["data"] != 0
        self.assertGreater(late, 0, "late facts matter")

    def test_arrival_order_does_not_matter(self):
        rows = self.rows()
        self.seeded().shuffle(rows)
        self.write_rows("one.csv", rows)
        self.import_files("w", "one.csv", mapping="app.yaml")
        name = self.workspace("v")
        self.write(f"{name}/models/first.yaml", MODEL)
        for number in range(4):
            self.write_rows("part.csv", rows[number::4])
            self.import_files(name, "part.csv", mapping="app.yaml")
        self.assertEqual(self.digest("w"), self.digest("v"))
        options = ("history", "--model", "first", "--metrics", "--format", "csv")
        self.assertEqual(self.kenko("-C", "w", *options).stdout, self.kenko("-C", "v", *options).stdout)


if __name__ == "__main__":
    main()
