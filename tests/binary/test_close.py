"""The published history: what was shown when a day closed, revised when facts come late, whoever closes it and when."""
import datetime
import os
import shutil
import signal
import subprocess
import time

from kenko_runner import BIN, LONG, KenkoTest, environment, main

MODEL = """kenko: 1
model: first
min_coverage: 0%
dimensions: {habit: {weight: 2}, money: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[7d])', curve: {0: 0, 7: 100}}
  spend: {dimension: money, value: 'sum(order.paid[14d], value)', curve: {0: 0, 90: 100}}
triggers: {angry: {when: 'count(complaint[5d]) > 0', points: -20}}
bands: {red: {from: 0}, green: {from: 40}}
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
    delete: {column: gone, is: yes}
"""
HEADER = "what,at,customer,id,version,amount,gone,known\n"
FIRST = datetime.date(2026, 1, 1)
DAYS = 45        # of facts
CLOSED = 15      # the last of them are closed
BEGIN = DAYS - CLOSED


def day(number):
    return (FIRST + datetime.timedelta(days=number)).isoformat()


class Closes(KenkoTest):
    def company(self, name="w"):
        self.workspace(name)
        self.with_model(MODEL, name)
        self.write("app.yaml", MAPPING)
        return name

    def facts(self, rng, accounts=6):
        """(what, day, account, id, version, amount, gone, day on which it became known)"""
        out = []
        for account in range(accounts):
            for number in range(DAYS):
                ids = f"{account}-{number}"
                late = rng.choice([0, 0, 0, 0, 1, 3, 9]) if account % 2 else 0
                if rng.random() < 0.7:
                    out.append(["login", number, account, "l" + ids, 1, "", "", number + late])
                    if account % 2 and rng.random() < 0.1:
                        out.append(["login", number, account, "l" + ids, 2, "", "yes", number + late + rng.randint(0, 8)])
                if rng.random() < 0.2:
                    out.append(["order.paid", number, account, "o" + ids, 1, rng.randint(1, 60), "", number])
                    if account % 2 and rng.random() < 0.4:
                        moved = max(0, number - rng.randint(0, 3))
                        out.append(["order.paid", moved, account, "o" + ids, 2, rng.randint(1, 60), "",
                                    number + rng.randint(0, 8)])
                if rng.random() < 0.03 or number < 1:
                    out.append(["complaint", number, account, "c" + ids, 1, "", "", number + late])
        return out

    def import_rows(self, workspace, rows):
        if not rows:
            return
        self.write("rows.csv", HEADER + "".join(
            f"{what},{day(at)},c{account},{i},{version},{amount},{gone},{day(known)}T12:00:00Z\n"
            for what, at, account, i, version, amount, gone, known in rows))
        self.import_files(workspace, "rows.csv", mapping="app.yaml")

    def run_in(self, workspace, *args, **options):
        return self.kenko("-C", workspace, *args, **options)

    def close(self, workspace, last, *args):
        return self.run_in(workspace, "close", "--as-of", day(last), *args)

    def said(self, workspace, *args):
        return self.run_in(workspace, "history", *(args or ("--revisions",)), "--format", "csv").stdout


class Published(Closes):
    def setUp(self):
        super().setUp()
        self.rows = self.facts(self.seeded())
        self.company()

    def all_at_once(self, workspace="w"):
        self.import_rows(workspace, self.rows)
        return self.close(workspace, DAYS - 1, "--from", day(BEGIN))

    def test_catching_up_is_closing_on_time(self):
        self.all_at_once()
        on_time = self.company("daily")
        for number in range(BEGIN - 1, DAYS):
            self.import_rows(on_time, [r for r in self.rows if r[7] == number or (number == BEGIN - 1 and r[7] < number)])
            if number >= BEGIN:
                self.close(on_time, number, *(("--from", day(BEGIN)) if number == BEGIN else ()))
        said = self.said("w")
        self.assertEqual(said, self.said(on_time))
        self.assertIn(",revision,", said)
        self.assertIn(",close,", said)

    def test_the_rows_of_a_day_are_its_scores_as_they_were_known(self):
        self.all_at_once()
        rows = self.run_in("w", "history", "--as-published", "--format", "json").json()
        self.assertEqual({r["kind"] for r in rows}, {"close"})
        changed = 0
        for number in (BEGIN, BEGIN + 4, DAYS - 1):
            scores = self.run_in("w", "score", "--as-of", day(number), "--known-as-of", day(number), "--format",
                                 "json").json()
            self.assertEqual({r["account"]: (r["score"], r["band"]) for r in scores},
                             {r["account"]: (r["score"], r["band"]) for r in rows if r["day"] == day(number)})
        before = {}
        for row in rows:
            self.assertEqual(row["known_at"], f"{datetime.date.fromisoformat(row['day']) + datetime.timedelta(days=1)}"
                             "T06:00:00Z")
            causes = [row["change." + c] for c in ("data", "time", "behaviour", "membership", "model", "trigger",
                                                   "override")]
            if row["day"] == day(BEGIN):
                self.assertEqual(set(causes), {None}, "there is no closed day before the first")
            else:
                self.assertEqual(sum(causes), row["change"])
                self.assertEqual(before[row["account"]] + row["change"], row["score"])
                changed += row["change.data"] != 0
            before[row["account"]] = row["score"]
        self.assertGreater(changed, 0)
        self.assertTrue(any(r["active_triggers"] == '["angry"]' for r in rows))

    def test_the_last_revision_is_what_is_known_now(self):
        self.all_at_once()
        last = {}
        for row in self.run_in("w", "history", "--revisions", "--format", "json").json():
            seen = last.get((row["account"], row["day"]))
            self.assertEqual(row["revision"], 0 if seen is None else seen["revision"] + 1)
            last[(row["account"], row["day"])] = row
        now = self.run_in("w", "history", "--from", day(BEGIN), "--to", day(DAYS - 1), "--known-as-of", day(DAYS - 1),
                          "--format", "json").json()
        self.assertEqual({key: (r["score"], r["band"]) for key, r in last.items()},
                         {(r["account"], r["day"]): (r["score"], r["band"]) for r in now})

    def test_a_second_close_writes_nothing(self):
        out = self.all_at_once().stdout
        self.assertRegex(out, rf"closed {CLOSED} days, .* model first\n90 rows, [1-9]\d* revisions? of earlier days, ")
        files = {f.name: f.read_bytes() for f in (self.dir / "w/scores").iterdir()}
        self.assertEqual(sorted(files), [day(n).replace("-", "") + "-close.parquet" for n in range(BEGIN, DAYS)])
        self.assertIn("nothing to close", self.close("w", DAYS - 1).stdout)
        self.assertEqual(self.close("w", DAYS - 1, "--format", "json").json(), [])
        self.assertEqual({f.name: f.read_bytes() for f in (self.dir / "w/scores").iterdir()}, files)

    def test_what_arrives_after_its_close_is_a_revision_of_the_next(self):
        """The fact says that it was known in time; the close before had not seen it."""
        steady = [["login", n, 9, f"steady-{n}", 1, "", "", n] for n in range(DAYS)]
        self.import_rows("w", [r for r in self.rows + steady if r[7] < DAYS - 2])
        self.close("w", DAYS - 2, "--from", day(BEGIN))
        self.import_rows("w", [["order.paid", DAYS - 6, 9, "tardy", 1, 60, "", DAYS - 6]])
        rows = self.close("w", DAYS - 1, "--format", "json").json()
        self.assertEqual([r["day"] for r in rows], [day(DAYS - 1)])
        said = self.run_in("w", "history", "--revisions", "--account", "c9", "--format", "json").json()
        revised = [r["day"] for r in said if r["kind"] == "revision" and r["known_at"].startswith(day(DAYS))]
        self.assertEqual(revised, [day(n) for n in range(DAYS - 6, DAYS - 1)])

    def test_an_account_that_never_was(self):
        """Its only fact is deleted: the rows stay, and a revision says that there is none."""
        rows = [r for r in self.rows if r[2] != 5]
        rows.append(["login", DAYS - 5, 5, "only", 1, "", "", DAYS - 5])
        rows.append(["login", DAYS - 5, 5, "only", 2, "", "yes", DAYS - 2])
        self.import_rows("w", rows)
        self.close("w", DAYS - 1, "--from", day(BEGIN))
        said = self.run_in("w", "history", "--revisions", "--account", "c5", "--format", "json").json()
        self.assertEqual([(r["day"], r["kind"]) for r in said if r["state"] != "none"],
                         [(day(n), "close") for n in range(DAYS - 5, DAYS - 2)])
        self.assertEqual([(r["day"], r["kind"], r["score"]) for r in said if r["state"] == "none"],
                         [(day(n), "revision", None) for n in range(DAYS - 5, DAYS - 2)])

    def test_a_model_published_in_between(self):
        self.import_rows("w", self.rows)
        self.close("w", DAYS - 4, "--from", day(BEGIN))
        self.write("w/models/second.yaml", MODEL.replace("model: first", "model: second").replace("7: 100", "7: 50"))
        self.run_in("w", "model", "publish", "second", "--reason", "milder", "--by", "ann")
        self.close("w", DAYS - 1)
        rows = self.run_in("w", "history", "--as-published", "--format", "json").json()
        models = {r["day"]: r["model"] for r in rows if r["kind"] == "close"}
        self.assertEqual(models, {day(n): "first" if n <= DAYS - 4 else "second" for n in range(BEGIN, DAYS)})
        switch = [r for r in rows if r["day"] == day(DAYS - 3)]
        self.assertTrue(any(r["change.model"] for r in switch))
        # Days before the first close: the publication was the first to speak of them.
        early = [r for r in rows if r["day"] < day(BEGIN)]
        self.assertEqual({(r["kind"], r["model"]) for r in early}, {("publication", "second")})
        everything = self.run_in("w", "history", "--revisions", "--format", "json").json()
        kinds = {(r["kind"], r["model"]) for r in everything}
        self.assertIn(("revision", "first"), kinds, "a row is revised by the model that said it")
        self.assertEqual(sum(r["kind"] == "publication" for r in everything), 6 * DAYS)
        self.assertEqual(len({(r["account"], r["day"]) for r in rows}), len(rows), "one first row each")

    def test_a_model_that_is_edited_and_never_published(self):
        self.import_rows("w", self.rows)
        self.close("w", DAYS - 4, "--from", day(BEGIN))
        self.write("w/models/first.yaml", MODEL.replace("7: 100", "7: 50"))
        self.close("w", DAYS - 1)
        rows = self.run_in("w", "history", "--revisions", "--format", "json").json()
        old = {r["model_fingerprint"] for r in rows if r["day"] <= day(DAYS - 4)}
        new = {r["model_fingerprint"] for r in rows if r["day"] > day(DAYS - 4)}
        self.assertEqual((len(old), len(new), len(old | new)), (1, 1, 2))
        self.assertTrue(any(r["kind"] == "revision" and r["known_at"] > day(DAYS - 2) for r in rows))

    def test_where_it_begins(self):
        self.import_rows("w", self.rows)
        self.assertIn(f"closed {datetime.date(2026, 2, 14):%a %-d %b %Y}", self.close("w", DAYS - 1).stdout)
        self.assertIn("history-begun", self.run_in("w", "close", "--from", day(3), status=1).stderr)
        other = self.company("published")
        self.import_rows(other, [r for r in self.rows if r[1] < DAYS - 5])
        self.run_in(other, "model", "publish", "--reason", "we begin", "--by", "ann")
        self.import_rows(other, self.rows)
        rows = self.close(other, DAYS - 1, "--format", "json").json()
        self.assertEqual([r["day"] for r in rows], [day(n) for n in range(DAYS - 5, DAYS)])

    def test_what_is_refused(self):
        self.assertIn("no-facts", self.run_in("w", "close", status=1).stderr)
        self.assertIn("not-published", self.run_in("w", "history", "--as-published", status=1).stderr)
        self.import_rows("w", self.rows)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.assertIn("day-not-closed", self.run_in("w", "close", "--as-of", today.isoformat(), status=1).stderr)
        self.assertIn("bad-day", self.run_in("w", "close", "--as-of", "soon", status=1).stderr)
        self.close("w", DAYS - 1)
        self.assertIn("unknown-account",
                      self.run_in("w", "history", "--as-published", "--account", "c99", status=1).stderr)

    def test_accounts_days_and_files(self):
        self.all_at_once()
        part = ("--as-published", "--account", "c1", "--account", "c2", "--from", day(DAYS - 3))
        rows = self.run_in("w", "history", *part, "--format", "csv").csv()
        self.assertEqual([(r["day"], r["account"]) for r in rows],
                         [(day(n), a) for n in range(DAYS - 3, DAYS) for a in ("c1", "c2")])
        self.run_in("w", "history", *part, "--format", "csv", "--out", str(self.dir / "part.csv"))
        self.assertEqual((self.dir / "part.csv").read_text(), self.said("w", *part))
        self.assertIn("c1", self.run_in("w", "history", *part).stdout)
        self.run_in("w", "history", *part, "--out", str(self.dir / "part.parquet"))
        self.assertEqual((self.dir / "part.parquet").read_bytes()[:4], b"PAR1")


class Kill(Closes):
    """kill -9 at any instant: nothing is half published, and the next one goes on."""

    def begin(self, workspace, args):
        return subprocess.Popen([BIN, "-C", workspace, *args], cwd=self.dir, env=environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kills(self, workspace, args, check, count):
        """Copies the workspace, kills the command at a random instant and hands the copy to `check`."""
        begin = time.monotonic()
        shutil.copytree(self.dir / workspace, self.dir / "timed")
        self.assertEqual(self.begin("timed", args).wait(), 0)
        seconds = time.monotonic() - begin
        killed = attempts = 0
        while killed < count and attempts < 4 * count:
            attempts += 1
            shutil.copytree(self.dir / workspace, self.dir / "copy")
            process = self.begin("copy", args)
            share = self.rng.random()
            try:
                process.wait(timeout=share * seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.wait()
            if process.returncode == -signal.SIGKILL:
                killed += 1
                with self.subTest(attempt=attempts, seconds=share * seconds):
                    check("copy")
            else:
                seconds *= 0.9
            shutil.rmtree(self.dir / "copy")
        print(f"{killed} of {attempts} were killed", flush=True)
        self.assertGreater(killed, count // 2)

    def leftovers(self, workspace):
        return [name for name in os.listdir(self.dir / workspace / "scores") if not name.endswith(".parquet")]

    def setUp(self):
        super().setUp()
        self.rng = self.seeded()
        self.company()
        self.import_rows("w", self.facts(self.rng))

    def test_close(self):
        shutil.copytree(self.dir / "w", self.dir / "calm")
        options = ("close", "--from", day(BEGIN), "--as-of", day(DAYS - 1))
        self.run_in("calm", *options)
        expected = self.said("calm")
        begun = set()

        def check(copy):
            closed = sorted(p.name for p in (self.dir / copy / "scores").glob("*-close.parquet"))
            begun.add(len(closed))
            if "not-published" in self.run_in(copy, "history", "--revisions", status=None).stderr:
                self.run_in(copy, *options)
            else:
                done = self.said(copy)
                self.assertTrue(expected.startswith(done), "whole days, in order")
                self.close(copy, DAYS - 1)
            self.assertEqual(self.said(copy), expected)
            self.assertEqual(self.leftovers(copy), [])
            examined = self.run_in(copy, "doctor", status=None).stdout
            self.assertNotRegex(examined, r"\n(wrong|harmless) +scores/|closed-days")

        self.kills("w", options, check, 50 if LONG else 10)
        print(f"days on disk when killed: {sorted(begun)}", flush=True)

    def test_publish(self):
        self.write("w/models/second.yaml", MODEL.replace("model: first", "model: second").replace("7: 100", "7: 50"))
        options = ("model", "publish", "second", "--reason", "milder", "--by", "ann")
        shutil.copytree(self.dir / "w", self.dir / "calm")
        self.run_in("calm", *options)

        def rows(workspace):
            return [{k: v for k, v in r.items() if k != "known_at"}
                    for r in self.run_in(workspace, "history", "--revisions", "--format", "csv").csv()]

        expected = rows("calm")

        def check(copy):
            self.run_in(copy, *options)
            self.assertEqual(rows(copy), expected)
            self.assertEqual(len(self.run_in(copy, "model", "log", "--format", "json").json()), 1)
            self.assertIn("\nmodel: second\n", (self.dir / copy / "kenko.yaml").read_text())
            self.assertEqual(self.leftovers(copy), [])

        self.kills("w", options, check, 30 if LONG else 6)


if __name__ == "__main__":
    main()
