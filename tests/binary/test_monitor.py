"""What kenko monitor finds: what was planted, and nothing else."""
import random

from kenko_runner import LONG, KenkoTest, display_width, main
from made_company import MODEL, company_rows, day, mapping

DAYS = 330
SINCE = DAYS - 28
SEEDS = 200 if LONG else 20


class Monitors(KenkoTest):
    def company(self, name, seed, accounts=40, **planted):
        self.workspace(name)
        self.with_model(MODEL, name)
        self.write("app.yaml", mapping())
        self.write("billing.yaml", mapping("billing", "matched"))
        for source, only in (("app", ("login", "noise", "account.churned")), ("billing", ("order.paid",))):
            rows = company_rows(random.Random(seed), accounts, DAYS, only=only, **planted)
            self.write(f"{source}.csv", rows)
            self.import_files(name, f"{source}.csv", mapping=f"{source}.yaml")

    def monitor(self, name, *args):
        return self.kenko("-C", name, "monitor", "--resamples", "200", *args, "--format", "json").json()

    def found(self, name):
        return {(look["kind"], look["subject"]) for look in self.monitor(name)["looks"] if look["found"]}

    def test_with_nothing_planted_it_is_silent(self):
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                self.company(f"w{seed}", seed, accounts=random.Random(seed).choice([40, 55, 70]))
                said = self.monitor(f"w{seed}")
                self.assertGreaterEqual(len(said["looks"]), 7)
                self.assertEqual([f for f in said["findings"] if f["warning"]], [], f"seed {seed}")

    def test_a_planted_drift_is_found(self):
        self.company("w", 1, accounts=80,
                     change=lambda what, at, rate: rate * 0.4 if what == "login" and at >= SINCE else rate)
        found = self.found("w")
        self.assertIn(("value", "logins"), found)
        self.assertNotIn(("value", "spend"), found)
        codes = {f["code"] for f in self.monitor("w")["findings"]}
        self.assertIn("metric-drift", codes)
        self.assertIn("review-due", codes)

    def halves_apart(self, name, since):
        """From a day on every other account logs in twice as often, the others not at all: the mean stays."""
        self.workspace(name)
        self.with_model(MODEL, name)
        self.write("app.yaml", mapping())
        out = []
        for line in company_rows(random.Random(4), 80, DAYS).splitlines(keepends=True):
            what, at, account, ident, *rest = line.split(",")
            if what != "login" or at < str(day(since)):
                out.append(line)
            elif int(account[1:]) % 2:
                out += [line, ",".join([what, at, account, "x" + ident, *rest])]
        self.write("rows.csv", "".join(out))
        self.import_files(name, "rows.csv", mapping="app.yaml")
        return self.monitor(name)

    def test_a_drift_that_keeps_the_mean_is_found(self):
        said = self.halves_apart("w", SINCE)
        found = {(look["kind"], look["subject"]) for look in said["looks"] if look["found"]}
        self.assertIn(("shape", "logins"), found)
        self.assertNotIn(("value", "logins"), found, "the mean is as usual")
        self.assertNotIn(("shape", "spend"), found)
        self.assertIn("metric-shape", {f["code"] for f in said["findings"]})
        calm = self.halves_apart("calm", DAYS)
        self.assertEqual([look for look in calm["looks"] if look["found"]], [])

    def test_a_feed_that_stopped_is_found(self):
        self.company("w", 2, keep=lambda what, at: what != "order.paid" or at < SINCE)
        self.assertIn(("feed", "billing"), self.found("w"))
        self.assertNotIn(("feed", "app"), self.found("w"))
        feeds = {row["source"]: row for row in self.monitor("w")["feeds"]}
        self.assertEqual(feeds["billing"]["silent_days"], 28)

    def test_a_broken_promise_is_told(self):
        self.company("w", 3, keep=lambda what, at: what != "order.paid" or at < DAYS - 3)
        yaml = self.dir / "w/kenko.yaml"
        text = yaml.read_text()
        yaml.write_text(text.replace("mapping: mappings/billing.yaml", "mapping: mappings/billing.yaml\n    every: 2d"))
        said = self.monitor("w")
        self.assertIn("feed-overdue", {f["code"] for f in said["findings"]})
        self.assertEqual([row["source"] for row in said["feeds"] if row["overdue"]], ["billing"])

    def test_a_score_that_stops_to_foretell_is_found(self):
        """For the last months it is those who log in most who leave."""
        rows = company_rows(random.Random(5), 300, DAYS, churn=0.006).splitlines(keepends=True)
        left = [row.split(",") for row in rows if row.startswith("account.churned")]
        turned = {account for _, at, account, *_ in left if at >= "2025-08"}
        extra = []
        for row in rows:
            what, at, account, ident, amount, known = row.rstrip("\n").split(",")
            if what == "noise" and account in turned and at >= "2025-06-15":
                extra += [f"login,{at},{account},x{i}-{ident},,{known}\n" for i in range(4)]
        self.workspace()
        self.with_model(MODEL)
        self.write("app.yaml", mapping())
        self.write("rows.csv", "".join(rows + extra))
        self.import_files("w", "rows.csv", mapping="app.yaml")
        self.assertIn(("foretelling", None), self.found("w"))

    def test_published_scores_are_judged_once_they_are_old_enough(self):
        self.company("w", 6, accounts=20)
        findings = {f["code"]: f["text"] for f in self.monitor("w")["findings"]}
        self.assertIn("as-computed", findings)
        self.assertRegex(findings["few-recent-outcomes"], r"^too few accounts had the outcome lately \(\d+\): ")
        self.kenko("-C", "w", "model", "publish", "--reason", "the first", "--by", "ann")
        said = self.monitor("w")
        codes = {f["code"] for f in said["findings"]}
        self.assertNotIn("as-computed", codes)
        self.assertIn("review-later", codes)

    def test_bands_and_words(self):
        self.company("w", 7)
        said = self.monitor("w")
        rows = self.kenko("-C", "w", "score", "--format", "csv").csv()
        now = {}
        for row in rows:
            if row["band"]:
                now[row["band"]] = now.get(row["band"], 0) + 1
        for band, count in now.items():
            self.assertEqual(sum(r["accounts"] for r in said["bands"] if r["to"] == band), count)
        text = self.kenko("-C", "w", "monitor", "--resamples", "50").stdout
        for line in text.split("In words")[0].splitlines():
            self.assertLessEqual(display_width(line), 100, line)
        one, two = (self.kenko("-C", "w", "monitor", "--resamples", "50", "--threads", n, "--format", "json").stdout
                    for n in ("1", "3"))
        self.assertEqual(one, two)

    def test_little_history_is_said_to_be_little(self):
        self.workspace()
        self.with_model(MODEL)
        self.write("app.yaml", mapping())
        self.write("rows.csv", company_rows(random.Random(1), 12, 60))
        self.import_files("w", "rows.csv", mapping="app.yaml")
        said = self.monitor("w")
        self.assertIn("too-little-history", {f["code"] for f in said["findings"]})
        for args in (["--least", "-1"], ["--false-alarms", "0"], ["--resamples", "0"], ["--resamples", "100001"], ["--table", "x"]):
            self.assertIn("[bad-option]", self.kenko("-C", "w", "monitor", *args, status=1).stderr)


if __name__ == "__main__":
    main()
