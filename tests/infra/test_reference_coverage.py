"""docs/REFERENCE_COVERAGE.md: what it names exists, no cell is empty, and no row of the reference is missing.

The reference itself is not part of the tree; where it lies in a folder beside it, or KENKO_REFERENCE names it, its rows are
compared too.
"""
import os
import pathlib
import re
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = TREE / "docs/REFERENCE_COVERAGE.md"
REFERENCE = pathlib.Path(os.environ.get("KENKO_REFERENCE") or
                         next(TREE.parent.glob("*/REFERENCE.md"), "no-reference"))
NOT_BUILT = "not built yet"


def tables(text):
    """The rows of all tables: lists of cells, without headers."""
    rows, header = [], True
    for line in text.splitlines():
        if not line.startswith("|"):
            header = True
            continue
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line.strip()[1:-1])]
        if all(re.fullmatch(r":?-+:?", c) for c in cells):
            header = False
        elif not header:
            rows.append(cells)
    return rows


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


def names_in_template(name):
    """Every key of the first two levels, and of nested dimensions: sections, metrics, bands written in braces as well."""
    text = (TREE / "share/templates" / f"{name}.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^(?:  |      )?([A-Za-z_][\w-]*):", text))


def words_of_the_language():
    """Functions, filter words, curves, policies and keys, from the tables that the program itself writes."""
    text = (TREE / "docs/GRAMMAR.md").read_text(encoding="utf-8")
    text = text[text.index("<!-- generated: begin -->"):text.index("<!-- generated: end -->")]
    found = {"functions": set(), "words": set(), "curves": set()}
    for heading, body in re.findall(r"(?ms)^### (.*?)\n(.*?)(?=^### |\Z)", text):
        for row in tables(body):
            word = re.match(r"`?([\w]+)", row[0]).group(1)
            found["words"].add(word)
            for part in ("Functions", "Curves"):
                if heading == part:
                    found[part.lower()].add(word)
            found["words"].update(re.findall(r"[(,\[|] *(half_life|steps|ends|over)\b", " ".join(row)))
    return found


def rows_of_reference(text):
    """What the sections 2, 3, 4 and 6 of the reference list, by the name that the document gives it."""
    sections = {m.group(1): m.group(2) for m in re.finditer(r"(?ms)^## (\d+)\. .*?\n(.*?)(?=^## |\Z)", text)}
    out = [f"2.{n}" for n, _ in enumerate(re.findall(r"(?m)^- ", sections["2"]), 1)]
    out += [row[1] for row in tables(sections["3"])]
    out += [f"4.{n}" for n in re.findall(r"(?m)^(\d+)\. ", sections["4"])]
    out += [row[0] for row in tables(sections["6"])]
    for word in ("high touch", "low touch", "tech touch", "incentives"):
        if word in sections["6"].lower():
            out.append(word)
    return out


class ReferenceCoverage(unittest.TestCase):
    def setUp(self):
        self.rows = tables(DOCUMENT.read_text(encoding="utf-8"))

    def test_no_cell_is_empty(self):
        self.assertGreater(len(self.rows), 40)
        for row in self.rows:
            self.assertEqual(len(row), 5, row)
            for cell in row:
                self.assertRegex(cell, r"\w", row)

    def test_every_row_stands_once(self):
        names = [row[0] for row in self.rows]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_functions_curves_and_keys_exist(self):
        words = words_of_the_language()["words"] | {"sentiment"}
        for row in self.rows:
            named = [re.sub(r"\(.*", "", n) for n in quoted(row[2]) if not n.startswith("kenko ")]
            self.assertEqual([n for n in named if n not in words], [], row[0])
            if NOT_BUILT not in row[4]:
                self.assertTrue(named or "rises and falls" in row[2] or row[2].startswith("the band"), row)

    def test_templates_and_their_parts_exist(self):
        for row in self.rows:
            for part in row[3].split(";"):
                template, *names = quoted(part)
                self.assertTrue((TREE / "share/templates" / f"{template}.yaml").is_file(), (row[0], template))
                self.assertTrue(names, (row[0], template))
                self.assertEqual([n for n in names if n not in names_in_template(template)], [], (row[0], template))

    def test_case_files_exist(self):
        for row in self.rows:
            if row[4] == NOT_BUILT:
                self.assertIn(NOT_BUILT, row[2], "the row has to say so in words")
                continue
            self.assertTrue(quoted(row[4]), row)
            for case in quoted(row[4]):
                self.assertTrue((TREE / "tests/cases" / f"{case}.yaml").is_file(), (row[0], case))

    def test_every_template_is_named(self):
        named = {quoted(part)[0] for row in self.rows for part in row[3].split(";")}
        shipped = {p.stem for p in (TREE / "share/templates").glob("*.yaml")} - {"retail"}
        self.assertEqual(shipped - named, set())

    def test_the_long_template_uses_every_function_and_curve(self):
        text = (TREE / "share/templates/saas.yaml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)(^| )#.*$", "", text)
        words = words_of_the_language()
        self.assertGreater(len(words["functions"]), 40)
        self.assertEqual([f for f in sorted(words["functions"]) if not re.search(rf"\b{f}\(", text)], [])
        curves = words["curves"] - {"linear", "words"}
        self.assertEqual([c for c in sorted(curves) if not re.search(rf"curve: {{{c}:", text)], [])
        self.assertRegex(text, r"curve: \{none: 0")
        self.assertRegex(text, r"curve: \{points: \{.*ends: open\}")
        for section in ("let", "segments", "stages", "triggers", "inputs", "bands"):
            self.assertRegex(text, rf"(?m)^{section}:")

    def test_no_row_of_the_reference_is_missing(self):
        if not REFERENCE.is_file():
            self.skipTest("the reference does not lie beside the tree")
        asked = rows_of_reference(REFERENCE.read_text(encoding="utf-8"))
        self.assertGreaterEqual(len(asked), 45)
        self.assertEqual(asked, [row[0] for row in self.rows])


if __name__ == "__main__":
    unittest.main(verbosity=2)
