"""What commands print: valid JSON and CSV, tables for 100 columns, colours and progress only on a terminal."""
import csv
import fcntl
import io
import json
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import tempfile
import termios
import unittest

from kenko_runner import BIN, RETAIL_MAPPING, KenkoTest, display_width, environment, main
from shop_files import write_days

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def on_terminal(args, cwd, columns=100, streams=("stdout", "stderr"), **env):
    """Runs kenko with the named streams on a terminal; returns what the terminal got."""
    try:
        leader, follower = pty.openpty()
    except OSError as error:
        raise unittest.SkipTest(f"no terminal can be made here: {error}") from error
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    pipes = {name: follower if name in streams else subprocess.DEVNULL for name in ("stdout", "stderr")}
    process = subprocess.Popen([BIN, *args], cwd=cwd, env=environment(**env), stdin=subprocess.DEVNULL, **pipes)
    os.close(follower)
    got = bytearray()
    while True:
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # how Linux says that nobody holds the other end any more
            break
        if not chunk:
            break
        got += chunk
    process.wait()
    os.close(leader)
    return process.returncode, got.decode("utf-8").replace("\r\n", "\n")


class Output(KenkoTest):
    """A workspace with names of all kinds: wide letters, long ones, formulas, quotes."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="kenko-output-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        maker = cls("test_no_colour_without_a_terminal")
        maker.dir = cls.shared
        maker.workspace("w", "--template", "retail", "--company", "株式会社テスト")
        maker.import_files("w", *write_days(cls.shared / "days", 40, 50, customers=30), mapping=RETAIL_MAPPING)
        names = ["株式会社山田製作所東京本社営業部第二課", "Ångström & Söhne \"Nord\"", "=cmd()|A1", "x" * 70, "a,b;c"]
        maker.write("names.csv", "account,name,valid_from\n" + "".join(
            f'{12000 + n},"{name.replace(chr(34), chr(34) * 2)}",2011-01-01\n' for n, name in enumerate(names)))
        maker.import_files("w", "names.csv")
        last = max(r["last_day"] for r in maker.kenko("-C", "w", "status", "--format", "json").json() if r["last_day"])
        cls.as_of = last

    def setUp(self):
        super().setUp()
        self.w = str(self.shared / "w")

    def commands(self):
        """Every command with --format, and the key that all of its rows have."""
        return [(("score",), "account"), (("accounts", "list"), "account"), (("accounts", "list", "--limit", "0"), "why"),
                (("history", "--to", self.as_of), "day"), (("history", "--metrics"), "day"),
                (("explain", "12001"), "line"), (("explain", "12001", "--since", "2011-01-05"), "line"),
                (("status",), "source"), (("rejects", "list"), "line"),
                (("import", "--dry-run", str(self.shared / "names.csv")), "name")]

    def test_json_is_valid(self):
        for command, _ in self.commands():
            with self.subTest(command=command):
                out = self.kenko("-C", self.w, *command, "--format", "json")
                data = json.loads(out.stdout)
                self.assertTrue(data)
                self.assertEqual(out.stderr, "")
                self.assertTrue(out.stdout.endswith("\n"))

    def test_csv_parses(self):
        for command, key in self.commands():
            with self.subTest(command=command):
                out = self.kenko("-C", self.w, *command, "--format", "csv")
                rows = list(csv.reader(io.StringIO(out.stdout), strict=True))
                header = rows[0]
                self.assertEqual(len(header), len(set(header)))
                if key != "why":
                    self.assertIn(key, header)
                self.assertGreater(len(rows), 1)
                self.assertEqual({len(row) for row in rows}, {len(header)})
                for row in rows[1:]:
                    for cell in row:
                        self.assertFalse(cell.startswith("="), "a spreadsheet would run it")

    def test_json_and_csv_say_the_same(self):
        for command in (("score",), ("accounts", "list", "--limit", "0"), ("history", "--metrics"), ("rejects", "list")):
            as_json = self.kenko("-C", self.w, *command, "--format", "json").json()
            as_csv = self.kenko("-C", self.w, *command, "--format", "csv").csv()
            self.assertEqual(len(as_json), len(as_csv))
            for one, two in zip(as_json, as_csv):
                self.assertEqual(list(one), list(two))
                for name, value in one.items():
                    text = "" if value is None else str(value)
                    self.assertIn(two[name], (text, "'" + text), (command, name))

    def test_tables_fit_into_100_columns(self):
        for command, _ in self.commands():
            with self.subTest(command=command):
                out = self.kenko("-C", self.w, *command).stdout
                # Below a table, lines of text may name paths and events.
                wide = [line for line in out.splitlines() if display_width(line) > 100]
                self.assertEqual(wide, [])
        status, out = on_terminal(["-C", self.w, "accounts", "list"], self.dir, columns=80, NO_COLOR="1")
        self.assertEqual(status, 0)
        self.assertEqual([line for line in out.splitlines() if display_width(line) > 80], [])
        status, out = on_terminal(["-C", self.w, "accounts", "list"], self.dir, columns=300, NO_COLOR="1")
        self.assertLessEqual(max(display_width(line) for line in out.splitlines()), 100)

    def test_columns_stand_below_each_other(self):
        """Wide letters count as two: the score begins in the same terminal column in every row."""
        lines = self.kenko("-C", self.w, "accounts", "list", "--limit", "0").stdout.splitlines()
        header = next(line for line in lines if line.startswith("account"))
        end = display_width(header[:header.index("score") + len("score")])
        body = lines[lines.index(header) + 1:]
        self.assertTrue(any("株式会社" in line for line in body))
        rows = [line for line in body[:body.index("") if "" in body else None] if not line.startswith("    ")]
        self.assertGreater(len(rows), 3)  # the sentences below the rows are left out
        for line in rows:
            width, cut = 0, ""
            for letter in line:
                if width >= end:
                    break
                cut += letter
                width = display_width(cut)
            self.assertRegex(cut, r"(\d\.\d\d|–)$", line)

    def test_out_writes_the_file(self):
        for command, _ in self.commands():
            for form in ("table", "csv", "json"):
                if command[0] == "status":
                    continue
                with self.subTest(command=command, form=form):
                    plain = self.kenko("-C", self.w, *command, "--format", form).stdout
                    out = self.kenko("-C", self.w, *command, "--format", form, "--out", "answer.txt")
                    self.assertEqual(out.stdout, "")
                    self.assertEqual(out.stderr, "wrote answer.txt\n")
                    self.assertEqual((self.dir / "answer.txt").read_text(encoding="utf-8"), plain)
        self.assertEqual([p.name for p in self.dir.iterdir()], ["answer.txt"])
        out = self.kenko("-C", self.w, "score", "--out", "no/such/folder.csv", status=1)
        self.assertRegex(out.stderr, r"no/such/folder.csv\S*: error: .*\[")

    def test_history_as_parquet(self):
        self.kenko("-C", self.w, "history", "--from", "2011-01-01", "--out", "h.parquet")
        content = (self.dir / "h.parquet").read_bytes()
        self.assertEqual((content[:4], content[-4:]), (b"PAR1", b"PAR1"))

    def test_no_colour_without_a_terminal(self):
        for command, _ in self.commands():
            out = self.kenko("-C", self.w, *command)
            self.assertNotIn("\x1b", out.stdout + out.stderr)

    def test_colours_on_a_terminal(self):
        for command in (["accounts", "list"], ["score"], ["explain", "12001"]):
            status, out = on_terminal(["-C", self.w, *command], self.dir)
            self.assertEqual(status, 0)
            self.assertIn("\x1b[", out)
            status, plain = on_terminal(["-C", self.w, *command], self.dir, NO_COLOR="1")
            self.assertEqual(status, 0)
            self.assertNotIn("\x1b[", plain)
            self.assertEqual(ESCAPE.sub("", out), plain)
            self.assertEqual(plain, self.kenko("-C", self.w, *command).stdout)

    def test_progress_only_on_a_terminal(self):
        self.workspace("v")
        days = write_days(self.dir / "days", 3, 50)
        args = ["-C", "v", "import", "--mapping", RETAIL_MAPPING, *map(str, days)]
        self.assertEqual(self.kenko(*args).stderr, "")
        status, shown = on_terminal(args, self.dir, streams=("stderr",))
        self.assertEqual(status, 0)
        self.assertIn("3 of 3 files", shown)
        self.assertIn("█", shown)
        self.assertTrue(shown.endswith("\x1b[K"), "the bar goes away")
        last = shown.rstrip("\n").split("\r")[-1]
        self.assertEqual(ESCAPE.sub("", last), "")

    def test_problems_go_to_standard_error(self):
        out = self.kenko("-C", self.w, "import", "nowhere.csv", status=1)
        self.assertEqual(out.stdout, "")
        out = self.kenko("-C", self.w, "explain", "nobody", "--format", "json", status=1)
        self.assertEqual(out.stdout, "")

    def test_a_reader_that_stops(self):
        """`kenko ... | head -1` ends quietly."""
        out = subprocess.run(f'"{BIN}" -C "{self.w}" history --from 2011-01-01 --metrics --format csv | head -1',
                             shell=True, env=environment(), capture_output=True, check=True)
        self.assertTrue(out.stdout.startswith(b"account,day,"))
        self.assertEqual(out.stderr, b"")


if __name__ == "__main__":
    main()
