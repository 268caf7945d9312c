"""A small sound tree in a temporary folder, into which a test plants one fault and runs one script of scripts/."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"

SOUND = {
    "layers.txt": "# layers\nbase:       | fmt\nfacts: base |\nmodel: base facts |\nplan: base facts model |\n"
                  "state: base | sqlite3\nsim: base |\n",
    "src/base/day.h": "// base/day.h\n#pragma once\n\n#include <cstdint>\n\nusing Day = int32_t;\n",
    "src/facts/fact.h": '#pragma once\n\n#include <fmt/format.h>\n\n#include "base/day.h"\n',
    "src/model/model.h": '#pragma once\n\n#include "facts/fact.h"\n',
    "src/plan/plan.h": '#pragma once\n\n#include "model/model.h"\n',
    "src/state/database.cpp": '#include <sqlite3.h>\n\n#include "base/day.h"\n',
    "src/sim/company.cpp": '#include "base/day.h"\n',
    "tests/CMakeLists.txt": "foreach(part reference cases infra)\nendforeach()\n",
    "tests/unit/base/day_test.cpp": '#include <gtest/gtest.h>\n\n#include "base/day.h"\n\nTEST(Day, Is) {}\n',
    "tests/reference/CMakeLists.txt": "add_library(kenko_reference interpret.cpp)\n",
    "tests/reference/interpret.cpp": '#include "model/model.h"\n',
    "tests/cases/windows/edge.yaml": "about: an edge\nrule: SEMANTICS.md#windows-of-days\n",
    "docs/SEMANTICS.md": "# Meaning\n\n## Windows of days\n\nA day. `tests/cases/windows/edge.yaml`\n",
    "README.md": "# Kenko\n\nSee [the meaning](docs/SEMANTICS.md#windows-of-days).\n\n```sh\nkenko --version\n```\n",
    "docs/ERRORS.md": None,  # written by scripts/error-codes
    ".clang-format": "BasedOnStyle: Google\nColumnLimit: 120\nIncludeBlocks: Preserve\n",
}


class PlantedTree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="kenko-infra-")
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name).resolve()
        for name, text in SOUND.items():
            if text is not None:
                self.plant(name, text)
        self.run_script("error-codes")

    def plant(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def append(self, name, text):
        self.plant(name, (self.root / name).read_text(encoding="utf-8") + text)

    def run_script(self, script, *arguments, **options):
        """(exit code, output) of a script that looks at the planted tree."""
        result = subprocess.run([sys.executable, "-B", str(SCRIPTS / script), "--root", str(self.root), *arguments],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
        return result.returncode, result.stdout

    def assert_sound(self, script):
        code, output = self.run_script(script)
        self.assertEqual(code, 0, output)
        self.assertEqual(len(output.splitlines()), 1, output)

    def assert_found(self, script, *texts):
        code, output = self.run_script(script)
        self.assertEqual(code, 1, f"{script} found nothing:\n{output}")
        for text in texts:
            self.assertIn(text, output)
