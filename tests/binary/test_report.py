"""Pages as a browser gets them: well formed, loading nothing, harmless whatever customers are called, and true."""
import datetime
import random
import re
import xml.etree.ElementTree as ET
from decimal import Decimal

from kenko_runner import KenkoTest, main

FIRST = datetime.date(2026, 1, 1)
DAYS = 160
MODEL = """kenko: 1
model: first
purpose: tell who will leave & why <b>early</b>
min_coverage: 50%
outcomes: {churn: {event: account.churned, within: 28d}}
dimensions: {habit: {weight: 2, label: "Habit's \\"core\\""}, money: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[14d])', curve: {0: 0, 14: 100}, label: "<i>Logins</i>"}
  spend: {dimension: money, value: 'sum(order.paid[14d], value)', curve: {0: 0, 90: 100}}
stages:
  young: {when: 'tenure() < 30'}
  grown: {when: 'true', label: "Grown & up"}
bands: {red: {from: 0}, yellow: {from: 40}, green: {from: 70}}
"""
NAMES = """kenko: 1
source: crm
accounts: defines
rules:
  rows:
    account: account
    attributes: {name: name, owner: owner}
"""
HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "O'Hara & \"Sons\" ]]>", "</style></title>", "健康&#x3c;",
           "javascript:alert(1)", "{} {0}", "a\tb"]


class Page:
    """A page, parsed as strictly as it gets."""

    def __init__(self, test, path):
        self.source = path.read_text(encoding="utf-8")
        test.assertTrue(self.source.startswith("<!DOCTYPE html>\n<html"))
        self.root = ET.fromstring(self.source.split("\n", 1)[1])

    def all(self, tag):
        return list(self.root.iter(tag))

    def by_id(self, name):
        return next((e for e in self.root.iter() if e.get("id") == name), None)

    def text(self, element=None):
        return " ".join("".join((self.root if element is None else element).itertext()).split())


class Reports(KenkoTest):
    @classmethod
    def rows(cls, seed=3, accounts=30):
        rng, out = random.Random(seed), ["name,occurred_at,account,value"]
        for number in range(accounts):
            account = f"a{number:02}"
            leaves = rng.randint(70, 150) if number % 3 == 0 else DAYS
            begins = 0 if number < 25 else 100 + number
            for at in range(begins, leaves):
                day = FIRST + datetime.timedelta(days=at)
                thin = leaves - at < 30 and leaves < DAYS or number % 7 == 1 and at > 130
                if rng.random() < (0.1 if thin else 0.7):
                    out.append(f"login,{day},{account},")
                if rng.random() < 0.2:
                    out.append(f"order.paid,{day},{account},{rng.randint(1, 60)}")
            if leaves < DAYS:
                out.append(f"account.churned,{FIRST + datetime.timedelta(days=leaves)},{account},")
        return "\n".join(out) + "\n"

    def company(self):
        self.workspace("w")
        self.with_model(MODEL)
        self.write("rows.csv", self.rows())
        self.import_files("w", "rows.csv")
        quoted = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
        stay = [n for n in range(30) if n % 3]
        table = ["account,name,owner"] + [f"a{n:02},{name},{name}" for n, name in zip(stay, quoted)]
        self.write("names.csv", "\n".join(table) + "\n")
        self.write("names.yaml", NAMES)
        self.import_files("w", "names.csv", mapping="names.yaml", options=("--as-of", FIRST.isoformat()))

    def page(self, *args, file="report.html"):
        self.kenko("-C", "w", "report", *args)
        return Page(self, self.dir / file)

    def check_harmless(self, page):
        """Nothing is loaded, nothing runs but the page's own script."""
        scripts = page.all("script")
        self.assertLessEqual(len(scripts), 1)
        for script in scripts:
            self.assertEqual(script.attrib, {})
            self.assertNotIn("alert", script.text)
        self.assertEqual([e for e in page.root.iter() if e.tag in ("img", "iframe", "object", "embed", "link", "base", "form")], [])
        for element in page.root.iter():
            for name, value in element.attrib.items():
                self.assertFalse(name.startswith("on"), (element.tag, name))
                self.assertNotEqual(name, "src", element.tag)
                if name == "href":
                    self.assertTrue(value.startswith("#"), value)
        self.assertNotRegex(page.source, r"url\(|@import|https?://")
        policy = next(m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
        self.assertIn("default-src 'none'", policy.get("content"))
        ids = [e.get("id") for e in page.root.iter() if e.get("id")]
        self.assertEqual(len(ids), len(set(ids)))
        for link in (a for a in page.all("a") + page.all("use")):
            self.assertIn(link.get("href")[1:], ids)
        for label in (e.get("aria-labelledby") for e in page.root.iter() if e.get("aria-labelledby")):
            self.assertIn(label, ids)

    def test_a_portfolio(self):
        self.company()
        page = self.page()
        self.check_harmless(page)
        rows = [r for r in self.kenko("-C", "w", "accounts", "list", "--limit", "0", "--format", "json").json()]
        bodies = [b for b in page.all("tbody") if b.get("data-k")]
        self.assertEqual([b.get("data-k").split("\t")[0] for b in bodies],
                         [(r["name"] or r["account"]).replace("\t", " ") for r in rows], "worst first, as in the list")
        text = page.text(page.by_id("accounts"))
        self.assertEqual([name for name in HOSTILE if " ".join(name.split()) not in text], [])
        for row, body in zip(rows, bodies):
            key = body.get("data-k").split("\t")
            self.assertEqual(key[1], "" if row["score"] is None else f"{float(row['score']):g}")
            details = next(body.iter("details"))
            self.assertEqual("".join(details.find("summary").itertext()), row["reason"])
            if row["score"] is not None:
                self.check_sum(details, row)
        self.check_bands(page, rows)

    def check_sum(self, details, row):
        """The lines of an account add up to its score, as far as they are shown."""
        total = next(tr for tr in details.iter("tr") if tr.get("class") == "sum")
        self.assertEqual(Decimal(total.findall("td")[3].text), Decimal(row["score"]).quantize(Decimal("0.01")))
        dimensions = [tr for tr in details.iter("tr") if tr.get("class") == "dim"]
        given = sum(Decimal(tr.findall("td")[3].text.replace("−", "-")) for tr in dimensions)
        self.assertLessEqual(abs(given - Decimal(row["score"])), Decimal("0.05") * (len(dimensions) + 1), row["account"])

    def check_bands(self, page, rows):
        table = next(page.by_id("now").iter("table"))
        counts = {"".join(tr.find("th").itertext()): int(tr.findall("td")[1].text) for tr in table.find("tbody")}
        self.assertEqual(sum(counts.values()), len(rows))
        for band in ("red", "yellow", "green"):
            said = [c for name, c in counts.items() if name.endswith(band)]
            self.assertEqual(said, [sum(r["band"] == band for r in rows)], band)

    def test_limits_are_said(self):
        self.company()
        page = self.page("--limit", "5", "--open", "2", "--out", "small.html", file="small.html")
        bodies = [b for b in page.all("tbody") if b.get("data-k")]
        self.assertEqual(len(bodies), 5)
        text = page.text(page.by_id("accounts"))
        self.assertRegex(text, r"5 of \d+ accounts stand here")
        everything = self.page("--limit", "0", "--open", "0")
        self.assertNotIn("stand here", everything.text())
        self.assertNotIn("To keep this page light", everything.text())

    def test_the_queue_is_by_urgency(self):
        self.company()
        page = self.page()
        queue = page.by_id("queue")
        rows = next(queue.iter("tbody"), None)
        self.assertIsNotNone(rows, "the data must have accounts at risk")
        scores = {r["name"] or r["account"]: r for r in
                  self.kenko("-C", "w", "accounts", "list", "--limit", "0", "--format", "json").json()}
        urgency = []
        for tr in rows:
            row = scores["".join(tr.find("th").itertext())]
            fall = max(Decimal(0), -(row["change_30d"] or Decimal(0)))
            urgency.append(Decimal(100) - (row["score"] - fall))
            self.assertTrue(row["score"] < 60 or fall >= 20, row)
        self.assertEqual(urgency, sorted(urgency, reverse=True))
        at_risk = [r for r in scores.values() if r["score"] is not None and
                   (r["score"] < 60 or -(r["change_30d"] or 0) >= 20)]
        self.assertEqual(len(urgency), min(25, len(at_risk)))

    def test_japanese(self):
        self.company()
        for args in ((), ("backtest", "--resamples", "20", "--step", "14")):
            page = self.page(*args, "--language", "ja")
            self.assertEqual(page.root.get("lang"), "ja")
            self.check_harmless(page)
            data = "|".join(re.escape(w) for w in sorted(HOSTILE, key=len, reverse=True))
            for title in [page.all("h1")[0]] + page.all("h2"):
                self.assertRegex(page.text(title), r"[\u3040-\u30ff\u4e00-\u9fff]", data)
        self.assertIn("unknown-language", self.kenko("-C", "w", "report", "--language", "xx", status=1).stderr)

    def test_a_backtest(self):
        self.company()
        options = ("--resamples", "50", "--step", "14")
        page = self.page("backtest", *options)
        self.check_harmless(page)
        said = self.kenko("-C", "w", "backtest", *options, "--format", "json").json()
        for key, rows in said.items():
            section = page.by_id(key)
            if not rows:
                continue
            self.assertIsNotNone(section, key)
            if key == "findings":
                for finding in rows:
                    for words in (finding["text"], finding["hint"]):  # what stands in backticks is set as code
                        self.assertIn(" ".join(words.replace("`", "").split()), page.text(section))
            else:
                self.assertEqual(len(next(section.iter("tbody"))), len(rows), key)
        self.assertTrue(page.by_id("bands").findall("figure"), "the bands are drawn")
        same = self.kenko("-C", "w", "backtest", *options, "--format", "html", "--out", "again.html")
        self.assertEqual(same.stdout, "")
        self.assertEqual((self.dir / "again.html").read_text(), page.source)

    def test_without_accounts_or_facts(self):
        self.workspace("w")
        self.with_model(MODEL)
        self.assertIn("no-facts", self.kenko("-C", "w", "report", status=1).stderr)
        self.assertFalse((self.dir / "report.html").exists())


if __name__ == "__main__":
    main()
