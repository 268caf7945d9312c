"""Mistakes in models and on the command line: where, what, and how to mend it."""
import pathlib
import re

from kenko_runner import SHARE, KenkoTest, display_width, main

MODEL = """kenko: 1
model: first
min_coverage: 50%

dimensions:
  habit: {weight: 60}
  money: {weight: 40}

metrics:
  logins:
    dimension: habit
    value: active_days(login[28d])
    curve: {0: 0, 28: 100}
  spend:
    dimension: money
    value: sum(order.paid[91d], value)
    curve: {0: 0, 500: 100}

bands:
  red: {from: 0}
  green: {from: 60}
"""

# What is replaced, by what, the code, the text that the caret stands under, words of the hint.
MISTAKES = [
    ("active_days(login", "active_days(logn", "unknown-event", "logn[28d]", "did you mean `login`?"),
    ("active_days(login", "activ_days(login", "unknown-function", "activ_days", "did you mean `active_days`?"),
    ("    dimension: habit", "    dimension: habits", "unknown-dimension", "habits", "did you mean `habit`?"),
    ("    curve: {0: 0, 28: 100}", "    curv: {0: 0, 28: 100}", "unknown-key", "curv:", "did you mean `curve`?"),
    ("active_days(login[28d])", "active_days(login[28d]", None, None, None),
    ("active_days(login[28d])", "active_days(login)", None, None, "[28d]"),
    ("active_days(login[28d])", "login", "wrong-type", "login", "count(login[28d])"),
    ("active_days(login[28d])", "count(login[28d]) == 3", None, None, None),
    ("sum(order.paid[91d], value)", "sum(order.paid[91d], user)", "wrong-type", "user)", "distinct("),
    ("sum(order.paid[91d], value)", "slope(order.paid[30d])", None, None, None),
    ("sum(order.paid[91d], value)", "attr(plan", None, None, None),
    ("sum(order.paid[91d], value)", "attr(paln)", "unknown-attribute", "paln", None),
    ("sum(order.paid[91d], value)", "1 + 2", "constant-metric", "1 + 2", "count(login[28d])"),
    ("{weight: 60}", "{weight: 0}", None, None, None),
    ("{weight: 60}", "{weight: much}", "wrong-type", "much", ""),
    ("curve: {0: 0, 500: 100}", "curve: {0: 0, 500: 120}", "out-of-range", "120", ""),
    ("  red: {from: 0}", "  red: {from: 5}", None, None, None),
    ("min_coverage: 50%", "min_coverage: 50 percent", None, None, None),
    ("min_coverage: 50%", "\tmin_coverage: 50%", None, None, None),
    ("kenko: 1\n", "kenko: 7\n", None, None, None),
    ("  spend:", "  logins:", "duplicate-key", "logins:", "keep one of the two"),
]


class Models(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.write("e.csv", "name,occurred_at,account,value\nlogin,2026-01-05,acme,\norder.paid,2026-01-06,acme,5\n")
        self.write("p.csv", "account,plan,valid_from\nacme,pro,2026-01-01\n")
        self.import_files("w", "e.csv", "p.csv")

    def check_shape(self, path, text, message):
        """file:line:column, the line itself, a caret below the column; returns the texts above the carets."""
        found = []
        blocks = re.findall(r"(?m)^(\S+):(\d+):(\d+): (?:error|warning): (.+) \[([a-z-]+)\]\n    (.*)\n    ( *)\^$", message)
        self.assertTrue(blocks, message)
        for name, line, column, words, code, shown, blanks in blocks:
            self.assertTrue(path.endswith(name), name)
            source = text.split("\n")[int(line) - 1]
            self.assertEqual(shown, source.replace("\t", " "), message)
            self.assertEqual(len(blanks), display_width(source[:int(column) - 1]), message)
            self.assertNotEqual(words, "")
            found.append((code, source[int(column) - 1:]))
        return found

    def test_the_model_itself_is_good(self):
        self.write("w/models/first.yaml", MODEL)
        out = self.kenko("-C", "w", "model", "check", "first")
        self.assertIn("model first is good: 2 metrics, 2 dimensions, 2 bands", out.stdout)
        self.assertEqual(out.stderr, "")
        printed = self.kenko("-C", "w", "model", "print", "first").stdout
        self.assertIn("60", printed)

    def test_each_mistake(self):
        for old, new, code, at, hint in MISTAKES:
            with self.subTest(new=new):
                self.assertIn(old, MODEL)
                text = MODEL.replace(old, new, 1)
                self.write("w/models/first.yaml", text)
                out = self.kenko("-C", "w", "model", "check", "first", status=1)
                self.assertEqual(out.stdout, "", str(out))
                found = self.check_shape(str(self.dir / "w/models/first.yaml"), text, out.stderr)
                if code:
                    self.assertIn(code, [c for c, _ in found], out.stderr)
                if at:
                    self.assertTrue(any(c == code and rest.startswith(at) for c, rest in found), out.stderr)
                self.assertIn("    hint: " if hint is None else hint, out.stderr)
                # No command scores with such a model.
                score = self.kenko("-C", "w", "score", "--model", "first", status=1)
                self.assertEqual((score.stdout, score.stderr), ("", out.stderr))

    def test_all_mistakes_at_once(self):
        text = MODEL.replace("active_days(login", "active_days(logn").replace("{weight: 40}", "{weigth: 40}")
        text = text.replace("order.paid[91d]", "order.piad[91d]")
        self.write("w/models/first.yaml", text)
        out = self.kenko("-C", "w", "model", "check", "first", status=1)
        codes = [code for code, _ in self.check_shape(str(self.dir / "w/models/first.yaml"), text, out.stderr)]
        self.assertEqual(sorted(set(codes)), ["missing-key", "unknown-event", "unknown-key"], out.stderr)
        self.assertEqual(len([c for c in codes if c == "unknown-event"]), 2)

    def test_templates_only_wait_for_their_events(self):
        for template in sorted(p.stem for p in pathlib.Path(SHARE, "templates").glob("*.yaml")):
            with self.subTest(template=template):
                self.workspace(template, "--template", template)
                self.import_files(template, "e.csv")
                err = self.kenko("-C", template, "model", "check", status=None).stderr
                self.assertEqual(set(re.findall(r"(?m)^\S+: error: .*\[([a-z-]+)\]$", err)) -
                                 {"unknown-event", "unknown-attribute"}, set(), err)

    def test_no_such_model(self):
        self.write("w/models/first.yaml", MODEL)
        out = self.kenko("-C", "w", "model", "check", "frist", status=1)
        self.assertRegex(out.stderr, r"no model `frist`.*\[no-model\]\n    hint: .*first")
        out = self.kenko("-C", "w", "score", status=1)
        self.assertRegex(out.stderr, r"no model is active.*\n    hint: .*kenko.yaml")


class CommandLine(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.write("w/models/first.yaml", MODEL)
        self.write("e.csv", "name,occurred_at,account,value\nlogin,2026-01-05,acme,\norder.paid,2026-01-06,acme,5\n")
        self.import_files("w", "e.csv")

    def refused(self, status, pattern, *args):
        out = self.kenko(*args, status=status)
        self.assertEqual(out.stdout, "", str(out))
        self.assertRegex(out.stderr, pattern)

    def test_values(self):
        score = ("-C", "w", "score", "--model", "first")
        self.refused(1, r"--format is `xml`.*\n    hint: use table, json or csv", *score, "--format", "xml")
        self.refused(1, r"--as-of is `2026-02-30`, which is no day.*\n    hint: write it as 2026-11-20", *score,
                     "--as-of", "2026-02-30")
        self.refused(1, r"--known-as-of is `yesterday`", *score, "--known-as-of", "yesterday")
        self.refused(1, r"no account `acne`.*\n    hint: did you mean `acme`\?", *score, "--account", "acne")
        self.refused(1, r"no account `acne`.*\n    hint: did you mean `acme`\?", "-C", "w", "explain", "acne", "--model",
                     "first")
        self.refused(1, r"no band `gren`.*\n    hint: did you mean `green`\?", "-C", "w", "accounts", "list", "--model",
                     "first", "--band", "gren")
        self.refused(1, r"--from 2026-01-06 is after --to 2026-01-05", "-C", "w", "history", "--model", "first", "--from",
                     "2026-01-06", "--to", "2026-01-05")
        self.refused(1, r"--since 2026-01-09 is not before", "-C", "w", "explain", "acme", "--model", "first", "--since",
                     "2026-01-09")

    def test_all_problems_of_a_command(self):
        out = self.kenko("-C", "w", "history", "--model", "first", "--from", "x", "--to", "y", "--account", "z", status=1)
        for text in ("--from is `x`", "--to is `y`", "no account `z`"):
            self.assertIn(text, out.stderr)

    def test_usage(self):
        self.refused(2, r"--bogus", "score", "--bogus")
        self.refused(2, r"(?i)(sub)?command", "-C", "w")
        self.refused(2, r"unknown command `scores`.*\n.*did you mean `score`\?", "scores")
        self.refused(2, r"--threads", "-C", "w", "score", "--threads", "many")
        self.refused(2, r"dir", "init")
        self.refused(2, r"account", "explain")

    def test_where_the_workspace_is(self):
        self.refused(1, r"no kenko.yaml here or in a folder above.*\n    hint: .*kenko init DIR", "status")
        self.refused(1, r"no kenko.yaml", "-C", "nowhere", "status")
        (self.dir / "w/deep/er").mkdir(parents=True)
        inside = self.kenko("status", "--digest", cwd=self.dir / "w/deep/er").stdout
        self.assertEqual(inside.strip(), self.digest())
        self.assertEqual(self.kenko("status", "--digest", "-C", "w").stdout, inside, "-C may stand anywhere")

    def test_empty_workspace(self):
        self.workspace("new", "--template", "retail")
        for command in (("score",), ("accounts", "list"), ("history",), ("explain", "acme")):
            self.refused(1, r"no facts yet.*\n    hint: .*kenko import", "-C", "new", *command)
        self.assertIn("0 accounts", self.kenko("-C", "new", "status").stdout)
        self.assertEqual(self.kenko("-C", "new", "rejects", "list", "--format", "json").json(), [])

    def test_help(self):
        self.assertIn("Usage", self.kenko("--help").stdout)
        every = self.kenko("--help-all").stdout
        for word in ("init", "start", "import", "rejects", "status", "score", "accounts", "history", "explain", "model",
                     "demo", "--known-as-of"):
            self.assertIn(word, every)
        self.assertRegex(self.kenko("--version").stdout, r"^kenko \d+\.\d+\.\d+")


if __name__ == "__main__":
    main()
