"""Models as a team lives with them: new, diff, publish, log, curve, docs, schema, several at once."""
import datetime
import json
import pathlib
import re

from kenko_runner import SHARE, KenkoTest, display_width, main

FIRST = datetime.date(2026, 1, 1)
LAST = FIRST + datetime.timedelta(days=99)
MODEL = """kenko: 1
model: first
purpose: see who leaves
dimensions:
  use: {weight: 1}
metrics:
  logins:
    label: Logins
    dimension: use
    value: count(login[28d])
    curve: {0: 0, 10: 50, 20: 100}
  plan:
    label: Plan
    dimension: use
    value: attr(plan)
    curve: {category: {gold: 100, silver: 50}, other: 20}
  idle: {value: days_since(login)}
segments:
  golden: {when: 'attr(plan) = "gold"', curves: {logins: {0: 0, 40: 100}}}
bands: {low: {from: 0}, high: {from: 50}}
"""


class Models(KenkoTest):
    """Ten customers; customer k logs in on every k-th day."""

    def setUp(self):
        super().setUp()
        self.workspace("w")
        self.with_model(MODEL)

    def without_facts(self):
        """What would come is known, and nothing has come."""
        with open(self.dir / "w/kenko.yaml", "a", encoding="utf-8") as file:
            file.write("  app:\n    emits: [login]\n    attributes: {plan: text}\n")

    def with_facts(self):
        rows = ["name,occurred_at,account"]
        for k in range(1, 11):
            rows += [f"login,{FIRST + datetime.timedelta(days=d)},c{k}" for d in range(0, 100, k)]
        rows.append(f"login,{LAST},c1")
        self.write("logins.csv", "\n".join(rows) + "\n")
        plans = ("gold", "gold", "silver", "silver", "silver", "iron", "iron", "", "", "")
        self.write("plans.csv", "account,plan,name,valid_from\n" + "".join(
            f"c{k},{plans[k - 1]},Customer {k},{FIRST}\n" for k in range(1, 11)))
        self.import_files("w", "logins.csv", "plans.csv")

    def run_in(self, *args, **options):
        return self.kenko("-C", "w", *args, **options)

    def refused(self, *args):
        return self.run_in(*args, status=1).stderr

    def model(self, name, *changes):
        text = MODEL.replace("model: first", f"model: {name}")
        for before, after in changes:
            self.assertIn(before, text)
            text = text.replace(before, after)
        self.write(f"w/models/{name}.yaml", text)

    def scores(self, model):
        rows = self.run_in("score", "--model", model, "--format", "json").json()
        return {r["account"]: r["score"] for r in rows}


class Diff(Models):
    def test_words_without_facts(self):
        self.without_facts()
        self.model("second", ("10: 50", "10: 60"), ("label: Logins", "label: Visits"))
        out = self.run_in("model", "diff", "second").stdout
        self.assertIn("metric logins: curve at 10 50 points -> 60 points", out)
        self.assertLess(out.index("Only words"), out.index("metric logins: label Logins -> Visits"))
        self.assertIn("There are no facts yet", out)
        document = self.run_in("model", "diff", "first", "second", "--format", "json").json()
        self.assertIsNone(document["effect"])
        self.assertNotEqual(document["fingerprint_before"], document["fingerprint_after"])
        self.assertEqual({d["changes_scores"] for d in document["differences"]}, {True, False})

    def test_who_is_affected(self):
        self.with_facts()
        self.model("second", ("10: 50", "10: 60"))
        before, after = self.scores("first"), self.scores("second")
        effect = self.run_in("model", "diff", "second", "--format", "json").json()["effect"]
        changes = {a: after[a] - before[a] for a in before if before[a] is not None}
        self.assertGreater(len(changes), 5)
        self.assertEqual(effect["up"], sum(c > 0 for c in changes.values()))
        self.assertEqual(effect["down"], sum(c < 0 for c in changes.values()))
        self.assertEqual(effect["unchanged"], sum(c == 0 for c in changes.values()))
        self.assertAlmostEqual(float(effect["mean_change"]), float(sum(changes.values())) / len(changes), delta=0.006)
        self.assertGreater(effect["up"], 0)
        for row in effect["largest"]:
            self.assertEqual(row["change"], changes[row["account"]])
        sizes = [abs(r["change"]) for r in effect["largest"]]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        text = self.run_in("model", "diff", "second").stdout
        self.assertIn("The largest changes", text)
        self.assertIn("Customer", text)
        self.assertNotIn("affected", self.run_in("model", "diff", "second", "--no-data").stdout)
        csv = self.run_in("model", "diff", "second", "--format", "csv").csv()
        self.assertEqual([(r["subject"], r["after"]) for r in csv],
                         [("the model", "second"), ("metric logins", "60 points")])

    def test_what_is_refused(self):
        self.without_facts()
        self.model("broken", ("count(login[28d])", "count(login[28x])"))
        self.assertIn("broken.yaml", self.refused("model", "diff", "broken"))
        self.assertIn("nothing-to-compare", self.refused("model", "diff"))
        self.assertIn("did you mean `first`", self.refused("model", "diff", "frist"))


class Publish(Models):
    def publish(self, *args, **options):
        return self.run_in("model", "publish", *args, "--by", "ann", **options).stdout

    def test_a_publication_and_its_history(self):
        self.with_facts()
        self.assertIn("published first as no. 1", self.publish("--reason", "we begin"))
        self.model("second", ("10: 50", "10: 60"))
        out = self.publish("second", "--reason", "ten are a habit")
        self.assertIn("the active model is second now", out)
        self.assertIn("\nmodel: second\n", (self.dir / "w/kenko.yaml").read_text())
        log = self.run_in("model", "log", "--format", "json").json()
        self.assertEqual([(r["number"], r["model"], r["author"], r["reason"]) for r in log],
                         [(2, "second", "ann", "ten are a habit"), (1, "first", "ann", "we begin")])
        self.assertEqual(len(list((self.dir / "w/scores").glob("*.parquet"))), 2)
        said = self.run_in("history", "--revisions", "--format", "csv").csv()
        now = {m: self.run_in("history", "--model", m, "--from", FIRST, "--format", "csv").csv()
               for m in ("first", "second")}
        for entry in log:
            rows = [r for r in said if r["model_fingerprint"] == entry["fingerprint"]]
            self.assertEqual(len(rows), entry["rows"])
            self.assertEqual([(r["account"], r["day"], float(r["score"] or -1), r["band"]) for r in rows],
                             [(r["account"], r["day"], float(r["score"] or -1), r["band"])
                              for r in now[entry["model"]]])
        some = self.run_in("history", "--revisions", "--account", "c3", "--from", LAST, "--format", "csv").csv()
        self.assertEqual([(r["account"], r["day"], r["model"]) for r in some],
                         [("c3", LAST.isoformat(), "first"), ("c3", LAST.isoformat(), "second")])
        first = self.run_in("history", "--as-published", "--account", "Customer 3", "--format", "csv").csv()
        self.assertEqual([(r["model"], r["kind"]) for r in first], [("first", "publication")] * 100)

    def test_the_same_again_changes_nothing(self):
        self.with_facts()
        self.publish("--reason", "we begin")
        files = {f: f.read_bytes() for f in (self.dir / "w/scores").iterdir()}
        self.assertIn("nothing was published", self.publish("--reason", "again"))
        self.model("first", ("label: Logins", "label: Visits"))
        self.assertIn("its words have changed", self.publish("--reason", "again"))
        self.assertEqual(len(self.run_in("model", "log", "--format", "json").json()), 1)
        self.assertIn("label Logins -> Visits", self.run_in("model", "diff").stdout)
        self.model("first", ("10: 50", "10: 60"))
        self.publish("--reason", "other")
        self.model("first")
        self.publish("--reason", "back again")
        self.assertEqual([r["reason"] for r in self.run_in("model", "log", "--format", "json").json()],
                         ["back again", "other", "we begin"])
        for file, content in files.items():
            self.assertEqual(file.read_bytes(), content, "what was published stays")

    def test_without_facts(self):
        self.without_facts()
        self.assertIn("no history of it", self.publish("--reason", "we begin"))
        self.assertIn("not-published", self.refused("history", "--as-published"))

    def test_what_is_refused(self):
        self.without_facts()
        self.model("broken", ("count(login[28d])", "count(login[28x])"))
        self.write("elsewhere.yaml", MODEL)
        for code, args in (("no-reason", ("first",)), ("no-reason", ("first", "--reason", "  ")),
                           ("broken.yaml", ("broken", "--reason", "x")), ("no-model", ("frist", "--reason", "x")),
                           ("not-in-models", ("./elsewhere.yaml", "--reason", "x"))):
            with self.subTest(args=args):
                self.assertIn(code, self.refused("model", "publish", *args))
        self.assertIn("no model was published yet", self.run_in("model", "log").stdout)
        self.assertFalse((self.dir / "w/scores").exists())


class Curve(Models):
    def test_a_curve_alone(self):
        self.without_facts()
        out = self.run_in("model", "curve", "logins").stdout
        self.assertIn("There are no facts yet", out)
        self.assertRegex(out, "[\u2801-\u28ff]")
        self.assertTrue(all(display_width(line) <= 100 for line in out.splitlines()))
        self.assertNotIn("\x1b", out)

    def test_over_the_customers(self):
        self.with_facts()
        out = self.run_in("model", "curve", "logins")
        self.assertIn("10 customers, 10 have a value, 0 have none", out.stdout)
        self.assertLessEqual(len(out.stdout.splitlines()), 32)
        document = self.run_in("model", "curve", "logins", "--format", "json").json()
        self.assertEqual(sum(b["accounts"] for b in document["bars"]), 10)
        scores = self.run_in("score", "--format", "json").json()
        values = sorted(r["metric.logins"] for r in scores)
        self.assertEqual(document["quartiles"][0]["x"], values[0])
        self.assertEqual(document["quartiles"][-1]["x"], values[-1])
        self.assertEqual(document["most_points"], sum(v >= 20 for v in values))
        self.assertEqual(document["fewest_points"], sum(v <= 0 for v in values))
        self.assertEqual([(p["x"], p["points"]) for p in document["points"]], [(0, 0), (10, 50), (20, 100)])
        golden = self.run_in("model", "curve", "logins", "--segment", "golden", "--format", "json").json()
        self.assertEqual((golden["accounts"], golden["points"][-1]["x"]), (2, 40))
        bars = self.run_in("model", "curve", "logins", "--format", "csv").csv()
        self.assertEqual(sum(int(b["accounts"]) for b in bars), 10)

    def test_words(self):
        self.with_facts()
        words = self.run_in("model", "curve", "plan", "--format", "json").json()
        self.assertEqual([(w["value"], w["points"], w["accounts"]) for w in words["words"]],
                         [("gold", 100, 2), ("silver", 50, 3), ("iron", 20, 2)])
        self.assertEqual(words["without_value"], 3)
        self.assertIn("█", self.run_in("model", "curve", "plan").stdout)

    def test_every_kind(self):
        self.with_facts()
        kinds = {
            "steps": "{steps: {0: 0, 5: 50, 20: 100}}",
            "hill": "{hill: {half: 10, power: 2}}",
            "percentile": "{percentile: {0%: 0, 100%: 100}}",
            "baseline": "{baseline: {-2: 0, 0: 70, 2: 100}, over: 8w}",
            "words": "{none: 0, monthly: 30, weekly: 70, daily: 100}",
        }
        for kind, curve in kinds.items():
            with self.subTest(kind=kind):
                value = "active_days(login[28d])" if kind == "words" else "count(login[28d])"
                self.model(kind, ("value: count(login[28d])\n    curve: {0: 0, 10: 50, 20: 100}",
                                  f"value: {value}\n    curve: {curve}"),
                           (", curves: {logins: {0: 0, 40: 100}}", ""))
                document = self.run_in("model", "curve", "logins", "--model", kind, "--format", "json").json()
                self.assertEqual(document["kind"], kind)
                out = self.run_in("model", "curve", "logins", "--model", kind).stdout
                self.assertRegex(out, "[\u2801-\u28ff]")
                self.assertTrue(all(display_width(line) <= 100 for line in out.splitlines()), out)

    def test_points_for_each(self):
        self.with_facts()
        self.write("w/models/each.yaml", "kenko: 1\nmodel: each\n"
                   "dimensions: {use: {weight: 1, rollup: points, start: 50}}\n"
                   "metrics:\n  logins: {dimension: use, value: 'count(login[28d])', each: -2, at_most: 30}\n"
                   "bands: {low: {from: 0}, high: {from: 50}}\n")
        document = self.run_in("model", "curve", "logins", "--model", "each", "--format", "json").json()
        self.assertEqual(document["kind"], "each")
        self.assertIn("One is worth -2 points", self.run_in("model", "curve", "logins", "--model", "each").stdout)

    def test_what_is_refused(self):
        self.without_facts()
        self.assertIn("did you mean `logins`", self.refused("model", "curve", "logons"))
        self.assertIn("no-curve", self.refused("model", "curve", "idle"))
        self.assertIn("did you mean `golden`", self.refused("model", "curve", "logins", "--segment", "golde"))


class Files(Models):
    def test_new_from_every_template(self):
        listed = self.refused("model", "new", "mine", "--template", "none-such")
        names = re.findall(r"(?m)^ {8}(\S+) +\S", listed)
        self.assertEqual(names, sorted(p.stem for p in pathlib.Path(SHARE, "templates").glob("*.yaml")))
        for name in names:
            with self.subTest(template=name):
                self.run_in("model", "new", f"my-{name}", "--template", name)
                text = (self.dir / f"w/models/my-{name}.yaml").read_text()
                self.assertIn(f"\nmodel: my-{name}\n", text)
                self.assertEqual(text.replace(f"\nmodel: my-{name}\n", f"\nmodel: {name}\n"),
                                 pathlib.Path(SHARE, f"templates/{name}.yaml").read_text(encoding="utf-8"))
        self.assertIn("model-exists", self.refused("model", "new", "first"))
        self.assertEqual((self.dir / "w/models/first.yaml").read_text(), MODEL)
        self.assertIn("bad-name", self.refused("model", "new", "../x"))

    def test_docs_and_schema(self):
        self.with_facts()
        self.run_in("model", "docs", "--out", "page.md")
        page = (self.dir / "page.md").read_text()
        for words in ("# Health model: first", "see who leaves", "| Logins |", "count(login[28d])", "events `login`",
                      "attributes `plan`", "not scored", "high"):
            self.assertIn(words, page)
        schema = json.loads(self.kenko("model", "schema").stdout)
        self.assertIn("metrics", schema["properties"])


class Several(Models):
    def test_further_models_stand_beside(self):
        self.with_facts()
        self.model("second", ("10: 50", "10: 60"))
        yaml = self.dir / "w/kenko.yaml"
        yaml.write_text(yaml.read_text().replace("model: first\n", "model: first\nalso: [second]\n"))
        second = self.scores("second")
        for command in (("score",), ("accounts", "list")):
            rows = self.run_in(*command, "--format", "json").json()
            self.assertEqual({r["account"]: r["score.second"] for r in rows}, second)
            self.assertIn("second", self.run_in(*command).stdout.splitlines()[2])
        self.assertNotIn("score.second", self.run_in("score", "--model", "first", "--format", "json").json()[0])
        yaml.write_text(yaml.read_text().replace("also: [second]", "also: [secnod]"))
        self.assertIn("did you mean `second`", self.refused("score"))
        yaml.write_text(yaml.read_text().replace("also: [secnod]", "also: [first]"))
        self.assertIn("model-twice", self.refused("score"))


class StatusLines(Models):
    def test_overdue_orphans_and_hand_entered(self):
        self.with_facts()
        text = MODEL.replace("bands:", "inputs: {pulse: {event: pulse.set, every: 30d, from: the CSM}}\nbands:")
        self.write("w/models/first.yaml", text)
        self.write("parents.csv", f"account,parent,valid_from\nc2,nobody,{FIRST}\nc3,c4,{FIRST}\nc4,c3,{FIRST}\n")
        self.import_files("w", "parents.csv")
        self.run_in("log", "c1", "login", "--by", "ann", "--at", LAST)
        yaml = self.dir / "w/kenko.yaml"
        source = re.search(r"(?m)^  (\S+):\n(?:    .*\n)*?    emits: .*login.*\n", yaml.read_text())
        yaml.write_text(yaml.read_text().replace(source.group(0), source.group(0) + "    every: 7d\n", 1))
        out = self.run_in("status").stdout
        self.assertIn(f"overdue: {source.group(1)} since {LAST + datetime.timedelta(days=7)}", out)
        self.assertRegex(out, "stale, keep their points of that day: .*logins")
        self.assertIn("1 account with a parent that does not exist", out)
        self.assertIn("2 accounts whose parent is below itself", out)
        self.assertIn("1 fact entered by hand", out)
        self.assertIn("due from people", out)
        later = LAST + datetime.timedelta(days=9)
        first = self.run_in("score", "--as-of", later).stdout.splitlines()[0]
        self.assertIn(f"{source.group(1)} is overdue since", first)
        self.assertNotIn("overdue", self.run_in("score", "--as-of", LAST).stdout.splitlines()[0])

    def test_names_and_hints(self):
        self.with_facts()
        self.assertIn("Customer 1", self.run_in("score").stdout)
        hint = self.refused("explain", "Customer 11")
        self.assertEqual(hint.count("`Customer 1`"), 1, hint)


if __name__ == "__main__":
    main()
