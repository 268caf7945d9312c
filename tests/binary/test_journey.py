"""The customers' way through the stages of a model."""
import datetime

from kenko_runner import KenkoTest, main

FIRST = datetime.date(2026, 1, 1)
DAYS = 60
LAST = FIRST + datetime.timedelta(days=DAYS - 1)
MODEL = """kenko: 1
model: way
dimensions: {use: {weight: 1}}
metrics:
  logins: {dimension: use, value: 'count(login[14d])', curve: {0: 0, 14: 100}}
stages:
  young: {when: 'tenure() < 30'}
  grown: {when: 'true', label: Grown up}
bands: {low: {from: 0}, high: {from: 50}}
"""


class Journey(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace("w")
        self.with_model(MODEL)
        rows = ["name,occurred_at,account"]
        for account, begin in (("a", 0), ("b", 10), ("c", 40)):
            rows += [f"login,{FIRST + datetime.timedelta(days=d)},{account}" for d in range(begin, DAYS)]
        self.write("logins.csv", "\n".join(rows) + "\n")
        self.import_files("w", "logins.csv")

    def journey(self, *args, **options):
        return self.kenko("-C", "w", "accounts", "journey", *args, **options)

    def test_all_by_stage(self):
        rows = {r["stage"]: r for r in self.journey("--format", "json").json()}
        self.assertEqual(list(rows), ["young", "grown"])
        self.assertEqual((rows["young"]["accounts"], rows["grown"]["accounts"]), (1, 2))
        self.assertEqual(rows["young"]["median_days"], 20)
        # b changed over on day 40, inside the last 28 days (from day 32 on); a on day 30, before them; c came on 40.
        self.assertEqual((rows["young"]["entered_28d"], rows["young"]["left_28d"]), (1, 1))
        self.assertEqual((rows["grown"]["entered_28d"], rows["grown"]["left_28d"]), (1, 0))
        self.assertEqual(rows["grown"]["median_days"], 20, "of 20 and 30 the smaller one")
        scores = self.kenko("-C", "w", "score", "--format", "json").json()
        for stage, row in rows.items():
            of_stage = [float(s["score"]) for s in scores if s["stage"] == stage and s["score"] is not None]
            self.assertAlmostEqual(float(row["mean_score"]), sum(of_stage) / len(of_stage), delta=0.006)
            self.assertEqual(row["band.low"] + row["band.high"], len(of_stage))
        text = self.journey().stdout
        self.assertIn("Grown up", text)
        self.assertIn("3 accounts", text)
        self.assertEqual([r["stage"] for r in self.journey("--format", "csv").csv()], ["young", "grown"])

    def test_one_account(self):
        rows = self.journey("b", "--format", "json").json()
        begin = FIRST + datetime.timedelta(days=10)
        self.assertEqual([(r["stage"], r["from"], r["to"], r["days"]) for r in rows],
                         [("young", begin.isoformat(), (begin + datetime.timedelta(days=29)).isoformat(), 30),
                          ("grown", (begin + datetime.timedelta(days=30)).isoformat(), None, 20)])
        history = {r["day"]: r["score"] for r in self.kenko(
            "-C", "w", "history", "--account", "b", "--from", FIRST, "--format", "json").json()}
        self.assertEqual([(r["score_first"], r["score_last"]) for r in rows],
                         [(history[rows[0]["from"]], history[rows[0]["to"]]),
                          (history[rows[1]["from"]], history[LAST.isoformat()])])
        self.assertIn("goes on", self.journey("b").stdout)
        self.assertIn("unknown-account", self.journey("z", status=1).stderr)

    def test_a_model_without_stages(self):
        text = MODEL[:MODEL.index("stages:")] + MODEL[MODEL.index("bands:"):]
        self.write("w/models/way.yaml", text)
        for args in ((), ("b",)):
            message = self.journey(*args, status=1).stderr
            self.assertIn("no-stages", message)
            self.assertIn("stages:", message)


if __name__ == "__main__":
    main()
