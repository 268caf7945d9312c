"""No row of a panel sees what was not known on its day, whatever is tried.

Each test plays one trick: facts that came late, were corrected, deleted or dated into the future, outcomes, overrides,
today's values, contracts, people and feeds that were known later.  The judge is a workspace of its own for a day T, into
which only those raw rows are imported that were known at the close of T: its score is what the row of T has to say.  And
for each trick a reading that knows too much differs, so that the test can fail.
"""
import csv
import datetime
import math
import random

from kenko_runner import LONG, KenkoTest, main

MODEL = """kenko: 1
model: first
min_coverage: 0%
outcomes:
  churn: {event: account.churned, within: 21d}
dimensions: {habit: {weight: 2}, money: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[14d])', curve: {0: 0, 14: 100}}
  people: {dimension: habit, value: 'distinct(login[28d], user)', curve: {0: 0, 4: 100}}
  admins: {dimension: habit, value: 'count(login{user.role = "admin"}[28d])', curve: {0: 20, 9: 100}}
  recency: {dimension: habit, value: days_since(login), curve: {0: 100, 20: 0}}
  tickets: {dimension: habit, value: 'count(ticket.opened[14d])', curve: {0: 100, 3: 0}}
  spend: {dimension: money, value: 'sum(order.paid[14d], value)', curve: {0: 0, 90: 100}}
  size: {dimension: money, value: attr(size), curve: {0: 0, 50: 100}}
  use: {dimension: money, value: 'distinct(login[28d], user) / seats()', curve: {0%: 0, 100%: 100}}
  arr: {value: arr()}
  renewal: {value: days_to_renewal()}
segments:
  gold: {when: 'attr(plan) = "gold"', weights: {money: 3}}
triggers:
  complaint: {when: 'count(complaint[7d]) > 0', points: -15}
bands: {red: {from: 0}, yellow: {from: 40}, green: {from: 70}}
"""
PEERS = "  place: {dimension: habit, value: 'percentile(count(login[28d]))', curve: {0%: 0, 100%: 100}}\n"
HIERARCHY = "hierarchy: {own: 2, worst: 1}\n"
MAPPING = """kenko: 1
source: app
accounts: defines
known_at: {column: known}
rules:
  events:
    where: kind = "event" and what != "ticket.opened"
    event: {column: what, map: {login: login, order.paid: order.paid, complaint: complaint, notice.given: notice.given,
                                account.churned: account.churned, override.set: override.set}}
    account: account
    user: user
    time: at
    id: id
    version: version
    value: amount
    delete: {column: gone, is: yes}
    properties: {notice_at: notice, effective_at: effective, kind: how, expires: until, value: amount}
  size:
    where: kind = "size"
    account: account
    attributes: {size: {column: amount, type: number}}
    valid_from: at
  plan:
    where: kind = "plan"
    account: account
    attributes: {plan: what}
    valid_from: at
  parent:
    where: kind = "parent"
    account: account
    attributes: {parent: what}
    valid_from: at
  roles:
    where: kind = "role"
    contact: user
    attributes: {role: what}
    valid_from: at
  members:
    where: kind = "member"
    memberships: {contact: user, account: account, valid_from: at}
  contracts:
    where: kind = "contract"
    contracts: {id: id, account: account, start: start, end: end, arr: amount, seats: seats, notice_at: notice,
                valid_from: at}
"""
DESK = """kenko: 1
source: desk
accounts: matched
known_at: {column: known}
rules:
  tickets:
    where: kind = "event" and what = "ticket.opened"
    event: {constant: ticket.opened}
    account: account
    time: at
    id: id
  names:
    where: kind = "name"
    identities: {kind: {constant: account}, source: {constant: desk}, external_id: what, id: account}
"""
TODAY = """kenko: 1
source: crm
accounts: defines
rules:
  accounts:
    account: account
    attributes: {size: {column: size, type: number}, plan: plan}
    backfill: true
"""
COLUMNS = ("kind", "what", "at", "account", "user", "id", "version", "amount", "gone", "known", "notice", "effective",
           "how", "until", "start", "end", "seats")
FIRST, DAYS, STEP = datetime.date(2026, 1, 1), 150, 7
FEATURES = ("metric.", "points.")
JUDGED = 99 if LONG else 2  # days that get a workspace of their own


def day(number):
    return FIRST + datetime.timedelta(days=number)


def row(kind, at, account="", known=None, **more):
    """A raw row; at and known are numbers of days: known at 11 o'clock, after the facts of that day."""
    stamp = f"{day(at)}T10:00:00Z" if kind == "event" else day(at)
    out = dict.fromkeys(COLUMNS, "")
    out.update(kind=kind, at=stamp, account=account, known=f"{day(at if known is None else known)}T11:00:00Z", **more)
    return out


def known_at_close(raw, number):
    """Day k closes at 06:00 of the next one."""
    return raw["known"] <= f"{day(number + 1)}T06:00:00Z"


class PointInTime(KenkoTest):
    def setUp(self):
        super().setUp()
        self.write("app.yaml", MAPPING)
        self.write("desk.yaml", DESK)
        self.write("today.yaml", TODAY)
        self.rng = self.seeded()
        self.made = 0

    # --- companies

    def punctual(self, accounts=14):
        """Facts that are known on their day: logins of people, orders, tickets, sizes, plans, contracts."""
        rng, out = self.rng, []
        for number in range(accounts):
            account, eager = f"a{number:02}", rng.uniform(0.2, 0.7)
            people = [f"p{number:02}{i}" for i in range(rng.randint(1, 3))]
            for person in people:
                out.append(row("member", 0, account, user=person))
                out.append(row("role", 0, user=person, what=rng.choice(["admin", "user"])))
            out.append(row("name", 0, account, what=f"d{number}"))
            out.append(row("plan", 0, account, what=rng.choice(["gold", "free"])))
            out.append(row("contract", 0, account, id=f"k{number}", start=day(0), end=day(rng.randint(160, 400)),
                           amount=rng.randint(1, 9) * 1000, seats=rng.randint(2, 9)))
            if number % 2:
                out.append(row("size", 0, account, amount=rng.randint(1, 50)))
            for at in range(DAYS):
                if rng.random() < eager:
                    out.append(self.login(at, account, user=rng.choice(people)))
                if rng.random() < 0.15:
                    out.append(row("event", at, account, what="order.paid", id=f"o{number}-{at}", version=1,
                                   amount=rng.randint(1, 60)))
                if rng.random() < 0.04:
                    out.append(row("event", at, f"d{number}", what="ticket.opened", id=f"t{number}-{at}"))
        return out

    def login(self, at, account, known=None, name="l", **more):
        return row("event", at, account, known, **{"what": "login", "id": f"{name}{account}-{at}", "version": 1, **more})

    def company(self, rows, later=(), model=MODEL, today="", every=None):
        """A workspace of these rows alone, those of `later` imported after the others; the feeds are the same whatever is
        in it."""
        name = f"w{self.made}"
        self.made += 1
        self.workspace(name)
        self.with_model(model, name)
        for batch in (rows, later) if later else (rows,):
            for source in ("app", "desk"):
                mine = [r for r in batch if (r["what"] == "ticket.opened" or r["kind"] == "name") == (source == "desk")]
                self.write(f"{source}.csv", ",".join(COLUMNS) + "\n" +
                           "".join(",".join(str(r[c]) for c in COLUMNS) + "\n" for r in mine))
                self.import_files(name, f"{source}.csv", mapping=f"{source}.yaml")
        if today:
            self.write("accounts.csv", "account,size,plan\n" + today)
            self.import_files(name, "accounts.csv", mapping="today.yaml", options=("--as-of", day(DAYS - 1)))
        if every:
            yaml = self.dir / name / "kenko.yaml"
            yaml.write_text(yaml.read_text().replace("mapping: mappings/app.yaml",
                                                     f"mapping: mappings/app.yaml\n    every: {every}"))
        return name

    # --- what is compared

    def panel(self, name, *more):
        """By as-of day (a number) and account."""
        self.kenko("-C", name, "backtest", "--step", STEP, "--resamples", "1", "--panel", "p.csv", *more)
        out = {}
        with open(self.dir / "p.csv", encoding="utf-8", newline="") as f:
            for r in csv.DictReader(f):
                at = (datetime.date.fromisoformat(r["as_of"]) - FIRST).days
                out.setdefault(at, {})[r["account"]] = r
        self.assertGreater(len(out), 10)
        return out

    def scores(self, name, at, known=None):
        args = ("--known-as-of", day(known)) if known is not None else ()
        out = self.kenko("-C", name, "score", "--as-of", day(at), *args, "--format", "json")
        return {r["account"]: r for r in out.json() if r["score"] is not None}

    def differences(self, panel_row, scored):
        """Of all that a row says of its day, what the score does not say."""
        said = {"score": panel_row["score_hundredths"], "coverage": panel_row["coverage_millionths"],
                "arr": panel_row["arr_millionths"], "renewal": panel_row["days_to_renewal"],
                "segment": panel_row["segment"]}
        there = {"score": round(scored["computed"] * 100), "coverage": round(scored["coverage"] * 1_000_000),
                 "arr": scored["metric.arr"] and round(scored["metric.arr"] * 1_000_000),
                 "renewal": scored["metric.renewal"], "segment": scored["segment"]}
        if scored["computed"] == scored["score"]:  # no override
            said["band"], there["band"] = panel_row["band"], scored["band"]
        out = {key: (said[key], there[key]) for key in said if said[key] != ("" if there[key] is None else str(there[key]))}
        for key, value in panel_row.items():
            if not key.startswith(FEATURES):
                continue
            other = scored.get(key)
            same = (value == "") == (other is None) and (value == "" or math.isclose(float(value), float(other), abs_tol=1e-5))
            if not same:
                out[key] = (value, other)
        return out

    def judge(self, rows, later=(), decided=None, of=lambda at: True, **settings):
        """The rows of some days against workspaces that hold what was known then.  Returns the workspace and its panel.

        later: rows that are imported after the others.  decided: by account, the day of a decision known now (the number): later it has no row.  of: judge these days.
        """
        name = self.company(rows, later, **settings)
        panel = self.panel(name)
        days = sorted(at for at in panel if of(at))
        for at in sorted(self.rng.sample(days, min(JUDGED, len(days)))):
            cut_settings = {key: value for key, value in settings.items() if key != "today"}  # imported on the last day
            cut = self.company(*([r for r in batch if known_at_close(r, at) or r["kind"] in ("member", "name")]
                                 for batch in (rows, later)), **cut_settings)
            scored, before = self.scores(cut, at), self.scores(cut, at - 30)
            for account, said in panel[at].items():
                self.assertEqual(self.differences(said, scored[account]), {}, f"{account} on day {at}")
                if said["change_hundredths"]:
                    change = round((scored[account]["computed"] - before[account]["computed"]) * 100)
                    self.assertEqual(int(said["change_hundredths"]), change, f"{account} on day {at}")
            left = {a for a, when in (decided or {}).items() if when <= at}
            self.assertEqual(scored.keys() - panel[at].keys() - left, set(), f"day {at}: nobody may vanish from it")
        return name, panel

    def hindsight_differs(self, name, panel, least=1):
        """Scores of today's facts are not those of the rows."""
        apart = 0
        for at, rows in panel.items():
            scored = self.scores(name, at)
            apart += sum(account not in scored or bool(self.differences(r, scored[account]))
                         for account, r in rows.items())
            if apart >= least:
                return
        self.fail("nothing differs in hindsight: the trick was none")

    def same_until(self, panel, without, known):
        """The facts of the trick, the first of which was known on a day, change no row before it."""
        compared = 0
        for at in [at for at in panel if at < known]:
            for account, said in panel[at].items():
                for key, value in said.items():
                    if key.startswith(FEATURES) or key.startswith(("score", "change", "coverage", "band", "segment", "arr")):
                        self.assertEqual(value, without[at][account][key], f"{account} on day {at}: {key}")
                        compared += 1
        self.assertGreater(compared, 0)

    # --- the tricks

    def test_late_facts(self):
        rows = self.punctual()
        late = [self.login(at, f"a{n:02}", known=at + self.rng.randint(3, 40), name="late")
                for n in range(5) for at in range(30, 120, 2)]
        late += [row("event", at, f"a{n:02}", at + 25, what="complaint", id=f"c{n}-{at}") for n in (6, 7) for at in (50, 90)]
        name, panel = self.judge(rows, late)
        self.hindsight_differs(name, panel)

    def test_corrected_and_deleted_facts(self):
        rows = self.punctual()
        logins = [r for r in rows if r["what"] == "login"]
        paid = [r for r in rows if r["what"] == "order.paid"]
        tricks = []
        for r in self.rng.sample(logins, 60) + self.rng.sample(paid, 60):
            at = (datetime.date.fromisoformat(r["at"][:10]) - FIRST).days
            known = f"{day(at + self.rng.randint(2, 40))}T11:00:00Z"
            fate = self.rng.choice(["deleted", "moved", "dated", "worth"])
            changed = {"deleted": {"gone": "yes"}, "moved": {"account": "a03"}, "dated": {"at": f"{day(max(0, at - 9))}T10:00:00Z"},
                       "worth": {"amount": 999}}[fate]
            tricks.append({**r, "version": 2, "known": known, **changed})
        name, panel = self.judge(rows, tricks)
        self.hindsight_differs(name, panel)

    def test_facts_dated_into_the_future(self):
        """Known already, but of days to come; and a deletion that was made before its event happened."""
        rows = self.punctual()
        ahead = [self.login(at, f"a{n:02}", known=at - self.rng.randint(10, 40), name="ahead")
                 for n in range(5) for at in range(45, 110, 3)]
        ahead += [row("size", at, "a01", at - 30, amount=3 * at) for at in (60, 90)]
        ahead += [row("plan", 80, "a02", 40, what="gold"), row("contract", 70, "a03", 35, id="k3", start=day(0), end=day(90),
                                                                amount=77_000, seats=50)]
        ahead += [{**self.login(100, "a04", known=60, name="ahead"), "version": 2, "gone": "yes"}]
        name, panel = self.judge(rows, ahead)
        without = self.panel(self.company(rows))
        self.same_until(panel, without, 45)
        last = max(panel)
        self.assertTrue(any(r["metric.logins"] != without[last - STEP * 6][a]["metric.logins"]
                            for a, r in panel[last - STEP * 6].items()), "they count when their day has come")
        ahead_of_time = self.scores(name, 100)
        self.assertTrue(self.differences(panel[min(panel)]["a01"], ahead_of_time["a01"]))

    def test_outcomes_move_no_feature(self):
        """Churn that is known on its day, later, or dated back: of those who left, rows before the decision stay as they were."""
        rows = self.punctual()
        decided, outcomes = {}, []
        for n, (at, known, notice) in enumerate([(90, 90, 70), (100, 118, None), (110, 110, None), (95, 140, 60), (80, 80, 80)]):
            account = f"a{n:02}"
            decided[account] = at if notice is None else notice
            outcomes.append(row("event", at, account, known, what="account.churned", id=f"x{n}", version=1,
                                notice=day(notice) if notice else "", effective=day(at)))
            outcomes.append(row("event", at - 8, account, known, what="notice.given", id=f"n{n}", version=1))
        rows = [r for r in rows if r["kind"] != "event" or r["account"] not in decided or r["at"] < str(day(decided[r["account"]]))]
        name, panel = self.judge(rows, outcomes, decided=decided)
        without = self.panel(self.company(rows))
        left = [(at, a) for at in panel for a in panel[at] if a in decided]
        self.assertGreater(len(left), 20)
        self.assertTrue(any(panel[at][a]["outcome"] == "true" for at, a in left))
        for at, a in left:
            self.assertLess(at, decided[a])
            for key, value in panel[at][a].items():
                if key.startswith(FEATURES + ("score", "change", "coverage", "band", "arr", "days_to_renewal")):
                    self.assertEqual(value, without[at][a][key], f"{a} on day {at}: {key}")
        self.assertNotIn("a03", self.scores(name, 110), "in hindsight it had left")
        self.assertIn("a03", self.scores(name, 110, known=110), "but nobody knew")

    def test_overrides_are_no_scores(self):
        """By a file: entered late and dated back, or in force in time; and by hand today."""
        rows = self.punctual()
        overrides = [row("event", at, account, known, what="override.set", id=f"v{account}", version=1, amount=value, how=how,
                         until=day(400))
                     for account, at, known, value, how in (("a01", 40, 120, 3, "value"), ("a02", 40, 40, 97, "floor"),
                                                            ("a03", 60, 61, 5, "ceiling"))]
        name, panel = self.judge(rows, overrides)
        without = self.panel(self.company(rows))
        self.kenko("-C", name, "override", "a05", "--value", "1", "--until", day(4000), "--reason", "x", "--by", "ann")
        last = day(DAYS - 1 - 21)
        self.kenko("-C", name, "backtest", "--step", STEP, "--resamples", "1", "--to", last, "--panel", "p.csv")
        for at in panel:
            for account, said in panel[at].items():
                self.assertEqual(said, without[at][account], f"{account} on day {at}")
            overridden = self.scores(name, at)
            if at > 60:
                for account in ("a01", "a02", "a03"):
                    self.assertNotEqual(overridden[account]["score"], overridden[account]["computed"], account)

    def test_todays_values_in_the_past(self):
        """A list of accounts as they are now, stretched back; and dated values that were entered afterwards."""
        rows = self.punctual()
        later = [row("size", at, f"a{n:02}", known=130, amount=50) for n in range(1, 6) for at in (0, 50)]
        later += [row("plan", 20, f"a{n:02}", known=125, what="gold") for n in range(6, 10)]
        today = "".join(f"a{n:02},{n + 500},gold\n" for n in range(14))
        name, panel = self.judge(rows, later, today=today)
        self.hindsight_differs(name, panel)
        self.assertEqual(self.scores(name, 60)["a00"]["metric.size"], 500, "in hindsight a00 was always as large")
        self.assertTrue(all(of["a00"]["metric.size"] == "" for of in panel.values() if "a00" in of))

    def test_contracts_known_later(self):
        rows = self.punctual()
        late = [row("contract", at, f"a{n:02}", at + 35, id=f"k{n}", start=day(0), end=day(500), amount=90_000, seats=40 + n)
                for n, at in ((0, 30), (1, 50), (2, 70), (5, 0))]  # versions of a contract; of the last one a correction
        late += [row("contract", 20, f"a{n:02}", 90, id=f"z{n}", start=day(20), end=day(400), amount=5_000, seats=7)
                 for n in (3, 4)]  # new ones, signed long before somebody told us
        name, panel = self.judge(rows, late, of=lambda at: at > 30)
        self.hindsight_differs(name, panel)

    def test_people_known_later(self):
        """Who somebody is, is no question of knowledge; what is said of them is."""
        rows = self.punctual()
        late = [row("role", 10, user=f"p{n:02}0", known=100 + n, what=self.rng.choice(["admin", "user"])) for n in range(6)]
        late += [row("event", at, "", at, what="login", user="new", id=f"new-{at}", version=1) for at in range(40, 100, 2)]
        late += [row("member", 30, "a06", user="new", known=120)]
        late += [row("name", 0, "a07", known=115, what="other"),
                 *(row("event", at, "other", at, what="ticket.opened", id=f"other-{at}") for at in range(60, 90, 4))]
        roles = [r for r in rows if r["kind"] != "role"] + [r for r in rows if r["kind"] == "role" and r["user"] > "p06"]
        name, panel = self.judge(roles, late)
        self.hindsight_differs(name, panel)

    def test_feeds_that_were_mended_later(self):
        """While a feed is overdue scores stand still; that its days came at last was not known."""
        rows = self.punctual()
        dead = range(80, 96)
        stopped = [{**r, "known": f"{day(110)}T11:00:00Z"}
                   if r["kind"] == "event" and r["what"] != "ticket.opened" and r["at"][:10] in {str(day(d)) for d in dead}
                   else r for r in rows]
        name, panel = self.judge(stopped, of=lambda at: 80 <= at <= 110, every="4d")
        self.hindsight_differs(name, panel)
        one = [r for r in rows if r not in stopped and r["account"] == "a00"]  # the days of one account alone come late
        rest = [r for r in rows if r in stopped]
        name, panel = self.judge(rest, [{**r, "known": f"{day(110)}T11:00:00Z"} for r in one],
                                 of=lambda at: 84 <= at <= 110, every="4d")
        others = {at: {a: r for a, r in rows.items() if a != "a00"} for at, rows in panel.items() if 84 <= at < 110}
        self.hindsight_differs(name, others)

    def test_a_source_that_began_earlier_than_was_known(self):
        """An event that came late makes the source watch everybody earlier."""
        rows = [r for r in self.punctual() if r["what"] != "ticket.opened" or r["at"] >= str(day(85))]
        early = [row("event", 40, "d3", 105, what="ticket.opened", id="early")]
        name, panel = self.judge(rows, early, of=lambda at: 50 < at < 105)
        others = {at: {a: r for a, r in of.items() if a != "a03"} for at, of in panel.items() if 55 <= at < 84}
        self.hindsight_differs(name, others)

    def test_what_others_did_late(self):
        """Places among peers and scores of children carry late facts over to accounts that have none."""
        model = MODEL.replace("  arr:", PEERS + "  arr:").replace("bands:", HIERARCHY + "bands:")
        rows = self.punctual()
        late = [self.login(at, f"a{n:02}", known=at + 30, name="late") for n in range(3) for at in range(40, 110)]
        late += [row("parent", 20, f"a{n:02}", known=100, what="a09") for n in (1, 2)]
        late += [row("parent", 0, "a00", known=0, what="a10")]
        name, panel = self.judge(rows, late, model=model)
        self.hindsight_differs(name, {at: {a: r for a, r in of.items() if a > "a02"} for at, of in panel.items()})

    def test_what_was_learnt_and_published_is_no_feature(self):
        """Calibrations and published scores stand beside the facts; no row reads them."""
        rows = self.punctual(60)
        for n in range(26):
            at = self.rng.randint(50, 140)
            rows = [r for r in rows if r["account"] != f"a{n:02}" or r["kind"] != "event" or r["at"] < str(day(at))
                    and (r["at"] < str(day(at - 20)) or r["what"] != "login")]
            rows.append(row("event", at, f"a{n:02}", what="account.churned", id=f"x{n}", version=1))
        name = self.company(rows)
        before = self.panel(name)
        self.kenko("-C", name, "calibrate")
        self.assertTrue(list((self.dir / name / "calibrations").glob("*.yaml")))
        self.kenko("-C", name, "model", "publish", "--reason", "x", "--by", "ann")
        self.kenko("-C", name, "close")
        self.assertEqual(self.panel(name), before)


if __name__ == "__main__":
    main()
