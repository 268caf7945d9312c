"""Files and folders that are not as they should be: a message with place and remedy, and nothing half imported."""
import gzip
import os
import re
import resource
import signal
import stat
import subprocess
import time
import unittest

from kenko_runner import BIN, LONG, KenkoTest, environment, main

EVENTS = "name,occurred_at,account,value\n" + "".join(
    f"login,2026-01-{1 + n % 28:02d}T10:00:00Z,a{n % 5},{n}\n" for n in range(400))


class FaultyFiles(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.write("good.csv", EVENTS)
        self.import_files("w", "good.csv")
        self.before = self.digest()

    def refused(self, name, code, *words, hint=None):
        """The file is refused with this code, the message says where, and what had been imported is as it was."""
        out = self.kenko("-C", "w", "import", name, status=1)
        first = out.stderr.splitlines()[0]
        self.assertRegex(first, rf"^{re.escape(name)}(:\d+)?(:\d+)?: error: .* \[{code}\]$", str(out))
        for word in words:
            self.assertIn(word, out.stderr)
        if hint is not None:
            self.assertIn("hint: " + hint, out.stderr)
        self.assertEqual(self.digest(), self.before, "nothing of it was imported")
        # A good file beside it is imported all the same, the status says that not all went well.
        rows = self.import_files("w", name, "good.csv", status=1)
        if rows:
            self.assertEqual(rows[-1]["already"], 400)
        self.assertEqual(self.digest(), self.before)

    def test_truncated_gzip(self):
        packed = gzip.compress(EVENTS.replace("2026", "2025").encode())
        self.write("cut.csv.gz", packed[:len(packed) * 2 // 3])
        self.refused("cut.csv.gz", "cut-off", hint="copy or export it again; nothing of it was imported")

    def test_truncated_gzip_of_many_rows(self):
        rows = "".join(f"login,2025-01-{1 + n % 28:02d}T10:00:00Z,b{n % 500},{n}\n" for n in range(150_000))
        packed = gzip.compress(("name,occurred_at,account,value\n" + rows).encode(), compresslevel=1)
        self.write("cut.csv.gz", packed[:-5000])
        self.refused("cut.csv.gz", "cut-off")

    def test_garbled_gzip(self):
        packed = bytearray(gzip.compress(EVENTS.encode()))
        packed[len(packed) // 2] ^= 0xFF
        self.write("broken.csv.gz", bytes(packed))
        out = self.kenko("-C", "w", "import", "broken.csv.gz", status=1)
        self.assertRegex(out.stderr, r"broken.csv.gz(:\d+)?: error: .*\[(broken-archive|cut-off)\]")
        self.assertEqual(self.digest(), self.before)

    def test_empty_file(self):
        self.write("empty.csv", "")
        self.refused("empty.csv", "empty-file", hint="it should start with a header row")

    def test_binary_file(self):
        self.write("photo.csv", bytes(range(256)) * 40)
        out = self.kenko("-C", "w", "import", "photo.csv", status=1)
        self.assertRegex(out.stderr, r"photo.csv:1: error: this is no text: .* \[not-text\]\n")
        self.assertEqual(self.digest(), self.before)

    def test_wrong_encoding(self):
        text = EVENTS.replace("login", "Überprüfung")
        self.write("umlaut.csv", text, encoding="windows-1252")
        self.refused("umlaut.csv", "wrong-encoding", "400 of 400 rows", "windows-1252")
        self.write("latin.yaml", "kenko: 1\nsource: latin\nformat: {encoding: windows-1252}\nrules:\n  rows:\n"
                                 "    event: {column: name}\n    account: account\n    time: occurred_at\n")
        rows = self.import_files("w", "umlaut.csv", mapping="latin.yaml")
        self.assertEqual(rows[0]["added"], 400)
        self.assertIn("Überprüfung", (self.dir / "w/kenko.yaml").read_text(encoding="utf-8"))

    def test_a_few_garbled_rows_are_rejects(self):
        self.write("few.csv", EVENTS.replace("2026", "2024").encode().replace(b"a3,8\n", b"a\xff,8\n"))
        rows = self.import_files("w", "few.csv")
        self.assertEqual((rows[0]["added"], rows[0]["rejected"]), (399, 1))

    def test_missing_file(self):
        out = self.kenko("-C", "w", "import", "nowhere.csv", status=1)
        self.assertIn("nowhere.csv: error: there is no such file or folder [no-files]", out.stderr)

    def test_folders_and_patterns(self):
        (self.dir / "none").mkdir()
        out = self.kenko("-C", "w", "import", "none", status=1)
        self.assertIn("none: error: the folder holds no data files [no-files]\n    hint: data files end in .csv",
                      out.stderr)
        out = self.kenko("-C", "w", "import", "*.nothing", status=1)
        self.assertIn("*.nothing: error: no file matches the pattern [no-files]", out.stderr)
        self.write("some/a.csv", EVENTS.replace("2026", "2025"))
        self.write("some/deeper/b.csv", EVENTS.replace("2026", "2024"))
        self.write("some/notes.md", "no data")
        self.assertEqual(self.import_files("w", "some/*.csv")[0]["added"], 400)
        rows = self.import_files("w", "some")
        self.assertIn("already", rows[0])
        self.assertEqual(rows[0]["already"], 400)

    def test_broken_files_of_other_kinds(self):
        self.write("cut.json", '[{"name": "login", "occurred_at": "2026-01-01", "account": "a"}, {"name":')
        self.refused("cut.json", "cut-off")
        self.write("old.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
        self.refused("old.xls", "old-excel", hint="open it and save it as .xlsx without a password, or as CSV")
        self.write("fake.xlsx", b"PK\x03\x04" + bytes(100))
        self.refused("fake.xlsx", "broken-archive")
        self.write("fake.parquet", b"PAR1" + bytes(100))
        out = self.kenko("-C", "w", "import", "fake.parquet", status=1)
        self.assertIn("hint: is it a Parquet file, and complete?", out.stderr)
        self.write("twice.csv", "name,occurred_at,account,account\nlogin,2026-01-01,a,b\n")
        self.refused("twice.csv", "duplicate-column", "`account`")
        self.write("unknown.csv", "Kunde,Datum\na,2026-01-01\n")
        self.refused("unknown.csv", "no-mapping", "Kunde, Datum", hint="`kenko import --suggest FILE`")

    def test_a_quote_that_never_closes(self):
        self.write("quote.csv", "name,occurred_at,account\nlogin,2026-03-01,\"x\nlogin,2026-03-01,y\nlogin,2026-03-02,z\n")
        rows = self.import_files("w", "quote.csv")
        self.assertEqual((rows[0]["read"], rows[0]["added"], rows[0]["rejected"]), (3, 2, 1))
        listed = self.kenko("-C", "w", "rejects", "list", "--format", "csv").csv()
        self.assertEqual((listed[0]["line"], listed[0]["code"]), ("2", "broken-quote"))

    def long_line(self, megabytes):
        with open(self.dir / "long.csv", "wb") as file:
            file.write(b"name,occurred_at,account,value\nlogin,2026-03-01T10:00:00Z,")
            for _ in range(megabytes):
                file.write(b"x" * 1_000_000)
            file.write(b",1\nlogin,2026-03-01T10:00:00Z,a1,1\n")
        peak = subprocess.run(["/bin/sh", "-c", "ulimit -v 6000000; exec \"$@\"", "sh", BIN, "-C", "w", "import",
                               "long.csv", "--format", "json"], cwd=self.dir, env=environment(), capture_output=True,
                              check=False)
        self.assertEqual(peak.returncode, 0, peak.stderr)
        self.assertEqual(self.kenko("-C", "w", "rejects", "list", "--format", "csv").csv()[0]["code"],
                         "record-too-long")
        rows = self.import_files("w", "long.csv")
        self.assertEqual((rows[0]["read"], rows[0]["already"], rows[0]["rejected"]), (2, 1, 1))
        self.assertLess((self.dir / "w/state.db").stat().st_size, 20_000_000, "the long record is not kept whole")

    def test_line_of_40_megabytes(self):
        self.long_line(40)

    @unittest.skipUnless(LONG, "long form (KENKO_LONG=1)")
    def test_line_of_a_gigabyte(self):
        self.long_line(1000)

    def test_mapping_for_other_columns(self):
        self.write("m.yaml", "kenko: 1\nsource: s\nrules:\n  rows:\n    event: login\n    account: Customer\n"
                             "    time: occurred_at\n")
        out = self.kenko("-C", "w", "import", "--mapping", "m.yaml", "good.csv", status=1)
        self.assertRegex(out.stderr, r"m.yaml:6:\d+: error: .*`Customer`.*\[unknown-column\]")
        self.assertIn("^", out.stderr)
        self.assertEqual(self.digest(), self.before)

    def test_mapping_that_is_wrong(self):
        for text, code in (("kenko: 1\nrules: {r: {event: x, acount: a, time: t}}\n", "unknown-key"),
                           ("kenko: 1\nrules: {r: {event: x, time: t}}\n", "missing-key"),
                           ("kenko: 1\nformat: {delimiter: ';;'}\nrules: {r: {event: x, account: a, time: t}}\n",
                            "bad-format"),
                           ("kenko: 1\ntime: {zone: Europe/Lodnon}\nrules: {r: {event: x, account: a, time: t}}\n",
                            "unknown-zone"),
                           ("kenko: 1\nrules: {r: {event: x, account: a, time: t, where: \"a = \"}}\n", None)):
            with self.subTest(text=text):
                self.write("m.yaml", text)
                out = self.kenko("-C", "w", "import", "--mapping", "m.yaml", "good.csv", status=1)
                self.assertRegex(out.stderr, rf"(?m)^m.yaml:\d+:\d+: error: .*\[{code or '[a-z-]+'}\]$")
                self.assertRegex(out.stderr, r"(?m)^ +\^$", "a caret shows the place")
                self.assertEqual(self.digest(), self.before)


class Folders(KenkoTest):
    def test_two_writers(self):
        self.workspace()
        rows = "".join(f"login,2026-01-{1 + n % 28:02d}T10:00:00Z,a{n % 50},{n}\n" for n in range(120_000))
        self.write("many.csv", "name,occurred_at,account,value\n" + rows)
        self.write("few.csv", EVENTS)
        first = subprocess.Popen([BIN, "-C", "w", "import", "many.csv"], cwd=self.dir, env=environment(),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        lock = self.dir / "w/write.lock"
        while first.poll() is None and lock.read_text() != f"{first.pid}\n":
            time.sleep(0.005)
        refused = self.kenko("-C", "w", "import", "few.csv", status=1)
        # Reading goes on meanwhile.
        self.kenko("-C", "w", "status")
        self.assertEqual(first.wait(), 0, first.stderr.read())
        first.stderr.close()
        self.assertIn(f"another kenko process (pid {first.pid}) is writing to this workspace [workspace-locked]",
                      refused.stderr)
        self.assertIn("write.lock: error:", refused.stderr)
        self.assertIn("hint: wait until it is done", refused.stderr)
        self.assertEqual(self.import_files("w", "few.csv")[0]["rejected"], 0)

    def test_read_only_folder(self):
        self.workspace()
        self.write("good.csv", EVENTS)
        self.import_files("w", "good.csv")
        options = {}
        if os.geteuid() == 0:  # nothing is read-only for root
            options = {"user": 65534, "group": 65534, "extra_groups": []}
            for path in [self.dir, *self.dir.rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)
            try:
                able = subprocess.run([BIN, "--version"], check=False, capture_output=True, **options).returncode == 0
            except PermissionError:  # the checkout lies in a folder that is closed to others
                able = False
            if not able:
                self.skipTest("another user cannot run the program")
        else:
            for path in [*self.dir.rglob("*")]:
                path.chmod(stat.S_IRUSR | (stat.S_IXUSR if path.is_dir() else 0))
            self.addCleanup(lambda: [p.chmod(0o755) for p in [self.dir / "w", *self.dir.rglob("*")]])
        out = self.kenko("-C", "w", "import", "good.csv", status=1, **options)
        self.assertRegex(out.stderr, r"w/write.lock: error: .*\[no-permission\]\n    hint: ")
        out = self.kenko("init", "w/inner", status=1, **options)
        self.assertRegex(out.stderr, r"error: .*\[no-permission\]")
        out = self.kenko("-C", "w", "status", status=None, **options)
        self.assertTrue("400 events" in out.stdout or "[read-only]\n    hint: " in out.stderr, str(out))

    def test_a_disk_that_takes_no_more(self):
        """Files may not grow beyond a limit, as on a full disk: an error, nothing half done, and later it works."""
        self.workspace()
        self.write("good.csv", EVENTS)
        self.import_files("w", "good.csv")
        before = self.digest()
        rows = "".join(f"login,2026-01-{1 + n % 28:02d}T10:00:00Z,c{n % 500},{n * 7919 % 100003}\n" for n in range(30_000))
        self.write("more.csv", "name,occurred_at,account,value\n" + rows)
        for limit in (2_000, 50_000, 300_000):
            def no_room(limit=limit):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            out = self.kenko("-C", "w", "import", "more.csv", status=1, preexec_fn=no_room)
            self.assertEqual(out.stdout, "")
            self.assertRegex(out.stderr, r"error: .*\[[a-z-]+\]")
            self.assertEqual(self.digest(), before)
            self.assertEqual([p.name for p in (self.dir / "w").rglob("*.tmp")], [])
        self.assertEqual(self.import_files("w", "more.csv")[0]["added"], 30_000)

    def test_init_twice(self):
        self.workspace()
        out = self.kenko("init", "w", status=1)
        self.assertIn("there is a workspace here already [workspace-exists]", out.stderr)

    def test_init_with_nonsense(self):
        out = self.kenko("init", "a", "--time-zone", "Europe/Lodnon", status=1)
        self.assertRegex(out.stderr, r"`Europe/Lodnon`.*\[unknown-time-zone\]\n    hint: .*Europe/London")
        out = self.kenko("init", "a", "--currency", "euro", status=1)
        self.assertIn("[bad-currency]", out.stderr)
        out = self.kenko("init", "a", "--template", "retial", status=1)
        self.assertRegex(out.stderr, r"\[unknown-template\]\n    hint: .*retail")
        self.assertFalse((self.dir / "a/kenko.yaml").exists())
        self.write("file", "x")
        self.kenko("init", "file", status=1)

    def test_damaged_state(self):
        self.workspace()
        self.write("good.csv", EVENTS)
        self.import_files("w", "good.csv")
        (self.dir / "w/kenko.yaml").write_text("kenko: 1\ntime_zone: [\n")
        out = self.kenko("-C", "w", "status", status=1)
        self.assertRegex(out.stderr, r"kenko.yaml:\d+:\d+: error: .*\[")


if __name__ == "__main__":
    main()
