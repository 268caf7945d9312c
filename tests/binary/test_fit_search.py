"""kenko fit --search as a user runs it: what drives customers away is found where the model does not look, noise is not."""
import datetime
import random

from kenko_runner import KenkoTest, main

MODEL = """kenko: 1
model: first
min_coverage: 0%
outcomes:
  churn: {label: Left, event: account.churned, within: 42d}
dimensions: {habit: {weight: 2, label: Habit}}   # of logins alone
metrics:
  logins: {dimension: habit, value: 'active_days(login[28d])', curve: {0: 0, 28: 100}}
bands: {red: {from: 0}, green: {from: 60}}
"""
MAPPING = """kenko: 1
source: app
accounts: defines
known_at: assumed
rules:
  rows:
    event: {column: what}
    account: customer
    time: at
    properties: {kind: kind}
"""
FIRST = datetime.date(2025, 1, 1)
DAYS = 400


class Searches(KenkoTest):
    def company(self, driven, accounts=240):
        """Who ceases to make reports leaves some weeks later (driven), or leaves for no reason; pages are noise."""
        rng = random.Random(11)
        rows = []
        for number in range(accounts):
            ceases = rng.randint(-50, 650)
            leaves = ceases + rng.randint(15, 60) if ceases > 0 else DAYS
            login, page = rng.uniform(0.1, 0.4), rng.uniform(0.1, 0.4)
            for at in range(min(leaves, DAYS)):
                day = (FIRST + datetime.timedelta(days=at)).isoformat()
                for what, chance in ("login", login), ("page.viewed", page), ("report.made", 0.25):
                    if rng.random() < chance and not (what == "report.made" and driven and 0 < ceases <= at):
                        rows.append([what, day, f"a{number}", rng.choice(["one", "two"])])
            if 0 < leaves < DAYS:
                rows.append(["account.churned", (FIRST + datetime.timedelta(days=leaves)).isoformat(), f"a{number}", ""])
        self.workspace("w")
        self.with_model(MODEL, "w")
        self.write("app.yaml", MAPPING)
        self.write("rows.csv", "what,at,customer,kind\n" + "".join(",".join(row) + "\n" for row in rows))
        self.import_files("w", "rows.csv", mapping="app.yaml")

    def fit(self, *more, status=0):
        return self.kenko("-C", "w", "fit", "--step", "21", "--resamples", "100", *more, status=status)

    def test_the_driver_is_found_and_written(self):
        self.company(driven=True)
        said = self.fit("--search", "--out", "found", "--format", "json")
        text = (self.dir / "w/models/found.yaml").read_text()
        self.assertIn("report.made", text)
        self.assertNotIn("page.viewed", text)
        self.assertIn("Found in the facts", text)
        self.assertIn("# of logins alone", text)
        self.assertIn("report.made", said.stdout)
        self.kenko("-C", "w", "model", "check", "found")

        again = self.fit("--search", "--threads", "1", "--format", "json")
        self.assertEqual(said.json(), again.json())

    def test_nothing_is_found_where_nothing_is(self):
        self.company(driven=False)
        said = self.fit("--search", "--out", "found", "--format", "json").stdout
        self.assertIn("logins", said)
        self.assertNotIn("report.made", said)
        self.assertNotIn("page.viewed", said)


if __name__ == "__main__":
    main()
