"""Every template that ships loads, scores, exports, explains and prints on the data that it was written for."""
import pathlib
import re
import shutil
import tempfile
from decimal import Decimal

from kenko_runner import LONG, SHARE, KenkoTest, main

TEMPLATES = sorted(p.stem for p in (pathlib.Path(SHARE) / "templates").glob("*.yaml"))
RETAIL = ("retail",)
RETAIL_DATA = pathlib.Path(SHARE) / "data/online_retail.parquet"


class OnData(KenkoTest):
    """A workspace with data, made once; every template is used in it by its name."""

    DEMO = ()
    WORKSPACE = "."

    @classmethod
    def setUpClass(cls):
        if not cls.DEMO:
            return
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="kenko-templates-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        maker = cls("test_all")
        maker.dir = cls.shared
        cls.made = maker.kenko("demo", "d", *cls.DEMO).stdout
        for template in TEMPLATES:
            shutil.copy(f"{SHARE}/templates/{template}.yaml", cls.shared / "d" / cls.WORKSPACE / "models")

    def run_in(self, *args, **options):
        return self.kenko("-C", str(self.shared / "d" / self.WORKSPACE), *args, **options)

    def check(self, template):
        checked = self.run_in("model", "check", template)
        self.assertIn(f"model {template} is good", checked.stdout)
        self.assertEqual(checked.stderr, "", "a template gives no warning")
        self.check_printed(template)
        rows = self.run_in("score", "--model", template, "--format", "csv").csv()
        scored = [row for row in rows if row["state"] == "scored"]
        self.assertGreater(len(scored), 5, "it scores somebody")
        for row in scored:
            self.assertTrue(0 <= Decimal(row["score"]) <= 100, row)
        self.assertGreater(len({row["score"] for row in scored}), len(scored) // 3, "it tells them apart")
        self.assertGreater(len({row["band"] for row in scored}), 1, "more than one band is in use")
        self.check_metrics(scored)
        self.check_history(template, scored)
        self.check_explanation(template, min(scored, key=lambda row: (Decimal(row["score"]), row["account"])))

    def check_printed(self, template):
        printed = self.run_in("model", "print", template).stdout
        text = pathlib.Path(SHARE, "templates", f"{template}.yaml").read_text(encoding="utf-8")
        for label in re.findall(r'(?m)^    label: "?([^"\n]+?)"?$', text):
            self.assertIn(" ".join(label.split()), " ".join(printed.split()))
        self.assertIn("Bands", printed)

    def check_metrics(self, scored):
        """Every scored metric says something about somebody."""
        for column in scored[0]:
            if column.startswith("points."):
                self.assertTrue(any(row[column] for row in scored), f"{column} is never known")

    def check_history(self, template, scored):
        rows = self.run_in("history", "--model", template, "--format", "csv").csv()
        last = max(row["day"] for row in rows)
        today = {row["account"]: row["score"] for row in rows if row["day"] == last and row["score"]}
        self.assertEqual(today, {row["account"]: row["score"] for row in scored}, "history and score agree")
        out = self.dir / f"{template}.csv"
        self.run_in("history", "--model", template, "--format", "csv", "--out", out)
        self.assertEqual(len(out.read_text(encoding="utf-8").splitlines()), len(rows) + 1)

    def check_explanation(self, template, row):
        lines = self.run_in("explain", row["account"], "--model", template, "--format", "csv").csv()
        score = [line for line in lines if line["line"] == "score"]
        self.assertEqual([Decimal(line["contribution"]) for line in score], [Decimal(row["score"])])
        table = self.run_in("explain", row["account"], "--model", template).stdout
        self.assertIn(f"{Decimal(row['score']):.2f}", table)
        listed = self.run_in("accounts", "list", "--model", template, "--limit", "3").stdout
        self.assertIn(f"model {template}", listed)


class Company(OnData):
    """The simulated company: all templates but those for shops."""

    DEMO = ("--accounts", "300", "--days", "550") if LONG else ("--accounts", "80", "--days", "430")
    WORKSPACE = "company"

    def test_all(self):
        for template in TEMPLATES:
            if template not in RETAIL:
                with self.subTest(template=template):
                    self.check(template)

    def test_leavers_score_lower_before_they_leave(self):
        """What `kenko demo` prints at the end, under the template that it uses."""
        table = self.made[self.made.index("before the decision"):]
        rows = re.findall(r"(?m)^(\d+ days|the day itself) +([\d.]+) +(\d+) +([\d.]+) .*?(-?[\d.]+)$", table)
        self.assertEqual(len(rows), 4, table)
        for when, left, _, stayed, _ in rows:
            self.assertLess(Decimal(left) + 5, Decimal(stayed), f"{when}: {table}")

    def test_typing_errors_of_the_sheet_are_no_event_names(self):
        settings = (self.shared / "d/company/kenko.yaml").read_text(encoding="utf-8")
        emitted = set(re.findall(r"[a-z_]+\.[a-z_]+", " ".join(re.findall(r"emits: \[(.*)\]", settings))))
        mapped = set()
        for mapping in (self.shared / "d/company/mappings").glob("*.yaml"):
            mapped.update(re.findall(r"(?m)(?:event|otherwise|[a-z_.]+): ([a-z_]+\.[a-z_]+)\b", mapping.read_text("utf-8")))
        self.assertIn("milestone.done", emitted)
        self.assertEqual(emitted - mapped, set())


class Shop(OnData):
    """Real invoice lines, for the template without contracts."""

    DEMO = ("--retail",) if RETAIL_DATA.is_file() else ()

    def test_all(self):
        if not self.DEMO:
            self.skipTest("the data of the retailer is not here")
        for template in RETAIL:
            with self.subTest(template=template):
                self.check(template)


class BeginWithOne(KenkoTest):
    def test_init(self):
        """`kenko init --template NAME` begins a workspace with any of them; a wrong name gets the right one."""
        for template in TEMPLATES:
            with self.subTest(template=template):
                self.kenko("init", template, "--template", template)
                models = self.dir / template / "models"
                self.assertEqual([p.name for p in models.iterdir()], [f"{template}.yaml"])
                self.assertEqual((models / f"{template}.yaml").read_bytes(),
                                 pathlib.Path(SHARE, "templates", f"{template}.yaml").read_bytes())
                self.assertRegex((self.dir / template / "kenko.yaml").read_text(encoding="utf-8"),
                                 rf"(?m)^model: {template}$")
        out = self.kenko("init", "x", "--template", "quartile", status=1)
        self.assertIn("did you mean `quartiles`?", out.stderr)


if __name__ == "__main__":
    main()
