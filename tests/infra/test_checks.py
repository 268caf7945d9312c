"""Every check of `make check` passes a sound tree and finds what is planted."""
import shutil
import unittest

from planted_tree import SCRIPTS, PlantedTree


class Layers(PlantedTree):
    SCRIPT = "check-layers"

    def test_sound(self):
        self.assert_sound(self.SCRIPT)

    def test_include_that_the_line_does_not_allow(self):
        self.append("src/facts/fact.h", '#include "plan/plan.h"\n')
        self.assert_found(self.SCRIPT, "src/facts/fact.h:6", "plan is not among")

    def test_include_of_a_layer_allowed_only_further_down(self):
        self.append("src/sim/company.cpp", '#include "facts/fact.h"\n')
        self.assert_found(self.SCRIPT, "src/sim/company.cpp:2")

    def test_edge_that_points_down_the_file(self):
        self.plant("layers.txt", "base: facts |\nfacts: base |\nmodel: base facts |\nplan: base facts model |\n"
                   "state: base | sqlite3\nsim: base |\n")
        self.assert_found(self.SCRIPT, "layers.txt:1", "base -> facts")

    def test_simulator_that_sees_more_than_base(self):
        text = (self.root / "layers.txt").read_text().replace("sim: base |", "sim: base facts |")
        self.plant("layers.txt", text)
        self.assert_found(self.SCRIPT, "sim may include nothing but base")

    def test_library_header_in_a_module_without_it(self):
        for header in ("sqlite3.h", "duckdb.h", "yaml-cpp/yaml.h", "CLI/CLI.hpp", "simdjson.h", "nlohmann/json.hpp", "zlib.h",
                       "zstd.h", "cctz/time_zone.h", "xxhash.h", "pugixml.hpp", "zip.h", "boost/asio.hpp"):
            with self.subTest(header=header):
                self.plant("src/model/model.h", f'#pragma once\n#include <{header}>\n')
                self.assert_found(self.SCRIPT, f"src/model/model.h:2: <{header}>")

    def test_include_without_its_module(self):
        self.append("src/base/day.h", '#include "day.h"\n')
        self.assert_found(self.SCRIPT, 'not written as "module/file.h"')

    def test_include_of_a_missing_file(self):
        self.append("src/facts/fact.h", '#include "base/gone.h"\n')
        self.assert_found(self.SCRIPT, "base/gone.h", "does not exist")

    def test_folder_without_a_line(self):
        self.plant("src/extra/extra.h", "#pragma once\n")
        self.assert_found(self.SCRIPT, "src/extra has no line")

    def test_reference_that_sees_the_plan(self):
        self.append("tests/reference/interpret.cpp", '#include "plan/plan.h"\n')
        self.assert_found(self.SCRIPT, "tests/reference/interpret.cpp:2")

    def test_reference_sees_the_tree_and_nothing_else_of_the_language(self):
        self.append("layers.txt", "language: base |\n")
        self.plant("src/language/expression.h", "#pragma once\n")
        self.plant("src/language/parser.h", "#pragma once\n")
        self.append("tests/reference/interpret.cpp", '#include "language/expression.h"\n')
        self.assert_sound(self.SCRIPT)
        self.append("tests/reference/interpret.cpp", '#include "language/parser.h"\n')
        self.assert_found(self.SCRIPT, "tests/reference/interpret.cpp:3")

    def test_header_of_the_unit_tests_own(self):
        self.append("tests/unit/base/day_test.cpp", '#include "base/builder.h"\n')
        self.assert_found(self.SCRIPT, "base/builder.h")
        self.plant("tests/unit/base/builder.h", "#pragma once\n")
        self.assert_sound(self.SCRIPT)

    def test_unit_test_that_sees_a_higher_module(self):
        self.append("tests/unit/base/day_test.cpp", '#include "facts/fact.h"\n')
        self.assert_found(self.SCRIPT, "tests/unit/base/day_test.cpp:6")


class Format(PlantedTree):
    @unittest.skipUnless(shutil.which("clang-format-19"), "clang-format-19 is not installed")
    def test_finds_what_is_not_formatted(self):
        self.assert_sound("check-format")
        self.append("src/base/day.h", "inline int   f( ){return 1 ;}\n")
        self.assert_found("check-format", "src/base/day.h:7")


class Sizes(PlantedTree):
    SCRIPT = "check-sizes"

    def test_sound(self):
        self.assert_sound(self.SCRIPT)

    def test_long_header_and_long_source(self):
        self.plant("src/base/long.h", "//\n" * 301)
        self.plant("src/base/long.cpp", "//\n" * 601)
        self.assert_found(self.SCRIPT, "src/base/long.h: 301 lines", "src/base/long.cpp: 601 lines")

    def test_greatest_sizes_pass(self):
        self.plant("src/base/long.h", "//\n" * 300)
        self.plant("src/base/long.cpp", "//\n" * 600)
        self.assert_sound(self.SCRIPT)

    def test_exception_allows_its_number_and_no_more(self):
        self.plant("src/base/long.h", "//\n" * 310)
        self.plant("scripts/size-exceptions.txt", "src/base/long.h 310 a table that is read as a whole\n")
        self.assert_sound(self.SCRIPT)
        self.append("src/base/long.h", "//\n")
        self.assert_found(self.SCRIPT, "311 lines, allowed are 310")

    def test_exception_without_reason_or_need(self):
        self.plant("scripts/size-exceptions.txt", "src/base/day.h 310\n")
        self.assert_found(self.SCRIPT, "PATH LINES REASON")
        self.plant("scripts/size-exceptions.txt", "src/base/day.h 310 because\nsrc/gone.h 310 because\n")
        self.assert_found(self.SCRIPT, "needs no exception any more", "src/gone.h is not a source")

    def test_long_function_is_counted(self):
        self.plant("src/base/long.cpp", "int f() {\n" + "  ;\n" * 69 + "}\n\nint g() {\n" + "  ;\n" * 68 + "}\n")
        self.assertIn("functions over 70 lines: 1", self.run_script(self.SCRIPT)[1])


class Docs(PlantedTree):
    SCRIPT = "check-docs"

    def test_sound(self):
        self.assert_sound(self.SCRIPT)

    def test_dead_link_and_dead_anchor(self):
        self.append("README.md", "[gone](docs/GONE.md) and [no heading](docs/SEMANTICS.md#no-heading)\n")
        self.assert_found(self.SCRIPT, "README.md:8: link to docs/GONE.md", "makes #no-heading")

    def test_link_out_of_the_tree(self):
        self.append("README.md", "[out](../other/FILE.md)\n")
        self.assert_found(self.SCRIPT, "../other/FILE.md")

    def test_link_in_code_is_no_link(self):
        self.append("README.md", "`[a](gone.md)`\n\n```\n[b](gone.md)\n```\n")
        self.assert_sound(self.SCRIPT)

    def test_block_that_is_not_closed_or_empty(self):
        self.append("README.md", "```sh\nkenko\n")
        self.assert_found(self.SCRIPT, "never closed")
        self.plant("README.md", "```sh\n# nothing\n```\n")
        self.assert_found(self.SCRIPT, "without a command")

    def test_missing_case_file(self):
        self.append("docs/SEMANTICS.md", "pinned by `tests/cases/windows/gone.yaml`\n")
        self.assert_found(self.SCRIPT, "docs/SEMANTICS.md:6: tests/cases/windows/gone.yaml does not exist")

    def test_case_with_an_unknown_rule(self):
        self.plant("tests/cases/windows/edge.yaml", "rule: SEMANTICS.md#no-such-rule\n")
        self.assert_found(self.SCRIPT, "SEMANTICS.md#no-such-rule")

    def test_error_code_that_is_not_listed(self):
        self.append("src/base/day.h", 'auto a = Problem{"bad-day", place, "no day \'{}\'", "write 2026-01-31"};\n')
        self.assert_found(self.SCRIPT, "code `bad-day`", "run scripts/error-codes")
        self.run_script("error-codes")
        self.assert_sound(self.SCRIPT)
        table = (self.root / "docs/ERRORS.md").read_text()
        self.assertIn("| `bad-day` | no day '...' | write 2026-01-31 | base |", table)

    def test_error_code_that_is_gone(self):
        text = (self.root / "docs/ERRORS.md").read_text()
        self.plant("docs/ERRORS.md", text.replace("<!-- end -->", "| `old-code` | | | base |\n<!-- end -->"))
        self.assert_found(self.SCRIPT, "code `old-code` is not in the source any more")

    def test_ways_to_write_a_code(self):
        self.plant("src/base/ways.cpp", 'void f() {\n  p.code = "way-one";\n  p.message = "one is wrong";\n  P{.code = "two"};\n'
                   '  problems.push_back({"way-three", place, "three is wrong"});\n  add(node, "way-four", format("four {}", 4), "do");\n'
                   '  fault(x ? "way-five" : "way-six", "it is wrong");\n  // Problem{"not-this"}\n  g("not-that");\n'
                   '  constexpr auto kSevenCode = "way-seven";\n  encodings = {"not-8", "not-16"};\n  Problem{"eight", "it is"};\n'
                   '  file_problem("read", path);\n  if (p.code == "not-either") return;\n  list = {"not-a-name", "a sentence"};\n}\n'
                   'string code_of(int e) {\n  switch (e) {\n    default: return "way-nine";\n  }\n}\n')
        self.plant("scripts/not-error-codes.txt", "# these\nnot-a-name a name of a template\n")
        self.run_script("error-codes")
        table = (self.root / "docs/ERRORS.md").read_text()
        codes = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
        self.assertEqual(codes, ["eight", "two", "way-five", "way-four", "way-nine", "way-one", "way-seven", "way-six", "way-three"])
        self.assertIn("| `way-one` | one is wrong |", table)
        self.assertIn("| `way-four` | four ... |", table)


class Words(PlantedTree):
    SCRIPT = "check-words"

    def test_sound(self):
        self.plant("src/base/x.cpp", 'char name[] = "/tmp/kenko-base-XXXXXX";\n')
        self.append("README.md", "and/work, 30 sessions, ${HOME}/work, $HOME/work, session 3 days long\n")
        self.assert_sound(self.SCRIPT)

    def test_what_does_not_belong(self):
        for text in ("/wo" "rk/main", "/tm" "p/notes", "/ro" "ot/.x", "registry.npm" "js.org", "https://pypi" ".org/simple", "iss" "ue 3",
                     "Iss" "ue #12", "sess" "ion 12 did this", "shar" "ed/DESIGN.md"):
            with self.subTest(text=text):
                self.plant("notes.txt", f"first\nsee {text} for it\n")
                self.assert_found(self.SCRIPT, "notes.txt:2")

    def test_licences_are_left_alone(self):
        self.plant("LICENSE", "/wo" "rk/main\n")
        self.plant("third_party/x/x.h", "/wo" "rk/main\n")
        self.assert_sound(self.SCRIPT)


class Tests(PlantedTree):
    SCRIPT = "check-tests"

    def test_sound(self):
        self.assert_sound(self.SCRIPT)

    def test_unit_test_of_no_module(self):
        self.plant("tests/unit/gone/x_test.cpp", "TEST(A, B) {}\n")
        self.assert_found(self.SCRIPT, "there is no module gone")

    def test_file_that_is_not_picked_up(self):
        self.plant("tests/unit/base/day_tests.cpp", "TEST(A, B) {}\n")
        self.plant("tests/reference/more_test.cpp", "TEST(A, B) {}\n")
        self.assert_found(self.SCRIPT, "only *_test.cpp is built", "no CMakeLists.txt of tests/reference names it")

    def test_file_without_a_test(self):
        self.plant("tests/unit/base/none_test.cpp", "// TEST(A, B)\n")
        self.assert_found(self.SCRIPT, "tests/unit/base/none_test.cpp: defines no test")

    def test_part_that_is_not_built(self):
        self.plant("tests/newpart/CMakeLists.txt", "")
        self.assert_found(self.SCRIPT, "newpart is not in the part list")

    def test_cases_that_no_test_runs(self):
        build = self.root / "build"
        self.plant("build/compile_commands.json", f'[{{"file": "{self.root}/tests/unit/base/day_test.cpp"}}]')
        self.plant("build/CTestTestfile.cmake", 'add_test(unit.base "/bin/true")\n')
        code, output = self.run_script(self.SCRIPT, "--build", str(build))
        self.assertEqual(code, 1, output)
        self.assertIn("1 files, and no test named cases", output)
        self.append("build/CTestTestfile.cmake", 'add_test(cases "/bin/true")\n')
        code, output = self.run_script(self.SCRIPT, "--build", str(build))
        self.assertEqual(code, 0, output)

    def test_program_that_is_not_there(self):
        build = self.root / "build"
        self.plant("build/compile_commands.json", f'[{{"file": "{self.root}/tests/unit/base/day_test.cpp"}}]')
        self.plant("build/CTestTestfile.cmake", 'add_test(cases "/bin/true")\nadd_test(unit.base "/bin/gone")\n')
        code, output = self.run_script(self.SCRIPT, "--build", str(build))
        self.assertEqual(code, 1, output)
        self.assertIn("test unit.base has no program to run", output)

    def test_build_that_lacks_a_file(self):
        self.plant("build/compile_commands.json", "[]")
        code, output = self.run_script(self.SCRIPT, "--build", str(self.root / "build"))
        self.assertEqual(code, 1, output)
        self.assertIn("tests/unit/base/day_test.cpp: not compiled in build", output)


class All(unittest.TestCase):
    def test_every_check_is_run_and_tested(self):
        checks = {path.name for path in SCRIPTS.glob("check-*")}
        run = (SCRIPTS / "check").read_text()
        listed = {f"check-{name}" for name in run.split("for check in ")[1].split(";")[0].split()}
        self.assertEqual(checks, listed)


if __name__ == "__main__":
    unittest.main()
