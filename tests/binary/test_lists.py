"""Lists of accounts: who is on them, in which order and why, as docs/SEMANTICS.md says it."""
import datetime
import re

from kenko_runner import KenkoTest, display_width, main

AS_OF = datetime.date(2026, 6, 30)
MODEL = """kenko: 1
model: first
min_coverage: 0%
dimensions: {habit: {weight: 1}}
metrics:
  logins: {dimension: habit, weight: 3, label: Days with a login, value: 'active_days(login[28d])', curve: {0: 0, 28: 100}}
  depth: {dimension: habit, weight: 1, label: Deep use, value: 'count(deep[28d])', curve: {0: 0, 10: 100}}
bands: {red: {from: 0}, orange: {from: 40}, yellow: {from: 60}, green: {from: 80}}
"""
MAPPING = """kenko: 1
source: app
accounts: defines
rules:
  events:
    files: events.csv
    event: {column: what}
    account: account
    user: user
    time: at
    id: id
    value: value
    properties: {invoice: invoice, due: due, topic: topic, days_late: days_late}
  contracts:
    files: contracts.csv
    contracts: {id: id, account: account, start: start, end: end, auto_renew: auto, arr: arr, seats: seats}
"""
COLUMNS = ("what", "account", "at", "user", "value", "invoice", "due", "topic", "days_late")


class Lists(KenkoTest):
    def setUp(self):
        super().setUp()
        self.rows, self.sold = [], []

    def event(self, what, account, ago, **cells):
        at = f"{AS_OF - datetime.timedelta(days=ago)}T10:00:00Z"
        self.rows.append([what, account, at, *(str(cells.get(c, "")) for c in COLUMNS[3:]), f"e{len(self.rows)}"])

    def customer(self, account, share=1.0, days=300, users=1, deep=10, arr=None, seats="", ends_in=200, auto="true"):
        """Logs in on a share of the days, the same all the time."""
        for ago in range(days):
            if int(ago * share) != int((ago + 1) * share):
                for user in range(users):
                    self.event("login", account, ago, user=f"{account}-u{user}")
        for ago in range(0, days, 2):
            for _ in range(0, deep, 10):
                self.event("deep", account, ago)
        if arr is not None:
            start, end = AS_OF - datetime.timedelta(days=days - 1), AS_OF + datetime.timedelta(days=ends_in)
            self.sold.append([f"c{len(self.sold)}", account, start, end, auto, arr, seats])

    def company(self, name="w", model=MODEL):
        self.workspace(name)
        self.write(f"{name}/models/first.yaml", model)
        yaml = self.dir / name / "kenko.yaml"
        yaml.write_text(re.sub(r"(?m)^model:.*$", "model: first", yaml.read_text()))
        self.write("app.yaml", MAPPING)
        self.write("events.csv", ",".join((*COLUMNS, "id")) + "\n" + "".join(",".join(r) + "\n" for r in self.rows))
        files = ["events.csv"]
        if self.sold:
            self.write("contracts.csv", "id,account,start,end,auto,arr,seats\n" +
                       "".join(",".join(str(c) for c in r) + "\n" for r in self.sold))
            files.append("contracts.csv")
        self.import_files(name, *files, mapping="app.yaml")

    def list(self, name, *options, status=0):
        return self.kenko("-C", "w", "accounts", "list", "--list", name, "--as-of", AS_OF, "--format", "json", *options,
                          status=status)

    def names(self, name, *options):
        return [r["account"] for r in self.list(name, *options).json()["accounts"]]

    def reasons(self, name, *options):
        return {r["account"]: r["reason"] for r in self.list(name, *options).json()["accounts"]}

    def test_advocates(self):
        for account in ("loud", "kind", "plain", "cross", "quiet", "fallen"):
            self.customer(account, share=0.3 if account == "quiet" else 1.0)
        self.event("nps.answered", "loud", 20, value=10)
        self.event("reference.given", "loud", 300)
        self.event("reference.given", "loud", 30)
        self.event("nps.answered", "kind", 90, value=3)
        self.event("nps.answered", "kind", 9, value=9)    # the last answer counts
        self.event("nps.answered", "cross", 9, value=6)
        self.event("reference.given", "cross", 9)
        self.event("nps.answered", "quiet", 9, value=10)  # not in the best band
        self.event("nps.answered", "fallen", 365, value=10)  # too long ago
        self.company()
        found = self.reasons("advocates")
        self.assertEqual(list(found), ["loud", "kind"])
        self.assertIn("references in a year: 2; last NPS answer 10", found["loud"])
        missing = [f["text"] for f in self.list("advocates").json()["findings"] if f["code"] == "list-misses-facts"]
        self.assertEqual([m.split("`")[1] for m in missing], ["csat.answered", "pulse.set", "invoice.issued"])

    def test_advocates_by_score_alone_say_so(self):
        for account, share in (("a", 0.95), ("b", 1.0), ("c", 0.2)):
            self.customer(account, share=share)
        self.company()
        out = self.list("advocates").json()
        self.assertEqual([r["account"] for r in out["accounts"]], ["b", "a"])
        self.assertIn("score-alone", [f["code"] for f in out["findings"]])
        self.assertNotIn("score-alone", [f["code"] for f in self.list("upsell").json()["findings"]])

    def test_case_studies(self):
        for account in ("reached", "missed", "rich", "young"):
            self.customer(account, days=100 if account == "young" else 300)
        for account, reached, missed in (("reached", 4, 1), ("missed", 3, 1), ("young", 5, 0)):
            for n in range(reached):
                self.event("goal.reached", account, 40 + n)
            for n in range(missed):
                self.event("goal.missed", account, 40 + n)
        self.event("roi.recorded", "rich", 60, value=3.5)
        self.company()
        found = self.reasons("case_studies")
        self.assertEqual(list(found), ["rich", "reached"])
        self.assertIn("goals reached in a year: 4 of 5", found["reached"])
        self.assertIn("3.5 times its cost", found["rich"])
        self.assertEqual(self.names("case-studies"), ["rich", "reached"])

    def test_upsell(self):
        self.customer("full", users=8, arr=1000, seats=10)
        self.customer("empty", users=7, arr=9000, seats=10)
        self.customer("talks", users=1, arr=5000, seats=10)
        self.customer("both", users=9, arr=10, seats=10)
        self.customer("unwell", share=0.3, users=9, arr=10, seats=10)
        for account in ("talks", "both", "unwell"):
            self.event("expansion.discussed", account, 30)
        self.company()
        found = self.reasons("upsell")
        self.assertEqual(list(found), ["both", "talks", "full"])
        self.assertIn("80 % of 10 seats in use", found["full"])
        # The model's own measure of seats counts, by what it reads and not by its name.
        self.write("w/models/first.yaml", MODEL.replace(
            "bands:", "  people: {value: 'min(1, distinct((login or deep)[7d], user) / seats())'}\nbands:"))
        self.assertEqual(self.names("upsell"), ["both", "talks", "full"])
        self.write("w/models/first.yaml", MODEL.replace(
            "bands:", "  people: {value: 'users_with(login[28d], days: 200) / seats()'}\nbands:"))
        self.assertEqual(self.names("upsell"), ["talks", "both"])

    def test_collections(self):
        for account in ("late", "later", "paid", "fails", "fine"):
            self.customer(account, days=100)
        def day(ago):
            return AS_OF - datetime.timedelta(days=ago)
        for account, invoice, due, amount, paid in (("late", "i1", 12, 900, None), ("late", "i2", 40, 50, None),
                                                    ("later", "i3", 60, 700, None), ("paid", "i4", 60, 999, 50),
                                                    ("fine", "i5", -5, 888, None)):
            self.event("invoice.issued", account, due + 30, invoice=invoice, due=day(due), value=amount)
            if paid is not None:
                self.event("invoice.paid", account, paid, invoice=invoice, due=day(due), value=amount, days_late=10)
        self.event("payment.failed", "fails", 10)
        self.event("payment.failed", "fine", 95)  # longer than a quarter ago
        self.company()
        out = self.list("collections").json()["accounts"]
        self.assertEqual([(r["account"], r["owed"]) for r in out], [("late", 950), ("later", 700), ("fails", None)])
        self.assertIn(f"950 overdue, the oldest invoice since {day(40)}", out[0]["reason"])
        self.assertIn("failed payments in a quarter: 1", out[2]["reason"])
        missing = {f["text"].split("`")[1] for f in self.list("collections").json()["findings"]}
        self.assertEqual(missing, {"reminder.sent"})

    def test_pain_points(self):
        self.customer("well", arr=9000)
        self.customer("large", share=0.25, arr=5000)
        self.customer("small", share=0.2, arr=100)
        self.customer("deep", share=0.5, deep=0, arr=2000)
        for n in range(3):
            self.event("ticket.opened", "large", 10 + n, topic="billing" if n else "access")
        self.event("ticket.opened", "large", 92, topic="access")
        self.company()
        out = self.list("pain_points").json()
        rows = out["accounts"]
        self.assertEqual([r["account"] for r in rows], ["large", "deep", "small"])
        for row in rows:
            urgency = 100 - (row["score"] - max(0, -row["change_30d"]))
            self.assertAlmostEqual(float(row["priority"]), float(row["arr"] * urgency), places=4)
        self.assertIn("tickets in a quarter: 3, 2 of them about billing", rows[0]["reason"])
        self.assertIn("Days with a login 7: −56.2", rows[0]["reason"])
        self.assertIn("Deep use 0: −25.0", rows[1]["reason"])
        pains = {p["metric"]: p["accounts"] for p in out["pains"]}
        self.assertEqual(pains, {"logins": 3, "depth": 1})

    def test_pain_points_of_those_at_risk(self):
        for account in ("here", "gone"):
            self.customer(account, share=0.3)
        self.rows = [r for r in self.rows if r[1] != "gone" or r[2][:10] < "2026-04-01"]
        model = MODEL.replace("dimensions", "outcomes: {lapse: {absence: login, within: 30d, among: 'logins > 0'}}\ndimensions")
        self.company(model=model)
        self.assertEqual(self.names("pain_points"), ["here"])
        self.write("w/models/first.yaml", MODEL)
        self.assertEqual(self.names("pain_points"), ["gone", "here"])

    def test_renewals(self):
        self.customer("soon", arr=100, ends_in=4, auto="false")
        self.customer("late", arr=200, ends_in=-10, auto="false")
        self.customer("self", share=0.3, arr=300, ends_in=118)
        self.customer("far", arr=400, ends_in=120)
        self.company()
        found = self.reasons("renewals")
        self.assertEqual(list(found), ["late", "soon", "self"])
        self.assertIn("its day was 9 days ago", found["late"])
        self.assertIn("has to be signed", found["soon"])
        self.assertTrue(found["self"].startswith("renews by itself; score"))
        self.assertIn("Days with a login", found["self"])
        self.assertEqual(self.names("renewals", "--within", 4), ["late"])
        self.assertEqual(self.names("renewals", "--within", 5), ["late", "soon"])
        self.assertEqual(self.names("renewals", "--within", 121), ["late", "soon", "self", "far"])

    def test_forms_and_mistakes(self):
        for n in range(8):
            self.customer(f"a{n}", share=0.2, days=60)
        self.company()
        out = self.list("saves", status=1)
        self.assertIn("[unknown-list]", out.stderr)
        self.assertIn("pain_points", out.stderr)
        self.assertIn("[bad-option]", self.list("renewals", "--within", 0, status=1).stderr)
        text = self.kenko("-C", "w", "accounts", "list", "--list", "pain_points", "--as-of", AS_OF, "--limit", 3).stdout
        self.assertIn("8 on the list, 3 shown", text)
        self.assertIn("Rule: score below 60", text)
        for line in text.splitlines():
            self.assertLessEqual(display_width(line), 100, line)
        rows = self.kenko("-C", "w", "accounts", "list", "--list", "pain-points", "--as-of", AS_OF, "--format", "csv").csv()
        self.assertEqual([r["account"] for r in rows], [f"a{n}" for n in range(8)])
        empty = self.kenko("-C", "w", "accounts", "list", "--list", "renewals", "--as-of", AS_OF).stdout
        self.assertIn("there are no contracts", empty)
        self.assertEqual(self.list("renewals").json()["accounts"], [])


if __name__ == "__main__":
    main()
