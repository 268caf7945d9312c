"""Two models on the same history, as a user compares them."""
import random

from kenko_runner import KenkoTest, display_width, main
from made_company import MODEL, company_rows, mapping

# Reads what has nothing to do with leaving.
WORSE = MODEL.replace("model: first", "model: worse").replace("count(login[14d])", "count(noise[14d])")


class Compares(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.with_model(MODEL)
        self.write("w/models/worse.yaml", WORSE)
        self.write("app.yaml", mapping())
        self.write("rows.csv", company_rows(random.Random(4), accounts=120, days=240))
        self.import_files("w", "rows.csv", mapping="app.yaml")

    def compare(self, *args, status=0):
        return self.kenko("-C", "w", "compare", *args, "--resamples", "200", status=status)

    def codes(self, out):
        return {f["code"] for f in out.json()["findings"]}

    def test_which_foretells_better_is_told(self):
        out = self.compare("worse", "--with", "first", "--format", "json")
        self.assertIn("foretells-worse", self.codes(out))
        measures = {m["measure"]: m for m in out.json()["measures"]}
        auc = measures["auc_within"]
        self.assertAlmostEqual(float(auc["after"]) - float(auc["before"]), float(auc["difference"]), 9)
        self.assertLess(auc["difference_high"], 0)
        self.assertIn("foretells-better", self.codes(self.compare("first", "--with", "worse", "--format", "json")))
        # What it says of each alone is what the back-test says.
        alone = self.kenko("-C", "w", "backtest", "--model", "worse", "--resamples", "1", "--format", "json").json()
        self.assertEqual({m["measure"]: m for m in alone["measures"]}["auc_within"]["value"], auc["after"])

    def test_who_changes_band_is_who_has_another_band(self):
        out = self.compare("worse", "--with", "first", "--format", "json").json()
        bands = {}
        for model in ("first", "worse"):
            for row in self.kenko("-C", "w", "score", "--model", model, "--format", "csv").csv():
                bands.setdefault(row["account"], []).append(row["band"])
        moved = {account for account, (a, b) in bands.items() if a != b}
        self.assertTrue(moved)
        self.assertEqual({row["account"] for row in out["accounts"]}, moved)
        self.assertEqual(sum(row["accounts"] for row in out["bands"]), len(moved))

    def test_a_model_against_itself_says_so(self):
        out = self.compare("first", "--with", "first", "--format", "json")
        self.assertIn("same-meaning", self.codes(out))
        self.assertTrue(all(m["difference"] in (0, None) for m in out.json()["measures"]))
        self.assertNotIn("accounts", out.json())

    def test_published_is_what_was_published(self):
        self.compare("first", "--with", "published", status=1)
        self.kenko("-C", "w", "model", "publish", "--reason", "the first", "--by", "ann")
        self.with_model(WORSE.replace("model: worse", "model: first"))
        text = self.compare("first").stdout
        self.assertIn("first as published on", text.splitlines()[0])
        self.assertIn("foretells `churn` worse than model first as published", text.replace("\n", " "))
        for line in text.split("In words")[0].splitlines():
            self.assertLessEqual(display_width(line), 100, line)

    def test_mistakes(self):
        self.write("w/models/later.yaml", WORSE.replace("within: 28d", "within: 56d").replace("worse", "later"))
        for args, code in ((["nobody"], "no-model"), (["worse", "--with", "nobody"], "no-model"),
                           (["worse", "--outcome", "x"], "unknown-outcome"),
                           (["worse", "--capacity", "2"], "bad-option"),
                           (["later", "--with", "first"], "outcomes-differ"),
                           (["worse", "--step", "0"], "bad-option")):
            out = self.compare(*args, status=None)
            self.assertNotEqual(out.status, 0, args)
            self.assertIn(f"[{code}]", out.stderr, args)

    def test_with_too_little_history_today_alone_is_compared(self):
        self.write("few.csv", company_rows(random.Random(4), accounts=12, days=20))
        self.kenko("init", "few")
        self.with_model(MODEL, "few")
        self.write("few/models/worse.yaml", WORSE)
        self.import_files("few", "few.csv", mapping="app.yaml")
        out = self.kenko("-C", "few", "compare", "worse", "--format", "json")
        self.assertIn("no-days-to-compare", self.codes(out))
        self.assertEqual(out.json()["measures"], [])


if __name__ == "__main__":
    main()
