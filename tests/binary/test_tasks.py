"""Plays and tasks day by day: they begin, are due on working days, become late, are done, wait, stop and are held out."""
import datetime

from kenko_runner import KenkoTest, main

MODEL = """kenko: 1
model: first
min_coverage: 0%
dimensions: {habit: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[7d])', curve: {0: 0, 7: 100}}
bands: {red: {from: 0}, green: {from: 60}}
"""
MAPPING = """kenko: 1
source: app
accounts: defines
known_at: {column: known}
attributes: {owner: {column: owner, type: text}}
rules:
  rows:
    event: {column: what}
    account: customer
    time: at
    id: id
"""
ALERTS = """kenko: 1
levels: {critical: {below: 10, respond: 0h}, at_risk: {below: 20, respond: 1d}, warning: {below: 30, respond: 2d}}
alerts: {level: {kind: level}}
"""
CALENDAR = """kenko: 1
regions: {default: {hours: {mon-fri: "09:00-17:00"}, holidays: [{2026-03-05: a day off}]}}
"""
TEAM = """kenko: 1
people:
  anna: {name: Anna, email: anna@example.com, manager: carla, roles: [csm]}
  bert: {name: Bert, email: bert@example.com, manager: carla, roles: [csm]}
  carla: {name: Carla, email: carla@example.com, roles: [lead]}
assign: [{to: anna}]
"""
CHANNELS = """kenko: 1
smtp: {server: 127.0.0.1, port: 9, tls: none, from: kenko@example.com}
slack: [{name: hook, url: "http://127.0.0.1:9/x", events: ["play.*", "task.*"], allow_private: true}]
mail: [{to: csm, events: [task.*]}, {to: lead, events: [task.overdue]}]
"""
PLAYS = """kenko: 1
plays:
  save:
    title: Save them
    when: {band: red}
    priority: 500
    enrol: {cool_down: 10d}
    stop: {band: green}
    steps:
      - name: call
        title: Call them
        role: owner
        due: 2d
        checklist: [ask what is missing]
        message: {subject: "{account}: {score} points", text: "Hello {owner}, {play}. {{sic}}"}
      - {name: tell, title: Tell management, role: manager, due: 0d}
      - {name: note, role: automatic, due: 0d, message: {subject: "We miss you, {account}", text: "Band {band}."}}
  watch:
    when: {condition: 'count(login[7d]) < 4'}
    priority: 100
    steps: [{name: look, title: Look at it, role: owner, due: 1d}]
"""
FIRST = datetime.date(2026, 2, 1)
DAY = datetime.timedelta(days=1)


def on(text):
    return datetime.date.fromisoformat(text)


class Tasks(KenkoTest):
    def company(self, plays=PLAYS, quiet_from="2026-02-25", accounts=("acme",), comes_back=None):
        """Accounts that log in every day until they fall silent; nothing is closed before Monday 2 March 2026."""
        self.workspace()
        self.write("app.yaml", MAPPING.replace("attributes: {owner: {column: owner, type: text}}\n", ""))
        rows, last = "what,at,customer,id,known\n", on("2026-04-30")
        for account in (*accounts, "steady"):
            day = FIRST
            while day <= last:
                silent = account != "steady" and day >= on(quiet_from) and (not comes_back or day < on(comes_back))
                if not silent:
                    rows += f"login,{day}T10:00:00Z,{account},{account}-{day},{day}T11:00:00Z\n"
                day += DAY
        self.write("rows.csv", rows)
        self.import_files("w", "rows.csv", mapping="app.yaml")
        self.with_model(MODEL)
        for name, text in (("alerts", ALERTS), ("calendar", CALENDAR), ("team", TEAM), ("channels", CHANNELS)):
            self.write(f"w/{name}.yaml", text)
        self.write("w/plays/ours.yaml", plays)

    def run_in(self, *args, day=None, at="09:00", status=0):
        now = ("--now", f"{on(day)}T{at}:00Z") if day else ()
        return self.kenko("-C", "w", *now, *args, status=status)

    def daily(self, day):
        """The run on the morning after a day."""
        out = self.run_in("daily", "--no-send", day=str(on(day) + DAY), at="06:10", status=None)
        self.assertIn(out.status, (0, 1), str(out))
        return out.stdout

    def tasks(self, day, *args):
        return self.run_in("tasks", "list", *args, "--format", "json", day=day).json()

    def kinds(self):
        rows = self.run_in("messages", "list", "--limit", 0, "--format", "json").json()
        return sorted((r["kind"], r["to"], r["subject"]) for r in rows)


class OfAPlay(Tasks):
    def test_from_its_beginning_to_its_end(self):
        self.company()
        self.run_in("alerts", "check")
        self.assertIn("plays     1 begun, 0 ended; tasks: 2 new, 0 became late, 2 open", self.daily("2026-03-02"))
        call, tell = sorted(self.tasks("2026-03-03"), key=lambda t: t["step"])
        # From Tuesday morning: two working days later is Friday, for Thursday is a holiday.
        self.assertEqual((call["account"], call["task"], call["due"], call["assignee"], call["state"]),
                         ("acme", "Call them", "2026-03-06", "anna", "open"))
        self.assertEqual((tell["due"], tell["assignee"]), ("2026-03-03", "carla"))
        self.assertEqual([t["step"] for t in self.tasks("2026-03-03", "--owner", "Anna")], ["call"])
        self.assertEqual(len(self.tasks("2026-03-03", "--owner", "carla", "--team")), 2)
        page = self.run_in("tasks", "show", call["id"][:6], day="2026-03-03").stdout
        for words in ("[ ] ask what is missing", "acme: 14 points", "Hello unknown, Save them. {sic}"):
            self.assertIn(words, page)
        self.assertIn("Call them", self.run_in("today", "--owner", "anna", day="2026-03-03").stdout)
        plays = {p["play"]: p for p in self.run_in("plays", "list", "--format", "json", day="2026-03-03").json()}
        self.assertEqual((plays["save"]["running"], plays["watch"]["running"], plays["watch"]["waiting"]), (1, 0, 1))
        self.assertIn("save", self.run_in("plays", "show", "watch", day="2026-03-03").stdout)
        self.assertEqual([k for k in self.kinds() if k[0] == "play.message"],
                         [("play.message", "hook", "acme: We miss you, acme")])
        self.assertEqual(len([k for k in self.kinds() if k[0] == "task.created"]), 3, "two posts, one mail to a csm")

        # Management does not care: late after the end of the day's work, told once to everybody concerned.
        self.assertEqual(self.tasks("2026-03-03", "--overdue"), [])
        self.assertEqual([t["step"] for t in self.tasks("2026-03-04", "--overdue")], ["tell"])
        self.assertIn("1 became late", self.daily("2026-03-03"))
        self.assertIn("0 became late", self.daily("2026-03-04"))
        late = [k for k in self.kinds() if k[0] == "task.overdue"]
        self.assertEqual([k[1] for k in late], ["carla@example.com", "hook"])

        done = self.run_in("tasks", "done", "acme/call", "--outcome", "they come back", "--by", "anna", day="2026-03-05")
        self.assertEqual(done.stdout, "acme, Call them: done\n")
        again = self.run_in("tasks", "done", call["id"], "--outcome", "x", day="2026-03-05", status=1)
        self.assertIn("not-possible", again.stderr)
        self.run_in("tasks", "assign", "acme/tell", "--to", "nobody", day="2026-03-05", status=1)
        self.assertEqual(self.run_in("tasks", "assign", "acme/tell", "--to", "bert", day="2026-03-05").stdout,
                         "acme, Tell management: open, bert\n")
        self.run_in("tasks", "skip", tell["id"], "--reason", "they know", day="2026-03-05", at="10:00")
        over = {t["step"]: t for t in self.tasks("2026-03-06", "--all")}
        self.assertEqual((over["call"]["state"], over["call"]["outcome"], over["call"]["closed_by"]),
                         ("done", "they come back", "anna"))
        self.assertEqual((over["tell"]["state"], over["note"]["state"]), ("skipped", "done"))

        # Every step is over: completed, and the play that waited begins; it comes back only after its cool-down.
        self.assertIn("1 begun, 1 ended", self.daily("2026-03-05"))
        self.assertEqual([t["step"] for t in self.tasks("2026-03-06")], ["look"])
        self.daily("2026-03-11")
        self.assertEqual([t["step"] for t in self.tasks("2026-03-12")], ["look"], "nine days: it cools down")
        self.assertIn("1 begun, 1 ended", self.daily("2026-03-12"))
        self.assertEqual(sorted(t["step"] for t in self.tasks("2026-03-13")), ["call", "tell"])
        self.run_in("plays", "stop", "acme/save", "--reason", "they have left us", day="2026-03-13")
        self.assertEqual(self.tasks("2026-03-13"), [])
        report = self.run_in("plays", "report", "save", "--format", "json", day="2026-03-13").json()
        self.assertEqual({r["says"].split(":")[0] for r in report}, {"too few"})

    def test_day_by_day_nothing_is_told_twice_and_green_stops_it(self):
        self.company(comes_back="2026-03-20")
        day = on("2026-03-02")
        while day <= on("2026-03-30"):
            self.daily(str(day))
            day += DAY
        daily = self.kinds()
        self.assertEqual(len(set(daily)), len(daily), "nothing is told twice")
        self.assertEqual(self.daily("2026-03-30").count("0 begun, 0 ended"), 1)
        self.assertEqual(self.kinds(), daily, "a second run tells nothing")
        ended = [t["state"] for t in self.tasks("2026-03-31", "--all") if t["play"] == "save" and t["step"] == "call"]
        self.assertIn("dropped", ended, "green again: the play stopped")


class HeldOut(Tasks):
    def test_by_lot(self):
        accounts = tuple(f"c{n:02}" for n in range(40))
        self.company(PLAYS.split("  watch:")[0].replace("priority: 500", "priority: 500\n    hold_out: 50%"),
                     accounts=accounts)
        self.daily("2026-03-02")
        play, = self.run_in("plays", "list", "--format", "json", day="2026-03-03").json()
        self.assertEqual(play["running"] + play["held_out"], len(accounts))
        self.assertTrue(8 <= play["held_out"] <= 32, play)
        self.assertEqual(len(self.tasks("2026-03-03")), 2 * play["running"])
        page = self.run_in("plays", "show", "save", "--within", 5, "--format", "json", day="2026-03-03").json()
        out = {r["account"] for r in page["held_out"]}
        self.assertFalse(out & {t["account"] for t in self.tasks("2026-03-03", "--all")})
        self.assertFalse(out & {k[2].split(":")[0] for k in self.kinds()}, "nobody is told of who goes without")
        self.daily("2026-03-20")
        report = {r["outcome"]: r for r in
                  self.run_in("plays", "report", "--within", 5, "--format", "json", day="2026-03-21").json()}
        self.assertEqual({r["basis"] for r in report.values()}, {"held out"})
        self.assertEqual(report["score"]["treated"] + report["score"]["compared"], len(accounts))
        self.assertFalse(report["score"]["claimed"], "it does nothing here")
        page = self.run_in("plays", "show", "save", "--within", 5, "--format", "json", day="2026-03-21").json()
        self.assertEqual({r["outcome"] for r in page["hold_out"]}, {"score", "churn", "arr"})


class Files(Tasks):
    def test_problems_have_their_places(self):
        self.company(PLAYS.replace("band: red", "band: rde").replace("count(login[7d])", "count(lgin[7d])"))
        out = self.run_in("alerts", "check", status=1)
        self.assertIn("plays/ours.yaml:5:", out.stderr)
        self.assertIn("unknown-band", out.stderr)
        self.assertIn("red", out.stderr)
        self.write("w/plays/ours.yaml", PLAYS.replace("count(login[7d])", "count(lgin[7d])"))
        out = self.run_in("alerts", "check", status=1)
        self.assertIn("plays/ours.yaml:19:30:", out.stderr)
        self.assertIn("lgin", out.stderr)

    def test_shipped_ones_that_the_model_can_use(self):
        self.company()
        self.with_model(MODEL.replace("green: {", "yellow: {from: 40}, green: {"))
        out = self.run_in("plays", "init")
        self.assertIn("plays/green.yaml", out.stdout)
        self.assertIn("stop: {band: [red], after: 28d}", (self.dir / "w/plays/green.yaml").read_text())
        self.assertNotIn("plays/orange.yaml", out.stdout)
        self.assertIn("orange", out.stderr)
        self.run_in("alerts", "check")
        self.assertIn("there already", self.run_in("plays", "init").stdout)


if __name__ == "__main__":
    main()
