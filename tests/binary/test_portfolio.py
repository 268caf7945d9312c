"""`kenko portfolio` against arithmetic of its own: contracts, lives and rates are worked out here from the rows that were
imported, day by day, as docs/SEMANTICS.md says it; nothing is read back from Kenko but the scores of single days."""
import calendar
import collections
import csv
import datetime
import io
import re

from kenko_runner import KenkoTest, LONG, display_width, main

FIRST = datetime.date(2025, 1, 1)
AS_OF = datetime.date(2026, 6, 20)
DAY = datetime.timedelta(days=1)
LAPSE = 30

MODEL = """kenko: 1
model: first
min_coverage: 0%
dimensions: {habit: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[14d])', curve: {0: 0, 14: 100}, min_observed: 1d}
segments:
  big: {when: 'attr(size) = "big"'}
  small: {when: 'attr(size) = "small"'}
bands: {red: {from: 0}, yellow: {from: 30}, green: {from: 60}}
"""
MAPPING = """kenko: 1
source: crm
accounts: defines
rules:
  contracts:
    files: contracts.csv
    contracts: {id: id, account: account, product: product, start: start, end: end, renewal: renewal, auto_renew: auto,
                term_months: term, arr: arr, currency: currency, state: state, replaces: replaces, notice_at: notice,
                valid_from: valid}
  values:
    files: values.csv
    account: account
    valid_from: valid
    attributes: {owner: owner, size: size}
  events:
    files: events.csv
    event: {column: what}
    account: account
    time: at
    id: id
    properties: {effective_at: effective, reason: reason, voluntary: voluntary}
  rates:
    files: rates.csv
    rates: {currency: currency, day: day, rate: rate}
"""


def later(day, months):
    """`day` moved by whole months, cut to the month's length."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


class Company:
    """What was imported, and what follows from it."""

    def __init__(self, rng, accounts):
        self.rng, self.contracts, self.events, self.values = rng, [], [], []
        self.names = [f"a{n:03}" for n in range(accounts)]
        # The rate of the euro changes every third day: never older than a week.
        self.rates = {FIRST + DAY * d: f"{1 + rng.randint(0, 400) / 1000:.3f}" for d in range(-30, 560, 3)}
        for account in self.names:
            self.customer(account)
        self.alive = {a: self.lives(a) for a in self.names}

    # --- made up ---

    def customer(self, account):
        rng = self.rng
        start = FIRST + DAY * rng.randint(-200, 400)
        self.values.append([account, start.isoformat(), rng.choice(["ann", "bob", "cid"]), rng.choice(["big", "small", ""])])
        if rng.random() < 0.4:
            self.values.append([account, (start + DAY * rng.randint(50, 400)).isoformat(), rng.choice(["ann", "bob"]),
                                self.values[-1][3]])
        self.logins(account, start)
        fate = rng.choice(["stays", "stays", "grows", "shrinks", "ends", "notice", "event", "returns", "late", "swaps"])
        end, auto = later(start, 12) - DAY, rng.random() < 0.6 and fate != "late"
        arr, currency = rng.randint(10, 900) * 10, rng.choice(["USD", "USD", "EUR"])
        base = {"id": account + "-1", "account": account, "product": "core", "start": start, "end": end, "auto": auto,
                "term": rng.choice(["", 12, 3]), "arr": "" if rng.random() < 0.05 else arr, "currency": currency}
        self.contract(base)
        if rng.random() < 0.3:
            self.contract({**base, "id": account + "-2", "product": "extra", "arr": arr // 4 * 2, "start": start + DAY * 40})
        change = start + DAY * rng.randint(30, 350)
        if fate in ("grows", "shrinks"):
            self.contract({**base, "valid": change, "arr": arr * 2 if fate == "grows" else arr // 2})
        elif fate == "ends":
            last = change + DAY * rng.randint(0, 60)
            for c in [c for c in self.contracts if c["account"] == account]:
                self.contract({**c, "valid": max(change, c["start"]), "end": max(last, c["start"]), "state": "cancelled"})
            self.leave(account, last, last)
        elif fate == "notice":
            self.contract({**base, "valid": change, "notice": change})
        elif fate == "event":  # the contracts go on, but the customer is gone
            told = change + DAY * rng.randint(0, 40)
            self.leave(account, told, change)
        elif fate == "returns":
            self.contract({**base, "valid": start + DAY * 60, "end": start + DAY * 90, "state": "cancelled"})
            self.contract({**base, "id": account + "-3", "start": start + DAY * (91 + rng.randint(0, 150)), "end": "",
                           "arr": arr + 70})
        elif fate == "swaps":
            self.contract({**base, "id": account + "-4", "start": change, "end": later(change, 24), "arr": arr + 50,
                           "replaces": account + "-1", "renewal": change + DAY * rng.randint(100, 900)})

    def contract(self, row):
        row = {"renewal": "", "state": "active", "replaces": "", "notice": "", **row}
        row.setdefault("valid", row["start"])
        row["valid"] = max(row["valid"], row["start"]) if row["state"] == "active" else row["valid"]
        self.contracts.append(row)

    def leave(self, account, at, effective):
        reason = self.rng.choice(["price", "Out of business", "insolvency", "support", ""])
        self.events.append(["account.churned", account, at, f"{account}-left", effective, reason,
                            "false" if reason == "insolvency" else "true"])

    def logins(self, account, start):
        eager = self.rng.random()
        for n in range((AS_OF - FIRST).days):
            if FIRST + DAY * n >= start and self.rng.random() < eager:
                self.events.append(["login", account, FIRST + DAY * n, f"{account}-{n}", "", "", ""])

    # --- worked out ---

    def in_force(self, account, day):
        found = {}
        for number, c in enumerate(self.contracts):
            if c["account"] == account and c["valid"] <= day:
                best = found.get(c["id"])
                if best is None or (c["valid"], number) > best[0]:
                    found[c["id"]] = ((c["valid"], number), c)
        return [c for _, c in found.values()]

    def last(self, c, day, force):
        """The last day on which a contract counts, seen on `day`; None = it goes on."""
        end = c["end"] or None
        if c["state"] == "cancelled":
            last = end or c["valid"]
        elif end is None:
            last = None
        elif c["notice"] and c["notice"] <= day:
            last, k = end, 1
            while c["auto"] and last < c["notice"]:
                last, k = later(end, k * (c["term"] or 12)), k + 1
        else:
            last = None if c["auto"] else end + DAY * LAPSE
        for other in force:
            if other["replaces"] == c["id"] and other["start"] <= day:
                last = min(last or datetime.date.max, other["start"] - DAY)
        return last

    def counting(self, account, day):
        force = self.in_force(account, day)
        return [c for c in force if c["start"] <= day and (self.last(c, day, force) or day) >= day]

    def lives(self, account):
        """The days on which the account is alive."""
        facts = [c["valid"] for c in self.contracts if c["account"] == account]
        facts += [e[2] for e in self.events if e[1] == account]
        facts += [datetime.date.fromisoformat(v[1]) for v in self.values if v[0] == account]
        churned = [(e[2], max(e[4], e[2] - DAY)) for e in self.events if e[1] == account and e[0] == "account.churned"]
        days, before, counted, life, day = set(), set(), False, None, min(facts)
        while day <= AS_OF:
            now = {c["id"] for c in self.counting(account, day)}
            if life and any(at >= life and last == day - DAY for at, last in churned):
                life = None
            elif life and counted and not now and not any(c["start"] > day for c in self.in_force(account, day)):
                life = None
            # A life that begins on the day on which somebody is told to have left ends before it begins.
            if not life and (not days or now - before) and (day, day - DAY) not in churned:
                life, counted = day, False
            if life:
                days.add(day)
                counted = counted or bool(now)
            before, day = now, day + DAY
        return days

    def rate(self, currency, day):
        if currency == "USD":
            return 1.0
        past = [d for d in self.rates if day - DAY * 7 <= d <= day]
        return float(self.rates[max(past)]) if past else None

    def arr(self, account, day, rates):
        """By product; None = unknown."""
        if day not in self.alive[account]:
            return {}
        counting = self.counting(account, day)
        out = collections.Counter()
        for c in counting:
            if c["arr"] != "":
                out[c["product"]] += c["arr"] * rates[c["currency"]]
        return None if counting and not any(c["arr"] != "" for c in counting) else out

    def book(self, first, last):
        """{account: (ARR by product when the period began, when it ended)} of those whose ARR is known."""
        rates = {x: self.rate(x, last) or self.rate(x, first - DAY) for x in ("USD", "EUR")}
        out = {}
        for a in self.names:
            was, now = self.arr(a, first - DAY, rates), self.arr(a, last, rates)
            if was is not None and now is not None:
                out[a] = (was, now)
        return out

    def value(self, account, column, day):
        rows = [v for v in self.values if v[0] == account and v[1] <= day.isoformat()]
        return max(rows, key=lambda v: v[1])[column] if rows else ""


def retention(pairs):
    """Cohort, leavers, and sums of [(start, end)]."""
    cohort = [(s, e) for s, e in pairs if s > 0]
    start = sum(s for s, _ in cohort)
    return {"accounts": len(cohort), "left": sum(e <= 0 for _, e in cohort), "arr_start": start,
            "arr_end": sum(e for _, e in cohort), "arr_churned": sum(s for s, e in cohort if e <= 0),
            "grr": sum(min(s, e) for s, e in cohort) / start if start else None,
            "nrr": sum(e for _, e in cohort) / start if start else None}


class Portfolios(KenkoTest):
    def company(self, accounts=60):
        company = Company(self.seeded(), accounts)
        self.workspace("w")
        self.write("w/models/first.yaml", MODEL)
        yaml = self.dir / "w" / "kenko.yaml"
        yaml.write_text(re.sub(r"(?m)^model:.*$", "model: first", yaml.read_text()))
        self.write("crm.yaml", MAPPING)
        columns = ["id", "account", "product", "start", "end", "renewal", "auto", "term", "arr", "currency", "state",
                   "replaces", "notice", "valid"]
        self.table("contracts.csv", columns, [[str(c[k]).lower() if k == "auto" else c[k] for k in columns]
                                              for c in company.contracts])
        self.table("values.csv", ["account", "valid", "owner", "size"], company.values)
        self.table("events.csv", ["what", "account", "at", "id", "effective", "reason", "voluntary"],
                   [[e[0], e[1], f"{e[2]}T10:00:00Z", *e[3:]] for e in company.events])
        self.table("rates.csv", ["currency", "day", "rate"], [["EUR", d, r] for d, r in company.rates.items()])
        self.import_files("w", *(f"{n}.csv" for n in ("contracts", "values", "events", "rates")), mapping="crm.yaml")
        return company

    def table(self, name, columns, rows):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([columns, *rows])
        self.write(name, out.getvalue())

    def portfolio(self, *options):
        return self.kenko("-C", "w", "portfolio", "--as-of", AS_OF, "--resamples", 50, "--format", "json", *options).json()

    def bands(self, day):
        rows = self.kenko("-C", "w", "score", "--as-of", day, "--format", "json").json()
        return {r["account"]: r["band"] or "no score" for r in rows if r["status"] not in ("churned", "internal")}

    def same(self, row, expected, note):
        for key, value in expected.items():
            if value is None:
                self.assertIsNone(row[key], (note, key))
            else:
                self.assertAlmostEqual(float(row[key]), value, places=4, msg=f"{note}: {key}")

    def check_period(self, company, first, last):
        report = self.portfolio("--from", first, "--to", last)
        book = company.book(first, last)
        pairs = {a: (sum(was.values()), sum(now.values())) for a, (was, now) in book.items()}
        all_of = retention(pairs.values())
        self.assertGreater(all_of["left"], 0, "a company that nobody leaves tests little")
        summary = {row["measure"]: row["value"] for row in report["summary"]}
        self.same({**summary, "accounts": summary["cohort"]},
                  {k: all_of[k] for k in ("accounts", "left", "grr", "nrr")}, "summary")
        self.assertAlmostEqual(float(summary["logo_churn"]), all_of["left"] / all_of["accounts"], places=9)
        self.assertAlmostEqual(float(summary["arr_churn"]), all_of["arr_churned"] / all_of["arr_start"], places=9)

        opening = self.bands(first - DAY)
        groups = {"band": lambda a: opening[a], "owner": lambda a: company.value(a, 2, first - DAY) or "none",
                  "segment": lambda a: company.value(a, 3, first - DAY) or "none"}
        for by, name in groups.items():
            expected = collections.defaultdict(list)
            for a, pair in pairs.items():
                if pair[0] > 0:
                    expected[name(a)].append(pair)
            rows = {row[by]: row for row in report["by_" + by]}
            self.assertEqual(set(rows), set(expected), by)
            for group, members in expected.items():
                self.same(rows[group], retention(members), f"{by} {group}")
        for row in report["by_product"]:
            product = row["product"]
            self.same(row, retention([(was.get(product, 0), now.get(product, 0)) for was, now in book.values()]), product)
        self.check_walk(company, report, pairs, first)
        self.check_reasons(company, report, pairs, first, last)
        self.check_migration(company, report, opening, self.bands(last))
        return report

    def check_walk(self, company, report, pairs, first):
        steps = collections.Counter()
        counts = collections.Counter()
        for a, (was, now) in pairs.items():
            steps["opening"] += was
            steps["closing"] += now
            counts["opening"] += was > 0
            counts["closing"] += now > 0
            known = any(company.counting(a, first - DAY * n) for n in range(1, 800)) if was == 0 and now > 0 else False
            step = ("returned" if known else "new") if was == 0 and now > 0 else \
                "churned" if now == 0 and was > 0 else "expanded" if now > was + 1e-9 else \
                "contracted" if now < was - 1e-9 else ""
            steps[step] += now - was
            counts[step] += 1
        for row in report["walk"]:
            self.assertAlmostEqual(float(row["arr"]), steps[row["step"]], places=3, msg=row["step"])
            self.assertAlmostEqual(float(row["mrr"]), steps[row["step"]] / 12, places=3, msg=row["step"])
            self.assertEqual(row["accounts"], counts[row["step"]], row["step"])
        self.assertEqual([row["step"] for row in report["walk"]],
                         ["opening", "new", "returned", "expanded", "contracted", "churned", "closing"])

    def check_reasons(self, company, report, pairs, first, last):
        expected = collections.Counter()
        for a, (was, now) in pairs.items():
            if was > 0 and now == 0:
                said = [e for e in company.events if e[0] == "account.churned" and e[1] == a
                        and first - DAY <= e[4] <= last and e[2] <= AS_OF]
                expected[max(said, key=lambda e: e[4])[5] if said else ""] += 1
        kinds = {"Out of business": "unavoidable", "insolvency": "unavoidable", "": "unknown"}
        found = {row["reason"] or "": (row["accounts"], row["kind"]) for row in report.get("reasons", [])}
        self.assertEqual(found, {r: (n, kinds.get(r, "avoidable")) for r, n in expected.items()})

    def check_migration(self, company, report, opening, closing):
        expected = collections.Counter()
        for a in set(opening) | set(closing):
            expected[opening.get(a, "new"), closing.get(a, "left")] += 1
        found = {(row["from"], key[3:]): n for row in report["migration"] for key, n in row.items()
                 if key.startswith("to.") and n}
        self.assertEqual(found, dict(expected))

    def test_periods_of_a_random_company(self):
        company = self.company()
        self.check_period(company, datetime.date(2025, 7, 1), AS_OF)
        self.check_period(company, datetime.date(2025, 10, 15), datetime.date(2026, 2, 2))
        for _ in range(5 if LONG else 0):
            first = FIRST + DAY * company.rng.randint(10, 300)
            self.check_period(company, first, first + DAY * company.rng.randint(60, 200))

    def test_fiscal_quarters_chain(self):
        company = self.company(40)
        yaml = self.dir / "w" / "kenko.yaml"
        yaml.write_text(re.sub(r"(?m)^fiscal_year:.*$", "fiscal_year: 02-15", yaml.read_text()))
        rows = self.portfolio()["periods"]
        starts = [(f"Q{1 + n % 4}", later(datetime.date(2024, 2, 15), 3 * n)) for n in range(10)]
        first_event = min(e[2] for e in company.events)
        known = [(name, start.isoformat()) for name, start in starts if start - DAY >= first_event]
        self.assertEqual([(r["period"], r["from"]) for r in rows], known)
        self.assertEqual([r["cut"] for r in rows], [False] * (len(known) - 1) + [True])
        self.assertEqual(rows[-1]["to"], AS_OF.isoformat())
        for row in rows:
            first, last = (datetime.date.fromisoformat(row[k]) for k in ("from", "to"))
            pairs = [(sum(w.values()), sum(n.values())) for w, n in company.book(first, last).values()]
            expected = retention(pairs)
            self.same(row, {k: expected[k] for k in ("accounts", "left", "grr", "nrr")}, row["from"])
        months = self.portfolio("--periods", "month", "--count", 3)["periods"]
        self.assertEqual([r["from"] for r in months], ["2026-04-15", "2026-05-15", "2026-06-15"])

    def test_what_renews_and_what_ends(self):
        company = self.company(50)
        report = self.portfolio("--within", 120)
        rates = {x: company.rate(x, AS_OF) for x in ("USD", "EUR")}
        due, ending = {}, {}
        for a in company.names:
            for c in company.counting(a, AS_OF) if AS_OF in company.alive[a] else []:
                amount = None if c["arr"] == "" else c["arr"] * rates[c["currency"]]
                gone = c["state"] == "cancelled" or (c["notice"] and c["notice"] <= AS_OF)
                if gone:
                    key = (a, company.last(c, AS_OF, company.in_force(a, AS_OF)))
                    ending.setdefault(key, []).append(amount)
                elif c["end"]:
                    end, k = c["end"], 1
                    while c["auto"] and end < AS_OF:
                        end, k = later(c["end"], k * (c["term"] or 12)), k + 1
                    renewal = c["renewal"] if c["renewal"] and c["renewal"] >= AS_OF else end + DAY
                    if renewal <= AS_OF + DAY * 120:
                        due.setdefault((a, renewal), []).append(amount)

        def total(amounts):
            return None if None in amounts else round(sum(amounts), 4)
        self.assertGreater(len(due), 5)
        found = {(r["account"], datetime.date.fromisoformat(r["renewal"])): r["arr"] for r in report["renewals"]}
        self.assertEqual({k: v if v is None else round(float(v), 4) for k, v in found.items()},
                         {k: total(v) for k, v in due.items()})
        self.assertEqual([r["renewal"] for r in report["renewals"]], sorted(r["renewal"] for r in report["renewals"]))
        found = {(r["account"], datetime.date.fromisoformat(r["last"])) for r in report.get("ending", [])}
        self.assertEqual(found, set(ending))

    def test_at_risk_needs_leavers_and_counts_them(self):
        company = self.company(150)
        report = self.portfolio()
        rates = {}
        leavers, bands = set(), collections.defaultdict(lambda: [0, 0.0, 0.0])
        first_login = min(e[2] for e in company.events)
        for k in range(13):
            then = AS_OF - DAY * (90 + 28 * k)
            if then < first_login:
                break
            band = self.bands(then)
            status = {r["account"]: r["status"] for r in
                      self.kenko("-C", "w", "score", "--as-of", then, "--format", "json").json()}
            rates = {x: company.rate(x, then + DAY * 90) or company.rate(x, then) for x in ("USD", "EUR")}
            for a in company.names:
                was, now = company.arr(a, then, rates), company.arr(a, then + DAY * 90, rates)
                if was is None or not sum(was.values()) or status[a] == "notice":
                    continue
                line = bands[band[a]]
                line[0] += 1
                line[1] += sum(was.values())
                if now == {} or (now is not None and not sum(now.values())):
                    line[2] += sum(was.values())
                    leavers.add(a)
        rows = {r["band"]: r for r in report["at_risk"]}
        self.assertGreaterEqual(len(leavers), 20)
        self.assertEqual(rows["all"]["leavers"], len(leavers))
        for name, (seen, paid, lost) in bands.items():
            self.assertEqual(rows[name]["past"], seen, name)
            self.assertAlmostEqual(float(rows[name]["rate"]), lost / paid, places=9, msg=name)
        total = sum(float(r["at_risk"]) for name, r in rows.items() if name != "all")
        self.assertAlmostEqual(float(rows["all"]["at_risk"]), total, places=3)
        self.assertLessEqual(rows["all"]["at_risk_low"], rows["all"]["at_risk"])

    def test_without_contracts_it_says_what_it_cannot_say(self):
        self.workspace("w")
        self.write("w/models/first.yaml", MODEL.replace('attr(size) = "big"', "logins > 3")
                   .replace('attr(size) = "small"', "logins > 0"))
        yaml = self.dir / "w" / "kenko.yaml"
        yaml.write_text(re.sub(r"(?m)^model:.*$", "model: first", yaml.read_text()))
        self.write("app.yaml", "kenko: 1\nsource: app\naccounts: defines\nrules:\n  all: {event: login, account: a, time: at}\n")
        self.write("rows.csv", "a,at\n" + "".join(f"c{n},2026-01-{n + 1:02}T10:00:00Z\n" for n in range(9)))
        self.import_files("w", "rows.csv", mapping="app.yaml")
        report = self.kenko("-C", "w", "portfolio", "--format", "json").json()
        self.assertEqual({f["code"] for f in report["findings"]}, {"no-contracts", "no-churn-facts"})
        self.assertEqual([r["measure"] for r in report["summary"]], ["customers"])
        for section in ("walk", "periods", "by_band", "by_product", "reasons", "at_risk", "renewals", "ending"):
            self.assertNotIn(section, report)
        text = self.kenko("-C", "w", "portfolio").stdout
        self.assertNotIn("ARR churn", text)
        self.assertNotIn("0.0 %", text)
        self.assertIn("cannot be said", text)

    def test_mistakes_and_forms(self):
        self.company(30)
        for options, code in ((("--from", "2026-03-01", "--to", "2026-02-01"), "bad-day"), (("--to", "2027-01-01"), "bad-day"),
                              (("--by", "colour"), "bad-option"), (("--periods", "week"), "bad-option"),
                              (("--within", "0"), "bad-option"), (("--table", "nothing"), "bad-option")):
            out = self.kenko("-C", "w", "portfolio", "--as-of", AS_OF, *options, status=1)
            self.assertIn(f"[{code}]", out.stderr)
        text = self.kenko("-C", "w", "portfolio", "--as-of", AS_OF).stdout
        for line in text.partition("\nIn words\n")[0].splitlines():  # sentences go on
            self.assertLessEqual(display_width(line), 100, line)
        one = self.portfolio("--by", "owner")
        self.assertEqual([k for k in one if k.startswith("by_")], ["by_owner"])
        rows = self.kenko("-C", "w", "portfolio", "--as-of", AS_OF, "--format", "csv", "--table", "walk").csv()
        self.assertEqual(rows[0]["step"], "opening")
        again = self.kenko("-C", "w", "portfolio", "--as-of", AS_OF, "--format", "json", "--threads", 1).stdout
        self.assertEqual(again, self.kenko("-C", "w", "portfolio", "--as-of", AS_OF, "--format", "json").stdout)


if __name__ == "__main__":
    main()
