"""A new user with CSV files of her own, following what the program prints: from `start` to every report.  With 12 customers
who left the program says what it cannot say; with 300 it proves, fits and states."""
import datetime
import math
import random

from kenko_runner import KenkoTest, display_width, main

FIRST = datetime.date(2024, 9, 1)
DAYS = 790
LEFT = """kenko: 1
source: left
accounts: defines
rules:
  left:
    event: account.churned
    account: "Customer ID"
    time: "Left on"
    properties: {reason: Reason}
"""


def day(number):
    return (FIRST + datetime.timedelta(days=number)).isoformat()


def words(text):
    return " ".join(text.split())


class NewUser(KenkoTest):
    def files(self, accounts, leavers, seed):
        """Who leaves logs in less and less in the last four months; what they read says nothing."""
        rng = random.Random(seed)
        leaving = set(rng.sample(range(accounts), leavers))
        customers, activity = ["Customer ID,Name,Segment,Started"], ["Customer ID,User,Date,Event"]
        left = ["Customer ID,Left on,Reason"]
        for number in range(accounts):
            name, begins = f"C{number:04}", rng.randrange(200)
            ends = begins + rng.randrange(180, DAYS - 201) if number in leaving else DAYS
            eager = max(0.5, 2 + rng.gauss(0, 0.7) - 0.4 * (number in leaving))
            customers.append(f"{name},Customer {number},{rng.choice(('small', 'large'))},{day(begins)}")
            at = begins
            while at < ends:
                fading = 0.25 + 0.75 * (ends - at) / 120 if ends < DAYS and ends - at < 120 else 1
                activity.append(f"{name},u{rng.randrange(5)}@{name.lower()}.example,{day(at)},login")
                at += 1 + int(rng.expovariate(eager * fading / 7))
            mood, at = math.exp(rng.gauss(-3, 1)), begins  # what they read has nothing to do with it
            while (at := at + 1 + int(rng.expovariate(mood))) < ends:
                activity.append(f"{name},u0@{name.lower()}.example,{day(at)},news.read")
            if ends < DAYS:
                left.append(f"{name},{day(ends)},{rng.choice(('price', 'no value'))}")
        self.write("customers.csv", "\n".join(customers) + "\n")
        self.write("activity.csv", "\n".join(activity) + "\n")
        self.write("left.csv", "\n".join(left) + "\n")
        self.write("left.yaml", LEFT)

    def begin(self, accounts, leavers, seed):
        self.files(accounts, leavers, seed)
        last = day(DAYS)
        said = self.kenko("start", "w", "customers.csv", "activity.csv", "--as-of", last)
        self.assertIn("Next: kenko -C w", said.stdout)
        nobody = self.kenko("-C", "w", "backtest")
        self.assertRegex(words(nobody.stdout), r"none of the [\d,]+ accounts had the outcome")
        told = self.kenko("-C", "w", "import", "--mapping", "left.yaml", "left.csv")
        self.assertRegex(told.stdout, rf"left.csv\s+{leavers}\s+{leavers}\s")
        self.assertIn("is good", self.kenko("-C", "w", "model", "check").stdout)

    def reports(self, draft):
        """Every command as text that fits a terminal, and as a page."""
        for command in (["backtest"], ["calibrate", "--dry-run"], ["compare", draft], ["monitor"], ["portfolio"]):
            text = self.kenko("-C", "w", *command).stdout
            self.assertIn("In words", text, command)
            for line in text.splitlines():
                self.assertLessEqual(display_width(line), 100, (command, line))
            if command[0] != "portfolio":
                self.kenko("-C", "w", "report", *command, "--out", "page.html")
                page = (self.dir / "page.html").read_text(encoding="utf-8")
                self.assertRegex(page, r"model starter|starter \(now\)")
                self.assertIn("churn within 90 days" if command[0] != "monitor" else "outcome churn", page)
                self.assertRegex(page, r"20\d\d-\d\d-\d\d", "the days it speaks of")
        self.kenko("-C", "w", "report", "--out", "page.html")

    def test_with_12_who_left_it_says_what_it_cannot_say(self):
        self.begin(150, 12, 1)
        tested = words(self.kenko("-C", "w", "backtest").stdout)
        self.assertIn("only 12 accounts had the outcome: with fewer than 20 nothing can be claimed", tested)
        self.assertIn("collect 8 more", tested)
        self.assertNotIn("the score foretells", tested)
        refused = self.kenko("-C", "w", "fit", "--out", "better", status=1)
        self.assertRegex(refused.stderr, r"\d+ accounts had the outcome .* 20 are needed \[too-few-outcomes\]")
        self.assertIn("hint:", refused.stderr)
        self.assertFalse((self.dir / "w/models/better.yaml").exists())
        stated = words(self.kenko("-C", "w", "calibrate").stdout)
        self.assertRegex(stated, r"rank only\. \d+ accounts with it could be judged, 20 are needed")
        self.assertNotIn("what a score means", stated.lower())
        self.assertNotRegex(self.kenko("-C", "w", "accounts", "list").stdout, r"\d % \(", "no per cent is stated")
        self.reports("starter")

    def test_with_300_who_left_it_works(self):
        self.begin(1500, 300, 2)
        self.assertIn("= the score foretells `churn`", words(self.kenko("-C", "w", "backtest").stdout))
        fitted = self.kenko("-C", "w", "fit", "--out", "better")
        self.assertRegex(words(fitted.stdout), r"on the \d+ late as-of days, which it never saw, the fitted model is better")
        self.assertTrue((self.dir / "w/models/better.yaml").exists())
        measures = {m["measure"]: m for m in self.kenko("-C", "w", "fit", "--format", "json").json()["measures"]}
        self.assertGreater(measures["auc_within"]["difference_low"], 0, "half of what it begins with is noise")
        stated = self.kenko("-C", "w", "calibrate", "--model", "better").stdout
        self.assertIn("What a score means: Churn", stated)
        self.assertRegex(self.kenko("-C", "w", "accounts", "list", "--model", "better", "--limit", "5").stdout, r"\d % \(\d+")
        self.reports("better")


if __name__ == "__main__":
    main()
