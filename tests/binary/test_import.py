"""Import: every row is accounted for, each fact is there once, in whatever order files come."""
import csv
import gzip
import json
import re
import shutil

from kenko_runner import LONG, RETAIL_DIR, RETAIL_MAPPING, SHARE, KenkoTest, main
from shop_files import write_days


class Accounting(KenkoTest):
    def test_second_import_adds_nothing(self):
        days = write_days(self.dir / "days", 12, 200)
        self.workspace()
        first = self.import_files("w", "days", mapping=RETAIL_MAPPING)
        before = self.digest()
        self.assertEqual(len(first), len(days))
        self.assertEqual(self.total(first)["already"], 0)
        self.assertGreater(self.total(first)["rejected"], 0)
        self.assertEqual(self.total(first)["read"], 12 * 200)
        again = self.import_files("w", "days", mapping=RETAIL_MAPPING)
        for one, two in zip(first, again):
            self.assertEqual((two["added"], two["corrected"], two["deleted"]), (0, 0, 0), two)
            self.assertEqual(two["already"], one["added"], two)
            self.assertEqual(two["rejected"], one["rejected"], two)
        self.assertEqual(self.digest(), before)
        rejects = self.kenko("-C", "w", "rejects", "list", "--limit", "0", "--format", "json").json()
        self.assertEqual(len(rejects), self.total(first)["rejected"], "an equal reject is listed once")

    def test_rejects_name_file_line_and_field(self):
        self.write("x.csv", "name,occurred_at,account,value\nlogin,2026-01-01,a,\nlogin,2026-02-30,a,\n"
                            "login,2026-01-01,,\nlogin,2026-01-01,a,inf\nlogin,2026-01-01\n,2026-01-01,a,\n")
        self.workspace()
        rows = self.import_files("w", "x.csv")
        self.assertEqual((rows[0]["added"], rows[0]["rejected"]), (1, 5))
        listed = self.kenko("-C", "w", "rejects", "list", "--format", "csv").csv()
        found = {(int(r["line"]), r["code"], r["field"]) for r in listed}
        self.assertEqual(found, {(3, "bad-time", "occurred_at"), (4, "no-account", "account"),
                                 (5, "bad-number", "value"), (6, "ragged-row", ""), (7, "no-name", "name")})
        exported = self.kenko("-C", "w", "rejects", "export", "--code", "bad-time").csv()
        self.assertEqual(len(exported), 1)
        self.assertIn("2026-02-30", exported[0]["record"])
        # A mended row is taken, and its reject does not come back.
        self.write("x.csv", "name,occurred_at,account,value\nlogin,2026-01-01,a,\nlogin,2026-02-28,a,\n")
        rows = self.import_files("w", "x.csv")
        self.assertEqual((rows[0]["added"], rows[0]["already"]), (1, 1))

    def test_dry_run_says_the_same_and_writes_nothing(self):
        write_days(self.dir / "days", 3, 100)
        self.workspace()
        before = self.digest()
        dry = self.import_files("w", "days", mapping=RETAIL_MAPPING, options=["--dry-run"])
        self.assertEqual(self.digest(), before)
        self.assertNotIn("shop", (self.dir / "w/kenko.yaml").read_text(), "the source is not registered")
        self.assertEqual(dry, self.import_files("w", "days", mapping=RETAIL_MAPPING))

    def test_any_order_and_any_grouping_give_one_digest(self):
        days = write_days(self.dir / "days", 20, 60)
        rng = self.seeded()
        digests = set()
        for number in range(4):
            name = self.workspace(f"w{number}")
            files = list(days)
            rng.shuffle(files)
            read = 0
            while files:
                batch = [files.pop() for _ in range(min(len(files), rng.randrange(2, 12)))]
                read += self.total(self.import_files(name, *batch, mapping=RETAIL_MAPPING))["read"]
            self.assertEqual(read, 20 * 60)
            digests.add(self.digest(name))
        self.assertEqual(len(digests), 1)

    def test_json_gzip_and_csv_of_the_same_columns(self):
        text = "name,occurred_at,account,event_id\n" + "".join(
            f"login,2026-01-{d:02d}T10:00:00Z,a{d % 3},e{d}\n" for d in range(1, 29))
        self.write("e.csv", text)
        self.write("e.csv.gz", gzip.compress(text.encode()))
        lines = [dict(zip(("name", "occurred_at", "account", "event_id"), row))
                 for row in list(csv.reader(text.splitlines()))[1:]]
        self.write("e.ndjson", "".join(json.dumps(line) + "\n" for line in lines))
        self.write("e.json", json.dumps(lines))
        self.write("e.tsv", text.replace(",", "\t"))
        self.write("e16.csv", text, encoding="utf-16")
        digests = {}
        for name in ("e.csv", "e.csv.gz", "e.ndjson", "e.json", "e.tsv", "e16.csv"):
            workspace = self.workspace("w-" + name)
            self.assertEqual(self.import_files(workspace, name)[0]["added"], 28, name)
            digests[name] = self.digest(workspace)
        self.assertEqual(len(set(digests.values())), 1, digests)


class AllKindsOfFacts(KenkoTest):
    """The exports of the simulated company: events, snapshots, contracts, identities, memberships, rates, with dirt."""

    def sources(self):
        out = {p.name: sorted(p.rglob("*.*")) for p in (self.dir / "d/exports").iterdir() if p.is_dir()}
        return {**out, "rates": [self.dir / "d/exports/rates.csv"]}

    def test_again_and_in_any_order(self):
        self.kenko("demo", "d", "--accounts", "30", "--days", "260")
        before = self.digest("d/company")
        score = ("score", "--format", "csv")
        scores = self.kenko("-C", "d/company", *score).stdout
        for source, files in self.sources().items():
            total = self.total(self.import_files("d/company", *files, options=["--source", source]))
            self.assertEqual((total["added"], total["corrected"], total["deleted"]), (0, 0, 0), source)
            self.assertGreater(total["read"], 0)
        self.assertEqual(self.digest("d/company"), before)
        # The same files into a new workspace with the same settings, one source after the other, in another order.
        rng = self.seeded()
        shutil.copytree(self.dir / "d/company", self.dir / "w", ignore=shutil.ignore_patterns("state.db*", "events", "cache"))
        sources = list(self.sources().items())
        rng.shuffle(sources)
        for source, files in sources:
            rng.shuffle(files)
            self.import_files("w", *files, options=["--source", source])
        self.assertEqual(self.digest("w"), before)
        self.assertEqual(self.kenko("-C", "w", *score).stdout, scores)


class RealShop(KenkoTest):
    """The real files; the short form takes 12 of the 305."""

    def setUp(self):
        super().setUp()
        if not RETAIL_DIR.is_dir():
            self.skipTest("the daily files of Online Retail are not here (KENKO_RETAIL_DIR)")
        self.files = sorted(RETAIL_DIR.glob("*.csv"))

    def test_orders(self):
        rng = self.seeded()
        files = self.files if LONG else self.files[:12]
        digests = set()
        for number in range(3 if LONG else 2):
            name = self.workspace(f"w{number}", "--time-zone", "Europe/London", "--currency", "GBP")
            rng.shuffle(files)
            half = len(files) // 2
            rows = self.import_files(name, *files[:half], mapping=RETAIL_MAPPING)
            rows += self.import_files(name, *files[half:], mapping=RETAIL_MAPPING)
            if LONG:
                total = self.total(rows)
                self.assertEqual((total["read"], total["rejected"], total["added"]), (541_909, 135_080, 406_829))
            digests.add(self.digest(name))
        if LONG:
            name = self.workspace("p", "--time-zone", "Europe/London", "--currency", "GBP")
            self.import_files(name, f"{SHARE}/data/online_retail.parquet", mapping=RETAIL_MAPPING)
            digests.add(self.digest(name))
        self.assertEqual(len(digests), 1)


# A small shop with ids of its own lines and one with derived ids: both must be mended by a better mapping.
ORDERS = """order,customer,placed,paid,amount,kind,note
1,acme,2026-01-05,2026-01-09,10.50,web,
2,acme,2026-01-06,,20.00,phone,x
3,bolt,2026-01-07,2026-01-08,5.25,test,
4,bolt,2026-01-08,2026-02-01,7.00,web,
5,cargo,2026-01-09,,1.00,web,
6,cargo,2026-01-10,2026-01-12,3.00,test,
"""
BASE = """kenko: 1
source: orders
accounts: defines
rules:
  placed:
    event: order.placed
    account: customer
    time: placed
    value: amount
"""


class MendedMapping(KenkoTest):
    """After an import with a better mapping everything is as if there had never been another one."""

    def check(self, mended, expected, base=BASE):
        self.write("orders.csv", ORDERS)
        for with_id in (False, True):
            with self.subTest(with_id=with_id):
                tag = "id" if with_id else "derived"
                for name, text in (("base.yaml", base), ("mended.yaml", mended)):
                    self.write(name, re.sub("\n    event:", "\n    id: order\n    event:", text) if with_id else text)
                old, new = self.workspace(f"old-{tag}"), self.workspace(f"new-{tag}")
                self.import_files(old, "orders.csv", mapping="base.yaml")
                before = self.digest(old)
                rows = self.import_files(old, "orders.csv", mapping="mended.yaml")
                self.import_files(new, "orders.csv", mapping="mended.yaml")
                self.assertNotEqual(self.digest(old), before, "the mended mapping must change something")
                self.assertEqual(self.digest(old), self.digest(new), rows)
                total = self.total(rows)
                self.assertEqual({name: total[name] for name in expected}, expected)
                again = self.total(self.import_files(old, "orders.csv", mapping="mended.yaml"))
                self.assertEqual((again["added"], again["corrected"], again["deleted"]), (0, 0, 0))
                self.import_files(old, "orders.csv", mapping="base.yaml")
                self.assertEqual(self.digest(old), before, "and back: what was deleted comes to life")

    def test_renamed_event(self):
        self.check(BASE.replace("event: order.placed", "event: purchase"),
                   {"corrected": 6, "added": 0, "already": 0, "deleted": 0})

    def test_renamed_rule(self):
        self.check(BASE.replace("  placed:\n", "  bought:\n").replace("event: order.placed", "event: purchase"),
                   {"corrected": 6, "rejected": 0, "filtered": 0})

    def test_tightened_filter(self):
        self.check(BASE.replace("    event:", "    where: kind != \"test\"\n    event:", 1),
                   {"already": 4, "deleted": 2, "added": 0})

    def test_ignored_records(self):
        self.check(BASE.replace("rules:", "ignore: kind = \"test\"\nrules:"),
                   {"already": 4, "deleted": 2, "filtered": 2, "added": 0})

    def test_two_events_of_one_row(self):
        two = BASE + """  paid:
    where: not is_empty(paid)
    event: order.paid
    account: customer
    time: paid
    value: amount
"""
        self.check(two, {"rejected": 0, "filtered": 0, "read": 6})

    def test_from_two_events_back_to_one(self):
        two = BASE + """  paid:
    where: not is_empty(paid)
    event: order.paid
    account: customer
    time: paid
"""
        self.check(BASE, {"read": 6, "rejected": 0, "added": 0}, base=two)

    def test_another_value(self):
        self.check(BASE.replace("    value: amount\n", "    value: {column: amount, negate: true}\n"),
                   {"corrected": 6, "added": 0})

    def test_added_empty_column(self):
        wider = "\n".join(line + ("," + "extra" if i == 0 else ",") for i, line in enumerate(ORDERS.splitlines())) + "\n"
        self.write("orders.csv", ORDERS)
        self.write("wider.csv", wider)
        self.write("base.yaml", BASE)
        self.workspace()
        self.import_files("w", "orders.csv", mapping="base.yaml")
        before = self.digest()
        rows = self.import_files("w", "wider.csv", mapping="base.yaml")
        self.assertEqual((rows[0]["already"], rows[0]["added"]), (6, 0), "an empty cell is no other record")
        self.assertEqual(self.digest(), before)

    def test_added_empty_column_used_by_the_mapping(self):
        wider = "\n".join(line + ("," + "extra" if i == 0 else ",") for i, line in enumerate(ORDERS.splitlines())) + "\n"
        self.write("orders.csv", ORDERS)
        self.write("wider.csv", wider)
        self.write("base.yaml", BASE)
        self.write("mended.yaml", BASE + "    properties: {extra: extra, kind: kind}\n")
        self.workspace()
        self.import_files("w", "orders.csv", mapping="base.yaml")
        rows = self.import_files("w", "wider.csv", mapping="mended.yaml")
        self.assertEqual((rows[0]["corrected"], rows[0]["added"]), (6, 0))
        self.workspace("new")
        self.import_files("new", "wider.csv", mapping="mended.yaml")
        self.assertEqual(self.digest(), self.digest("new"))


if __name__ == "__main__":
    main()
