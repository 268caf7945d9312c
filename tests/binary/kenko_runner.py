"""Runs the program `kenko` as a user would, each test in a folder of its own.

KENKO_BIN names the program, KENKO_SHARE the shipped files, KENKO_LONG=1 asks for the long forms, KENKO_RETAIL_DIR names
the folder with the daily CSVs of Online Retail (what needs them is skipped without).
"""
import csv
import io
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import time
import unicodedata
import unittest
from decimal import Decimal

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = os.environ.get("KENKO_BIN", str(SOURCE / "build/release/bin/kenko"))
SHARE = os.environ.get("KENKO_SHARE", str(SOURCE / "share"))
LONG = os.environ.get("KENKO_LONG", "") not in ("", "0")
RETAIL_DIR = pathlib.Path(os.environ.get("KENKO_RETAIL_DIR", "no-retail-files"))
RETAIL_MAPPING = f"{SHARE}/mappings/retail.yaml"
COUNTS = ("added", "already", "corrected", "rejected", "filtered")


def environment(**changes):
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "KENKO_LONG")}
    env.update(KENKO_SHARE=SHARE, TERM="xterm-256color", **changes)
    return env


def display_width(line):
    """Columns that a terminal needs: wide East Asian characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class Outcome:
    """What a command answered."""

    def __init__(self, args, status, stdout, stderr):
        self.args, self.status, self.stdout, self.stderr = args, status, stdout, stderr

    def json(self):
        """The parsed output; numbers with a point are exact decimals."""
        return json.loads(self.stdout, parse_float=Decimal)

    def csv(self):
        return list(csv.DictReader(io.StringIO(self.stdout)))

    def __str__(self):
        return f"kenko {' '.join(self.args)}: status {self.status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


class KenkoTest(unittest.TestCase):
    """A test with a folder; commands run in it."""

    maxDiff = None

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kenko-test-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def kenko(self, *args, status=0, env=None, cwd=None, **options):
        """Runs a command and checks its exit status (None = any)."""
        args = [str(a) for a in args]
        done = subprocess.run([BIN, *args], cwd=cwd or self.dir, env=environment(**(env or {})), timeout=300,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False, **options)
        out = Outcome(args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
        if status is not None:
            self.assertEqual(out.status, status, str(out))
        return out

    def write(self, name, content, encoding="utf-8"):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def workspace(self, name="w", *options):
        self.kenko("init", name, *options)
        return name

    def with_model(self, text, workspace="w"):
        """Makes models/NAME.yaml of the text, NAME being what it says, the active model."""
        name = re.search(r"(?m)^model: *(\S+)", text).group(1)
        self.write(f"{workspace}/models/{name}.yaml", text)
        yaml = self.dir / workspace / "kenko.yaml"
        yaml.write_text(re.sub(r"(?m)^model:.*$", f"model: {name}", yaml.read_text()))

    def digest(self, workspace="w"):
        return self.kenko("-C", workspace, "status", "--digest").stdout.strip()

    def import_files(self, workspace, *files, mapping=None, status=0, options=()):
        """Imports and checks the account of every file: each row that was read has one fate."""
        with_mapping = ("--mapping", mapping) if mapping else ()
        out = self.kenko("-C", workspace, "import", *with_mapping, *options, "--format", "json", *files, status=status)
        rows = out.json() if out.stdout else []
        for row in rows:
            self.assertEqual(row["read"], sum(row[c] for c in COUNTS), f"{row} of {out}")
        self.last = out
        return rows

    def total(self, rows):
        return {name: sum(row[name] for row in rows) for name in ("read", *COUNTS, "deleted")}

    def seeded(self):
        """A random generator whose seed is shown when the test fails; KENKO_SEED repeats one."""
        seed = int(os.environ.get("KENKO_SEED", time.time_ns() % 1_000_000_000))
        print(f"{self.id()}: KENKO_SEED={seed}", flush=True)
        return random.Random(seed)


def main():
    unittest.main(verbosity=2)
