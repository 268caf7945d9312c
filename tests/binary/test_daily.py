"""`kenko daily` day by day: what it tells is what a replay of the published history and of the recorded actions tells, and
kills change nothing.  A simulated company, a clock that stands where --now says."""
import datetime
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time

from kenko_runner import BIN, LONG, KenkoTest, environment, main

DAY = datetime.timedelta(days=1)
ALERTS = """kenko: 1
levels: {critical: {below: 40, respond: 0h}, at_risk: {below: 60, respond: 1d}, warning: {below: 75, respond: 2d}}
fire_after: 1
clear_after: 2
storm: {share: 30%, accounts: 10}
alerts:
  level: {kind: level}
  fall: {kind: fall, points: 8, within: 30d, level: at_risk}
  baseline: {kind: baseline, deviations: 1, within: 60d, level: warning}
  band: {kind: band, within: 30d, level: warning}
  renewal: {kind: renewal, within: 90d, below: 70, level: at_risk}
  quiet_users: {kind: condition, when: 'days_since(login) > 3', level: warning, title: nobody has logged in for days}
  silent: {kind: silent}
  blind: {kind: insufficient, weeks: 1, level: warning}
"""
CALENDAR = """kenko: 1
regions:
  default: {hours: {mon-fri: "09:00-17:00"}, holidays: [us]}
quiet: [{name: year's end, from: 2025-12-24, to: 2026-01-02}]
"""
CHANNELS = """kenko: 1
smtp: {server: 127.0.0.1, port: 9, tls: none, from: kenko@example.com}
slack: [{name: team_channel, url: "http://127.0.0.1:9/x", events: ["*"], allow_private: true}]
mail:
  - {to: csm, digest: daily, events: [alert.*]}
  - {to: lead, digest: weekly, as: leader, events: [alert.escalated, portfolio.notice]}
"""


class Daily(KenkoTest):
    def company(self, accounts=25, days=240):
        """A simulated company in DIR/base, nothing closed yet; gives its last day."""
        self.rng = self.seeded()
        self.kenko("demo", "made", "--accounts", accounts, "--days", days, "--events", 2, "--seed",
                   self.rng.randrange(1, 10**6))
        base = self.dir / "base"
        shutil.move(self.dir / "made" / "company", base)
        owners = sorted({r["owner"] for r in self.kenko("-C", "base", "portfolio", "--by", "owner", "--format", "json")
                        .json().get("by_owner", []) if r["owner"] != "none"})
        self.assertGreater(len(owners), 2)
        people = "".join(f"  p{n}: {{name: Person {n}, email: p{n}@example.com, also: ['{o}'], roles: [csm], "
                         f"manager: boss}}\n" for n, o in enumerate(owners))
        (base / "team.yaml").write_text(f"kenko: 1\npeople:\n{people}  boss: {{name: Boss, email: boss@example.com, "
                                        f"roles: [lead]}}\ndata: [boss]\nassign: [{{to: [p0, p1]}}]\n")
        for name, text in (("alerts", ALERTS), ("calendar", CALENDAR), ("channels", CHANNELS)):
            (base / f"{name}.yaml").write_text(text)
        self.kenko("-C", "base", "plays", "init")
        yellow = base / "plays" / "yellow.yaml"
        yellow.write_text(re.sub(r"(?m)^(    enrol:.*|    priority:.*)$", r"\1\n    hold_out: 30%", yellow.read_text(), count=1))
        newest = re.search(r"speak of \w+ (\d+ \w+ \d+)", self.kenko("-C", "base", "status").stdout).group(1)
        return base, datetime.datetime.strptime(newest, "%d %b %Y").date()

    def now(self, day):
        """The morning after a day."""
        return f"{day + DAY}T06:10:00Z"

    def daily(self, where, day, status=None):
        out = self.kenko("-C", where, "daily", "--no-send", "--now", self.now(day), status=status)
        self.assertIn(out.status, (0, 1), str(out))
        return out.stdout

    def alerts(self, where, day):
        return self.kenko("-C", where, "alerts", "list", "--all", "--format", "json", "--now", self.now(day)).json()

    def tasks(self, where, day):
        return self.kenko("-C", where, "tasks", "list", "--all", "--format", "json", "--now", self.now(day)).json()

    def told(self, where):
        """Messages by id, without what happened to them since."""
        rows = self.kenko("-C", where, "messages", "list", "--limit", 0, "--format", "json").json()
        return {r["id"]: (r["kind"], r["to"], r["subject"]) for r in rows}

    def act(self, where, day, rng):
        """What people do on the day after: drawn from what is open, so that equal alerts give equal actions."""
        open_ones = [a for a in self.alerts(where, day) if a["state"] in ("open", "acknowledged", "snoozed")]
        for alert in rng.sample(open_ones, min(len(open_ones), rng.randint(0, 3))):
            what = rng.choice([["ack"], ["snooze", "--until", day + 5 * DAY], ["resolve", "--reason", "worked"],
                               ["assign", "--to", "p0"], ["note", "called them"]])
            words = [what[0], alert["id"], *what[1:]]
            at = f"{day + DAY}T{rng.randint(9, 16):02}:00:00Z"
            self.kenko("-C", where, "alerts", "--now", at, *words, "--by", "tester", status=None)
        waiting = [t for t in self.tasks(where, day) if t["state"] in ("open", "overdue")]
        for task in rng.sample(waiting, min(len(waiting), 2)):
            words = rng.choice([["done", task["id"], "--outcome", "they will use it more"], ["skip", task["id"]]])
            self.kenko("-C", where, "tasks", "--now", f"{day + DAY}T17:00:00Z", *words, "--by", "tester", status=None)

    def kill_some(self, where, day, rng, kills):
        """Starts the run and kills it, again and again; then it may end."""
        args = [BIN, "-C", str(self.dir / where), "daily", "--no-send", "--now", self.now(day)]
        killed = 0
        for _ in range(kills):
            run = subprocess.Popen(args, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
            time.sleep(rng.random() * self.seconds)
            run.send_signal(signal.SIGKILL)
            killed += run.wait() == -signal.SIGKILL
        return killed

    def test_kills_and_replays_change_nothing(self):
        base, last = self.company(accounts=60 if LONG else 25, days=760 if LONG else 240)
        days = 720 if LONG else 9
        first = last - days * DAY
        shutil.copytree(base, self.dir / "killed")
        seed = self.rng.random()
        killed = 0
        for n in range(days + 1):
            day = first + n * DAY
            began = time.monotonic()
            said = self.daily("base", day)
            self.seconds = (time.monotonic() - began) * 1.2
            self.assertIn("closed", said)
            killed += self.kill_some("killed", day, self.rng, 1 + (n % 3 == 0) if not LONG else (n % 7 == 0))
            self.daily("killed", day)
            for where in ("base", "killed"):
                self.act(where, day, random.Random(f"{seed} {n}"))
            if not LONG or n % 30 == 0 or n == days:
                self.assertEqual(self.alerts("base", day), self.alerts("killed", day), day)
                self.assertEqual(self.tasks("base", day), self.tasks("killed", day), day)
        print(f"{killed} runs were killed", flush=True)
        self.assertGreater(killed, 2)
        self.daily("base", last + DAY)
        told, alerts, tasks = self.told("base"), self.alerts("base", last + DAY), self.tasks("base", last + DAY)
        self.assertGreater(len({t["state"] for t in tasks}), 2, "tasks were done, skipped or became late")
        self.daily("killed", last + DAY)
        self.assertEqual(told, self.told("killed"))
        self.assertGreater(sum(kind.startswith("alert.") for kind, _, _ in told.values()), 10)
        # Nothing was remembered but what people did: told at once, it is the same.
        with sqlite3.connect(base / "state.db") as state:
            for table in ("outbox", "outbox_attempt", "acted"):
                state.execute(f"DELETE FROM {table}")
        shutil.rmtree(base / "cache")
        self.daily("base", last + DAY)
        self.assertEqual(alerts, self.alerts("base", last + DAY))
        self.assertEqual(tasks, self.tasks("base", last + DAY))
        again = self.told("base")
        for kind in ("alert.opened", "alert.escalated", "alert.moved", "alert.resolved", "portfolio.notice", "task.created",
                     "task.overdue", "task.moved", "play.enrolled", "play.stopped"):
            self.assertEqual({i: m for i, m in told.items() if m[0] == kind},
                             {i: m for i, m in again.items() if m[0] == kind}, kind)

    def test_first_start_makes_a_backlog_and_twice_is_once(self):
        base, last = self.company()
        out = self.daily("base", last - 3 * DAY)
        self.assertIn("0 opened", out)
        rows = self.alerts("base", last - 3 * DAY)
        self.assertGreater(len(rows), 0)
        self.assertEqual({r["state"] for r in rows}, {"backlog"})
        self.assertNotIn("alert.opened", {kind for kind, _, _ in self.told("base").values()})
        told = self.told("base")
        self.assertIn("nothing", self.daily("base", last - 3 * DAY))
        self.assertEqual(told, self.told("base"))
        before = (base / "state.db").read_bytes()
        dry = self.kenko("-C", "base", "daily", "--dry-run", "--now", self.now(last)).stdout
        self.assertIn("nothing was imported, closed or kept", dry)
        self.assertEqual(before, (base / "state.db").read_bytes())

    def test_a_mistake_in_the_rules_stops_the_run_before_it_begins(self):
        base, last = self.company()
        (base / "alerts.yaml").write_text(ALERTS.replace("points: 8", "points: lots").replace("kind: silent", "kind: silnt"))
        out = self.kenko("-C", "base", "daily", "--no-send", "--now", self.now(last), status=1)
        self.assertIn("alerts.yaml:8:", out.stderr)
        self.assertIn("did you mean `silent`", out.stderr)
        self.assertIn("wrong-type", out.stderr)
        self.assertIn("no day closed yet", self.kenko("-C", "base", "status").stdout)
        (base / "alerts.yaml").write_text(ALERTS.replace("days_since(login)", "days_since(lgin)"))
        out = self.kenko("-C", "base", "daily", "--no-send", "--now", self.now(last), status=1)
        self.assertIn("alerts.yaml:12:", out.stderr)
        self.assertIn("did you mean `login`", out.stderr)
        out = self.kenko("-C", "base", "alerts", "check", status=1)
        self.assertIn("alerts.yaml:12:", out.stderr)

    def test_by_the_clock_of_the_machine(self):
        self.company()
        out = self.kenko("-C", "base", "daily", "--no-send").stdout
        self.assertIn("into the backlog", out)
        self.assertIn("in the backlog", self.kenko("-C", "base", "today").stdout)

    def test_without_alerts_a_day_is_closed_all_the_same(self):
        base, last = self.company()
        os.remove(base / "alerts.yaml")
        out = self.daily("base", last)
        self.assertIn("off: kenko alerts init", out)
        self.kenko("-C", "base", "alerts", "list", "--now", self.now(last), status=1)

    def test_new_files_are_imported_once(self):
        base, last = self.company()
        (base / "daily.yaml").write_text("kenko: 1\nimports:\n  - {files: drop, mapping: notes.yaml}\n"
                                         "reports:\n  - {command: today --format html --out reports/today.html}\n")
        (base / "notes.yaml").write_text("kenko: 1\nsource: notes\naccounts: matched\nrules:\n  notes:\n    files: '*.csv'\n"
                                         "    event: {column: what}\n    account: account\n    time: at\n    id: id\n")
        account = self.kenko("-C", "base", "score", "--format", "json").json()[0]["account"]
        (base / "drop").mkdir()
        (base / "reports").mkdir()
        (base / "drop" / "a.csv").write_text(f"what,account,at,id\nnote.taken,{account},{last}T10:00:00Z,1\n")
        out = self.kenko("-C", "base", "daily", "--no-send", "--now", self.now(last), status=None)
        self.assertIn("1 file: ", out.stdout, str(out))
        self.assertTrue((base / "reports" / "today.html").read_text().lower().startswith("<!doctype html>"))
        self.assertIn("1 unchanged", self.kenko("-C", "base", "daily", "--no-send", "--now", self.now(last), status=None).stdout)


if __name__ == "__main__":
    main()
