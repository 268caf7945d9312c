"""The shipped mappings read the samples of the exports that they are for: every row, every event, exact numbers."""
import pathlib
import re
import sqlite3
from decimal import Decimal

from kenko_runner import SHARE, KenkoTest, main

MAPPINGS = pathlib.Path(SHARE) / "mappings"
SAMPLES = MAPPINGS / "samples"
AS_OF = "2026-03-04"
RATES = "currency,day,rate\n" + "".join(f"{c},{day},{rate}\n" for day in ("2025-07-30", "2026-02-09", AS_OF)
                                        for c, rate in (("GBP", "1.25"), ("EUR", "1.1"), ("JPY", "0.0065")))


def ids(pattern, last):
    return [pattern.format(number) for number in range(1, last + 1)]


class VendorTest(KenkoTest):
    def vendor_workspace(self, vendor, sample=None, name="w"):
        """A workspace with one sample.  Every row is taken or left out on purpose; the same again changes nothing."""
        self.workspace(name, "--currency", "USD")
        files = SAMPLES / (sample or vendor)
        rows = self.import_files(name, files, mapping=MAPPINGS / f"{vendor}.yaml")
        total = self.total(rows)
        self.assertEqual(total["rejected"], 0, self.kenko("-C", name, "rejects", "list").stdout)
        self.assertEqual((total["corrected"], total["deleted"]), (0, 0), "no id is given twice")
        before = self.digest(name)
        source = re.search(r"^source: (\w+)", (MAPPINGS / f"{vendor}.yaml").read_text(), re.MULTILINE).group(1)
        again = self.total(self.import_files(name, files, options=["--source", source]))
        self.assertEqual((again["added"], again["corrected"], again["deleted"], again["rejected"]), (0, 0, 0, 0))
        self.assertEqual(self.digest(name), before)
        return {pathlib.Path(row["name"]).name: row for row in rows}

    def metrics(self, values, as_of=AS_OF, name="w"):
        """What each account has of some metrics on a day: {account: {metric: value}}."""
        lines = [f"  {key}: {{dimension: all, weight: 1, min_observed: 1d, value: '{value}', curve: {{0: 0, 1: 100}}}}"
                 for key, value in values.items()]
        self.write(f"{name}/models/asked.yaml", "kenko: 1\nmodel: asked\npurpose: to ask\nmin_coverage: 0%\n"
                   "dimensions: {all: {weight: 1}}\nmetrics:\n" + "\n".join(lines) +
                   "\nbands: {red: {from: 0}, green: {from: 50}}\n")
        rows = self.kenko("-C", name, "score", "--model", "asked", "--as-of", as_of, "--format", "json").json()
        return {row["account"]: {key: row[f"metric.{key}"] for key in values} for row in rows}

    def column(self, value, as_of=AS_OF, name="w"):
        return {account: row["x"] for account, row in self.metrics({"x": value}, as_of, name).items()
                if row["x"] is not None}

    def events(self, vendor, expected, accounts, unmatched=0):
        """Counts events by name.  No metric may read an outcome, so here each gets another name; and so that nobody's
        life ends before the last event, everybody gets a contract for ever."""
        text = (MAPPINGS / f"{vendor}.yaml").read_text(encoding="utf-8")
        outcomes = r"(account\.(?:renewed|expanded|contracted)|notice\.given|subscription\.cancelled)"
        self.write("renamed.yaml", re.sub(f"event: {outcomes}\n", r"event: was.\1\n", text))
        expected = {re.sub(f"^{outcomes}$", r"was.\1", name): count for name, count in expected.items()}
        last = "2026-03-20"
        self.write("keep.csv", "contract,account,start\n" + "".join(f"keep-{a},{a},2020-01-01\n" for a in accounts))
        self.write("alive.csv", "account,key,value,valid_from\n" +
                   "".join(f"{a},status,active,{last}\n" for a in accounts))
        self.workspace("count")
        self.import_files("count", SAMPLES / vendor, mapping="renamed.yaml")
        self.import_files("count", "keep.csv", "alive.csv")
        found = dict.fromkeys(expected, 0)
        keys = {name.replace(".", "_"): name for name in expected}
        for row in self.metrics({key: f"count({n}[3650d])" for key, n in keys.items()}, last, "count").values():
            for key, value in row.items():
                found[keys[key]] += int(value or 0)
        self.assertEqual(found, expected)
        for name in ("w", "count"):
            status = self.kenko("-C", name, "status", "--format", "json").json()[0]
            self.assertEqual((status["events"], status["unmatched"]), (sum(expected.values()) + unmatched, unmatched))

    def evidence(self, account, value, as_of=AS_OF, name="w"):
        """The newest events behind a metric: (id without the rule, time, user)."""
        self.metrics({"x": value}, as_of, name)
        told = self.kenko("-C", name, "explain", account, "--model", "asked", "--as-of", as_of, "--evidence", "50",
                          "--format", "json").json()
        return [(e["event_id"].split("/")[0], e["occurred_at"], e.get("user")) for e in told["evidence"][0]["newest"]]

    def rates(self, name="w"):
        self.write("rates.csv", RATES)
        self.import_files(name, "rates.csv")

    def attributes(self, key, name="w"):
        """The newest text of an attribute, by account or contact."""
        with sqlite3.connect(self.dir / name / "state.db") as state:
            return dict(state.execute(
                "SELECT entity, text FROM attribute WHERE key = ? ORDER BY valid_from, seq", (key,)))

    def contracts(self, columns, name="w"):
        with sqlite3.connect(self.dir / name / "state.db") as state:
            return {row[0]: row[1:] for row in state.execute(
                f"SELECT contract_id, {columns} FROM contract ORDER BY contract_id")}


class Salesforce(VendorTest):
    ACCOUNTS = ids("0015g00000AAA{:02}", 9)

    def test_events(self):
        files = self.vendor_workspace("salesforce")
        self.assertEqual((files["Contact.csv"]["added"], files["Contract.csv"]["filtered"]), (10, 2))
        self.assertEqual(files["Opportunity.csv"]["filtered"], 3)
        self.events("salesforce",
                    {"ticket.opened": 6, "ticket.solved": 4, "meeting.held": 7, "message.sent": 3, "account.renewed": 1,
                     "account.expanded": 1, "account.contracted": 1, "expansion.discussed": 2, "notice.given": 1},
                    self.ACCOUNTS)

    def test_values(self):
        self.vendor_workspace("salesforce")
        self.rates()
        a = self.ACCOUNTS
        # 36,000 GBP; 120,000 + 18,500.50 USD; 9,600 USD; 4,800 EUR; 2,400,000 JPY.  One left; drafts do not count.
        self.assertEqual(self.column("arr()"),
                         {a[0]: 45000, a[1]: Decimal("138500.5"), a[2]: 9600, a[4]: 5280, a[5]: 15600})
        self.assertEqual(self.column("seats()"), {a[0]: 40, a[1]: 280, a[2]: 12, a[5]: 15})
        self.assertEqual(self.column("arr()", "2026-01-31").get(a[3]), None, "no rate is older than a week")
        self.assertEqual(self.column("seats()", "2026-01-31")[a[3]], 20, "the last day of the one that left")
        self.assertEqual(self.column("count(ticket.opened{severity = \"urgent\"}[90d])")[a[1]], 1)
        self.assertEqual(self.column("count(meeting.held{kind = \"qbr\"}[90d])")[a[0]], 1)
        self.assertEqual(self.evidence(a[0], "count(ticket.solved[90d])"),
                         [("5005g00000HHH01", "2026-01-14T15:05:00Z", "0035g00000BBB02")])
        parents = {entity: text for entity, text in self.attributes("parent").items() if text}
        self.assertEqual(parents, {a[2]: a[1]})
        self.assertEqual(self.attributes("owner")[a[5]], "佐藤 恵")
        self.assertEqual(self.attributes("name")[a[4]], "Dunmore & Sons, Ltd.")
        roles = self.attributes("role")
        self.assertEqual([roles[f"0035g00000BBB0{n}"] for n in range(1, 8)],
                         ["executive_sponsor", "champion", "executive_sponsor", "user", "admin", "executive_sponsor",
                          "user"])
        self.assertEqual(list(self.attributes("active")), ["0035g00000BBB09"], "who was deleted is gone")

    def test_what_is_deleted_later_is_taken_back(self):
        self.vendor_workspace("salesforce")
        before = self.column("count(ticket.opened[90d])")
        text = (SAMPLES / "salesforce/Case.csv").read_text(encoding="utf-8")
        self.write("Case.csv", text.replace('"5005g00000HHH02","0"', '"5005g00000HHH02","1"'))
        rows = self.import_files("w", "Case.csv", options=["--source", "salesforce"])
        self.assertEqual((rows[0]["corrected"], rows[0]["added"], rows[0]["rejected"]), (1, 0, 0))
        after = self.column("count(ticket.opened[90d])")
        self.assertEqual(before[self.ACCOUNTS[0]] - after[self.ACCOUNTS[0]], 1)

    def test_data_loader_writes_names_in_capitals(self):
        self.vendor_workspace("salesforce")
        for file in ("Account.csv", "Case.csv"):
            head, rows = (SAMPLES / "salesforce" / file).read_text(encoding="utf-8").split("\n", 1)
            self.write(file, head.upper() + "\n" + rows)
            row = self.import_files("w", file, options=["--source", "salesforce"])[0]
            self.assertEqual((row["rejected"], row["added"], row["filtered"]), (0, 0, 1), "the same ids, nothing new")

    def test_a_missing_column_is_named_and_an_own_one_is_not_missed(self):
        self.workspace()
        text = (SAMPLES / "salesforce/Contract.csv").read_text(encoding="utf-8")
        self.write("Contract.csv", text.replace('"ARR__c"', '"Our_ARR__c"'))
        self.assertEqual(self.import_files("w", "Contract.csv", mapping=MAPPINGS / "salesforce.yaml")[0]["added"], 8)
        self.write("Contract.csv", text.replace('"StartDate"', '"Start_Date"'))
        out = self.kenko("-C", "w", "import", "--source", "salesforce", "Contract.csv", status=None)
        self.assertIn("no column `StartDate`", out.stderr)
        self.assertIn("did you mean `Start_Date`?", out.stderr)
        self.assertNotIn("ARR__c", out.stderr)


class HubSpot(VendorTest):
    ACCOUNTS = ids("90{:02}", 8)

    def test_events(self):
        self.vendor_workspace("hubspot")
        self.events("hubspot",
                    {"ticket.opened": 7, "ticket.solved": 5, "meeting.held": 4, "meeting.missed": 1,
                     "meeting.cancelled": 1, "message.sent": 4, "message.replied": 3, "expansion.discussed": 2,
                     "nps.answered": 3, "csat.answered": 3}, self.ACCOUNTS)

    def test_values(self):
        self.vendor_workspace("hubspot")
        self.rates()
        # 36,000 GBP; 120,000 (the yearly part of 360,000) + 18,500.50 USD; 4,800 EUR; 2,400,000 JPY.
        self.assertEqual(self.column("arr()"),
                         {"9001": 45000, "9002": Decimal("138500.5"), "9005": 5280, "9006": 15600})
        # Survey answers name a person only; they count for that person's company.
        self.assertEqual(self.column("mean(nps.answered[90d], value)"), {"9001": 9, "9002": 3, "9003": 7})
        self.assertEqual(self.column("mean(csat.answered[90d], value)"), {"9001": 5, "9002": 1, "9006": 3})
        self.assertNotIn("9004", self.column("count(ticket.opened[90d])"), "gone 30 days after its year")
        self.assertEqual(self.evidence("9002", "count(ticket.solved[90d])"), [("6003", "2026-02-02T04:40:00Z", "8003")])
        self.assertEqual(self.column("count(ticket.opened{topic = \"Product Issue\"}[90d])")["9002"], 1)
        self.assertEqual({k: v for k, v in self.attributes("parent").items() if v}, {"9003": "9002"})
        roles = self.attributes("role")
        self.assertEqual((roles["8001"], roles["8002"], roles["8004"], roles["8005"]),
                         ("executive_sponsor", "champion", "user", "Legal & Compliance"))
        with sqlite3.connect(self.dir / "w/state.db") as state:
            members = dict(state.execute("SELECT contact, account FROM membership"))
        self.assertEqual(members["8003"], "9002", "the first of two companies")
        self.assertNotIn("8008", members)


class Stripe(VendorTest):
    ACCOUNTS = ["cus_Ald01", "cus_Bri02", "cus_Bri03", "cus_Cop04", "cus_Dun05", "cus_Har06", "cus_Fjo07", "cus_Gab08"]
    # 75 x 40 x 12 GBP; 480 x 250 + 1,500 x 4 USD; 50 x 16 x 12 USD; 40 x 10 x 12 EUR; 160,000 x 15 JPY
    ARR = {"cus_Ald01": 45000, "cus_Bri02": 126000, "cus_Bri03": 9600, "cus_Dun05": 5280, "cus_Har06": 15600}

    def test_events_of_the_dashboard(self):
        self.vendor_workspace("stripe")
        self.events("stripe",
                    {"invoice.issued": 8, "invoice.paid": 6, "payment.failed": 2, "payment.refunded": 2,
                     "trial.started": 1, "subscription.started": 7, "subscription.cancelled": 2}, self.ACCOUNTS)

    def test_events_of_the_api(self):
        self.vendor_workspace("stripe_api")
        self.events("stripe_api",
                    {"invoice.issued": 7, "invoice.paid": 5, "payment.failed": 2, "payment.refunded": 3,
                     "trial.started": 1, "subscription.started": 6, "subscription.cancelled": 2}, self.ACCOUNTS)

    def test_both_give_the_same_contracts(self):
        for vendor in ("stripe", "stripe_api"):
            self.vendor_workspace(vendor, name=vendor)
            self.rates(vendor)
            self.assertEqual(self.column("arr()", name=vendor), self.ARR, vendor)
            self.assertEqual(self.column("seats()", name=vendor)["cus_Bri02"], 251, vendor)
            # Paid until the end of January, the last day is the one before the next period.
            self.assertEqual(self.column("seats()", "2026-01-31", vendor)["cus_Cop04"], 20, vendor)
            self.assertNotIn("cus_Cop04", self.column("seats()", "2026-02-01", vendor), vendor)
        notice = self.contracts("notice_at IS NOT NULL, term_months, seats", "stripe_api")
        self.assertEqual(notice["si_Bri3"], (1, 1, 16_000_000))
        self.assertEqual(notice["si_Bri2"], (0, 12, 250_000_000))
        self.assertEqual(notice["si_Bri2b"], (0, 3, 1_000_000))
        self.assertEqual(notice["si_Bri2c"], (0, 1, None), "a metered price has neither quantity nor amount")

    def test_a_change_of_plan_keeps_the_past(self):
        self.vendor_workspace("stripe")
        mapping = self.dir / "w/mappings/stripe.yaml"
        text = mapping.read_text(encoding="utf-8")
        mapping.write_text(text.replace("      currency: Currency\n      seats",
                                        "      currency: Currency\n      valid_from: Current Period Start (UTC)\n"
                                        "      seats"), encoding="utf-8")
        rows = (SAMPLES / "stripe/subscriptions.csv").read_text(encoding="utf-8")
        more = rows.replace("clinic-monthly,prod_clinic,16,", "clinic-monthly,prod_clinic,20,")
        self.assertNotEqual(rows, more)
        self.write("subscriptions.csv", more)
        self.import_files("w", "subscriptions.csv", options=["--source", "stripe"])
        self.assertEqual(self.column("arr()", "2026-02-28")["cus_Bri03"], 9600)
        self.assertEqual(self.column("arr()", "2026-03-01")["cus_Bri03"], 12000)

    def test_amounts(self):
        self.vendor_workspace("stripe", name="csv")
        self.vendor_workspace("stripe_api", name="api")
        for name in ("csv", "api"):
            self.rates(name)
            paid = self.column("sum(invoice.paid[3650d], value)", name=name)
            self.assertEqual((paid["cus_Bri02"], paid["cus_Har06"]), (120000, 15600), "yen have no cents")
        refunded = self.column("sum(payment.refunded[3650d], value)", name="api")
        self.assertEqual(refunded["cus_Ald01"], Decimal("313.125"), "250.50 GBP, on the day of the refund")
        self.assertEqual(self.evidence("cus_Ald01", "count(payment.refunded[90d])", name="api"),
                         [("ch_0002", "2026-02-09T09:00:00Z", None)])
        self.assertEqual(self.evidence("cus_Dun05", "count(payment.failed[90d])", name="csv"),
                         [("ch_0007", "2026-02-18T01:05:31Z", None), ("ch_0006", "2026-02-15T01:05:30Z", None)])


class Zuora(VendorTest):
    ACCOUNTS = ids("2c92a0aa{:02}", 8)

    def test_events(self):
        self.vendor_workspace("zuora")
        self.events("zuora",
                    {"invoice.issued": 7, "invoice.credited": 1, "invoice.paid": 4, "payment.failed": 2,
                     "payment.refunded": 1, "subscription.cancelled": 1}, self.ACCOUNTS)

    def test_values(self):
        self.vendor_workspace("zuora")
        self.rates()
        a = self.ACCOUNTS
        # MRR x 12: 3,000 GBP; 10,000 USD; 800 USD; 400 - 40 EUR; 200,000 JPY
        self.assertEqual(self.column("arr()"), {a[0]: 45000, a[1]: 120000, a[2]: 9600, a[4]: 4752, a[5]: 15600})
        self.assertEqual(self.column("arr()", "2025-08-31")[a[1]], 105600, "the segment before")
        self.assertEqual(self.column("arr()", "2025-09-01")[a[1]], 120000, "and the next, on its first day, alone")
        self.assertEqual({k: v for k, v in self.attributes("parent").items() if v}, {a[2]: a[1]})
        self.assertEqual([e[1] for e in self.evidence(a[4], "count(payment.failed[90d])")],
                         ["2026-02-19T00:00:00Z", "2026-02-16T00:00:00Z"], "both forms of dates")
        self.assertEqual(self.evidence(a[1], "count(invoice.issued[3650d])")[0][1], "2025-06-02T05:30:00Z")


class Zendesk(VendorTest):
    ACCOUNTS = ids("36{:04}", 7)

    def test_events(self):
        self.vendor_workspace("zendesk")
        # The ticket of somebody without an organization belongs to no account.
        self.events("zendesk", {"ticket.opened": 7, "ticket.solved": 5, "csat.answered": 5, "survey.sent": 7},
                    self.ACCOUNTS, unmatched=1)

    def test_values(self):
        self.vendor_workspace("zendesk")
        # Ratings name a person only; they count for that person's organization.
        day = "2026-03-07"
        self.assertEqual(self.column("mean(csat.answered[90d], value)", day),
                         {"360001": 5, "360002": 1, "360005": 5, "360006": 5})
        self.assertEqual(self.evidence("360001", "count(ticket.solved[90d])", day),
                         [("1001", "2026-01-14T15:05:00Z", "420002")])
        self.assertEqual(self.evidence("360005", "count(ticket.opened[90d])", day),
                         [("1009", "2026-03-04T09:00:00Z", "420006")], "a time with its zone; no deleted ticket")
        self.assertEqual(self.attributes("domain")["360001"], "aldermoor.example")


class Intercom(VendorTest):
    ACCOUNTS = ids("65a{:05}", 8)

    def test_events(self):
        self.vendor_workspace("intercom")
        # A visitor belongs to no company.
        self.events("intercom", {"ticket.opened": 7, "ticket.solved": 5, "message.sent": 2, "csat.answered": 3},
                    self.ACCOUNTS, unmatched=2)

    def test_values(self):
        self.vendor_workspace("intercom")
        self.assertEqual(self.column("mean(csat.answered[90d], value)"), {"65a00001": 5, "65a00002": 1, "65a00006": 4})
        self.assertEqual(self.evidence("65a00001", "count(ticket.solved[90d])"),
                         [("2001", "2026-01-14T15:05:00Z", "66b00002")])
        self.assertEqual(self.column("count(ticket.opened{severity = \"high\"}[90d])")["65a00002"], 1)
        self.assertEqual(self.attributes("plan")["65a00002"], "Clinic, yearly")


class Amplitude(VendorTest):
    ACCOUNTS = ["aldermoor", "brightwater", "brightwater-north", "copperline", "harukaze"]

    def test_events(self):
        self.vendor_workspace("amplitude")
        self.events("amplitude", {"login": 6, "feature.used": 9}, self.ACCOUNTS, unmatched=1)

    def test_values(self):
        self.vendor_workspace("amplitude")
        self.assertEqual(self.column("distinct(login[28d], user)"),
                         {"aldermoor": 2, "brightwater": 1, "brightwater-north": 1, "copperline": 1, "harukaze": 1})
        self.assertEqual(self.column("distinct(feature.used[28d], feature)")["aldermoor"], 2)
        self.assertEqual(self.column("count(feature.used{level = \"advanced\"}[28d])")["brightwater"], 2)
        self.assertEqual(self.evidence("brightwater", "count(feature.used[28d])")[0][1:],
                         ("2026-03-02T23:59:59.999999Z", "u-1003"))


class Mixpanel(VendorTest):
    ACCOUNTS = Amplitude.ACCOUNTS

    def test_events(self):
        rows = self.vendor_workspace("mixpanel")
        self.assertEqual(rows["export-2026-03-02.jsonl"]["already"], 1, "an event that was exported twice")
        self.events("mixpanel", {"login": 3, "feature.used": 7}, self.ACCOUNTS, unmatched=1)

    def test_values(self):
        self.vendor_workspace("mixpanel")
        self.assertEqual(self.evidence("copperline", "count(login[28d])"),
                         [("Session Start|u-1005|1772495999000|mxp0000000000011", "2026-03-02T23:59:59Z", "u-1005")],
                         "milliseconds")
        self.assertEqual(self.evidence("aldermoor", "count(login[28d])")[0][1], "2026-03-02T09:00:01Z", "seconds")
        self.assertEqual(self.column("distinct(feature.used[28d], feature)")["aldermoor"], 2)
        self.assertEqual(self.column("distinct(feature.used[28d], user)")["brightwater"], 2)


class Together(VendorTest):
    """A CRM defines the accounts; billing, help desk and product are matched."""

    def say_what_nobody_sends(self):
        """Attributes that the model reads and no source of this company gives: its people set them by hand."""
        missing = self.kenko("-C", "w", "score", status=None).stderr
        keys = sorted(set(re.findall(r"no source gives accounts the attribute `([^`]+)`", missing)))
        types = {"budget": "number", "trial_ends": "day"}
        given = ", ".join(f"{key}: {types.get(key, 'text')}" for key in keys)
        with open(self.dir / "w/kenko.yaml", "a", encoding="utf-8") as settings:
            settings.write(f"  by_hand: {{accounts: defines, covers: touched, emits: [], attributes: {{{given}}}}}\n")

    def test_four_sources_and_the_saas_template(self):
        self.workspace("w", "--currency", "USD", "--template", "saas")
        crm = [f for f in sorted((SAMPLES / "salesforce").iterdir()) if f.name != "Contract.csv"]
        self.import_files("w", *crm, mapping=MAPPINGS / "salesforce.yaml")
        self.import_files("w", SAMPLES / "combined/identities.csv")
        for vendor in ("stripe", "zendesk", "amplitude"):
            self.import_files("w", SAMPLES / vendor, mapping=MAPPINGS / f"{vendor}.yaml")
        self.import_files("w", SAMPLES / "zendesk/users.json", mapping=MAPPINGS / "zendesk_people.yaml")
        self.rates()
        status = {row["source"]: row for row in self.kenko("-C", "w", "status", "--format", "json").json()}
        self.assertEqual({name: row["accounts"] for name, row in status.items() if name != "files"},
                         {"salesforce": "defines all", "stripe": "matched all", "zendesk": "matched touched",
                          "amplitude": "matched all"})
        self.assertEqual([status[name]["unmatched"] for name in ("salesforce", "stripe", "amplitude")], [0, 0, 1])
        a = Salesforce.ACCOUNTS
        self.assertEqual(self.column("arr()"), {a[0]: 45000, a[1]: 126000, a[2]: 9600, a[4]: 5280, a[5]: 15600})
        seen = self.metrics({"users": "distinct(login[28d], user)", "opened": "count(ticket.opened[90d])",
                             "rated": "count(csat.answered[90d])", "held": "count(meeting.held[90d])"}, "2026-03-07")
        self.assertEqual(seen[a[0]], {"users": 2, "opened": 4, "rated": 1, "held": 2}, "cases and tickets")
        self.assertEqual(seen[a[1]], {"users": 1, "opened": 4, "rated": 2, "held": 1})
        self.assertEqual(self.evidence(a[0], "count(login[28d])")[0][2], "0035g00000BBB02", "the CRM's contact")
        self.say_what_nobody_sends()
        scored = self.kenko("-C", "w", "score", "--format", "json").json()
        self.assertLessEqual({a[0], a[1], a[2], a[4], a[5], a[6], a[8]}, {row["account"] for row in scored})
        for account in (a[0], a[4]):
            self.assertIn("Evidence", self.kenko("-C", "w", "explain", account).stdout)
        self.assertIn("Aldermoor", self.kenko("-C", "w", "accounts", "list").stdout)


class NamesOfFiles(VendorTest):
    def test_a_file_that_no_rule_is_for_is_not_passed_over(self):
        self.workspace()
        self.write("download.json", (SAMPLES / "zendesk/users.json").read_text(encoding="utf-8"))
        self.assertEqual(self.import_files("w", "download.json", mapping=MAPPINGS / "zendesk.yaml")[0]["rejected"], 9)
        rejects = self.kenko("-C", "w", "rejects", "list").stdout
        self.assertIn("no rule of the mapping is for files of this name", rejects)
        self.write("download.csv", (SAMPLES / "stripe/customers.csv").read_text(encoding="utf-8"))
        out = self.kenko("-C", "w", "import", "--mapping", MAPPINGS / "stripe.yaml", "download.csv", status=None)
        self.assertIn("no rule of the mapping is for the file", out.stderr)
        self.assertIn("*customers*.csv, *subscriptions*.csv", out.stderr)


class EveryMapping(VendorTest):
    """Each mapping is in the table of share/mappings/README.md, with a sample that it reads."""

    def table(self):
        text = (MAPPINGS / "README.md").read_text(encoding="utf-8")
        row = r"^\|[^|]+\|[^|]+\| \[([^\]]+)\]\(([^)]+)\) \| \[[^\]]+\]\(([^)]+)\) \|[^|]+\|$"
        return {mapping: (link, sample) for mapping, link, sample in re.findall(row, text, re.MULTILINE)}

    def test_is_in_the_table_with_a_sample(self):
        table = self.table()
        self.assertEqual(sorted(table), sorted(f.name for f in MAPPINGS.glob("*.yaml")))
        for mapping, (link, sample) in table.items():
            self.assertEqual(link, mapping)
            self.assertTrue((MAPPINGS / sample).exists(), sample)

    def test_every_sample_belongs_to_a_mapping(self):
        used = {(MAPPINGS / sample).resolve() for _, sample in self.table().values()}
        for folder in SAMPLES.iterdir():
            self.assertTrue(folder.resolve() in used or folder.name == "combined", folder)

    def test_reads_its_sample_without_a_reject(self):
        for number, (mapping, (_, sample)) in enumerate(self.table().items()):
            if mapping == "retail.yaml":
                continue  # its lines without a customer are rejects, see test_import.py
            with self.subTest(mapping=mapping):
                name = self.workspace(f"w{number}")
                total = self.total(self.import_files(name, MAPPINGS / sample, mapping=MAPPINGS / mapping))
                self.assertGreater(total["added"], 0)
                self.assertEqual(total["rejected"], 0)

    def test_says_for_which_export_it_is_and_how_to_get_it(self):
        for mapping in self.table():
            head = (MAPPINGS / mapping).read_text(encoding="utf-8").split("kenko: 1")[0]
            self.assertTrue(all(line.startswith("#") for line in head.splitlines()), mapping)
            if mapping != "retail.yaml":
                self.assertIn("How to get it:", head, mapping)
                self.assertIn(f"kenko import --mapping {mapping}", head, mapping)


if __name__ == "__main__":
    main()
