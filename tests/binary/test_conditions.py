"""What the disk and other people do to a workspace: read-only, full, forbidden, foreign, older, newer, two at once.  Each
is said with a code, a place and a hint, and nothing is lost."""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

from kenko_runner import BIN, KenkoTest, main

ROWS = "name,account,at,event_id\nlogin,acme,2026-05-01,1\nlogin,bolt,2026-05-02,2\n"
MODEL = """kenko: 1
model: first
dimensions: {habit: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[28d])', curve: {0: 0, 20: 100}}
bands: {low: {from: 0}, high: {from: 50}}
"""
NOBODY = 65534


def is_root():
    return os.geteuid() == 0


def run(*command):
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


class Mounted:
    """A small file system in memory; needs the right to mount."""

    def __init__(self, path, size):
        self.path = path
        path.mkdir()
        self.there = is_root() and run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path))

    def remount(self, how):
        return run("mount", "-o", f"remount,{how}", str(self.path))

    def leave(self):
        if self.there:
            run("umount", str(self.path))


class Conditions(KenkoTest):
    def filled(self, where="."):
        """A workspace with two events and a model; its folder."""
        folder = pathlib.Path(where) / "w"
        self.kenko("init", folder)
        self.write("a.csv", ROWS)
        (self.dir / folder / "models").mkdir(exist_ok=True)
        (self.dir / folder / "models/first.yaml").write_text(MODEL, encoding="utf-8")
        self.import_files(folder, "a.csv")
        return folder

    def small_disk(self, size):
        disk = Mounted(self.dir / "disk", size)
        self.addCleanup(disk.leave)
        if not disk.there:
            self.skipTest("needs the right to mount a file system")
        return disk

    def fails(self, code, *args, place=None, hint=None, **options):
        """The command fails with this code, in a sentence with a place, and without a crash."""
        out = self.kenko(*args, status=1, **options)
        self.assertIn(f"[{code}]", out.stderr, str(out))
        if place:
            self.assertIn(place, out.stderr, str(out))
        if hint:
            self.assertIn(hint, out.stderr, str(out))
        return out

    def readers_work(self, workspace, digest, scores, **options):
        self.assertEqual(self.kenko("-C", workspace, "status", "--digest", **options).stdout.strip(), digest)
        self.kenko("-C", workspace, "status", **options)
        table = self.kenko("-C", workspace, "score", "--model", "first", "--format", "csv", **options).stdout
        self.assertEqual(table, scores)

    # ---- read-only

    def test_a_disk_mounted_for_reading_only(self):
        disk = self.small_disk("64m")
        w = self.filled("disk")
        digest = self.digest(w)
        scores = self.kenko("-C", w, "score", "--model", "first", "--format", "csv").stdout
        for cache in (True, False):
            with self.subTest(cache=cache):
                if not cache:
                    disk.remount("rw")
                    shutil.rmtree(self.dir / w / "cache")
                self.assertTrue(disk.remount("ro"))
                self.readers_work(w, digest, scores)
                self.fails("read-only", "-C", w, "import", "a.csv", place="write.lock", hint="mount it for writing")
                doctor = self.kenko("-C", w, "doctor", status=0)
                self.assertIn("read-only", doctor.stdout)
                self.kenko("-C", w, "backup", f"backup-{cache}")
                self.assertEqual(self.digest(f"backup-{cache}"), digest)

    def test_a_read_only_disk_with_the_log_of_a_killed_writer(self):
        disk = self.small_disk("64m")
        w = self.filled("disk")
        digest = self.digest(w)
        scores = self.kenko("-C", w, "score", "--model", "first", "--format", "csv").stdout
        folder = self.dir / w
        with sqlite3.connect(folder / "state.db") as held:  # its log stays as long as it is open
            held.execute("INSERT INTO audit(at, action, detail) VALUES (1, 'a', 'b')")
            held.commit()
            for name in ("state.db", "state.db-wal"):
                shutil.copy(folder / name, folder / f"{name}.kept")
        held.close()
        for name in ("state.db", "state.db-wal"):
            os.replace(folder / f"{name}.kept", folder / name)
        (folder / "state.db-shm").unlink(missing_ok=True)
        self.assertTrue(disk.remount("ro"))
        self.readers_work(w, digest, scores)

    def as_nobody(self):
        """How a command runs as somebody who may not write; skips where nobody else can be."""
        if not is_root():
            self.skipTest("needs root, to be somebody else")
        for folder in (self.dir, *self.dir.parents):
            if not os.stat(folder).st_mode & 0o005 == 0o005:
                os.chmod(folder, 0o755) if folder == self.dir else self.skipTest(f"{folder} may not be entered")
        if run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", BIN, "--version"):
            return {"preexec_fn": lambda: (os.setgroups([]), os.setgid(NOBODY), os.setuid(NOBODY))}
        return self.skipTest("nobody may not run the program")

    def test_a_folder_of_somebody_else(self):
        w = self.filled()
        digest = self.digest(w)
        scores = self.kenko("-C", w, "score", "--model", "first", "--format", "csv").stdout
        nobody = self.as_nobody()
        for leftover in ("state.db-wal", "state.db-shm"):
            (self.dir / w / leftover).unlink(missing_ok=True)
        self.readers_work(w, digest, scores, **nobody)
        self.fails("no-permission", "-C", w, "import", "a.csv", place="write.lock", hint="who owns", **nobody)
        doctor = self.kenko("-C", w, "doctor", **nobody)
        self.assertIn("this user may read the workspace, not write it", doctor.stdout)
        os.chmod(self.dir / w / "events/00000001.parquet", 0o600)
        doctor = self.kenko("-C", w, "doctor", status=1, **nobody)
        self.assertIn("[no-permission]", doctor.stdout)

    def test_a_folder_that_was_frozen(self):
        w = self.filled()
        digest = self.digest(w)
        scores = self.kenko("-C", w, "score", "--model", "first", "--format", "csv").stdout
        for leftover in ("state.db-wal", "state.db-shm"):
            (self.dir / w / leftover).unlink(missing_ok=True)
        if not is_root() or not run("chattr", "+i", str(self.dir / w)):
            self.skipTest("chattr +i does not work here")
        try:
            self.readers_work(w, digest, scores)
        finally:
            run("chattr", "-i", str(self.dir / w))

    # ---- full

    def test_a_full_disk(self):
        self.small_disk("40m")
        w = self.filled("disk")
        digest = self.digest(w)
        rows = "".join(f"login,acme,2026-05-{1 + i % 28:02},{i}x{i * 7919}\n" for i in range(200_000))
        self.write("large.csv", "name,account,at,event_id\n" + rows)
        stuffing = self.dir / "disk/stuffing"
        free = shutil.disk_usage(self.dir / "disk").free
        for left in (0, 4_096, 100_000, 1_000_000):
            with self.subTest(left=left):
                self.stuff(stuffing, free - left)
                self.fails("disk-full", "-C", w, "import", "large.csv", hint="free some space")
                stuffing.unlink()
                self.assertEqual(self.digest(w), digest, "nothing was half done")
                self.kenko("-C", w, "doctor")
        self.stuff(stuffing, free)
        self.assertEqual(self.digest(w), digest, "reading needs no space")
        self.fails("disk-full", "-C", w, "backup", "disk/backup", "--copy", hint="free some space")
        self.assertEqual([p.name for p in (self.dir / "disk").iterdir() if "backup" in p.name], [], "no half of a backup")
        self.fails("disk-full", "-C", w, "log", "acme", "login")
        doctor = self.kenko("-C", w, "doctor")
        self.assertIn("[little-space]", doctor.stdout)
        stuffing.unlink()
        self.assertEqual(self.digest(w), digest)
        self.import_files(w, "large.csv")
        self.assertNotEqual(self.digest(w), digest)

    @staticmethod
    def stuff(path, size):
        """A file of this size, or as much as there is room for."""
        with open(path, "wb", buffering=0) as file:
            try:
                while size > 0:
                    size -= file.write(b"x" * min(size, 65_536))
            except OSError:
                pass

    # ---- two at once

    def test_two_writers(self):
        w = self.filled()
        hold = ("import fcntl, sys, time; f = open(sys.argv[1], 'a+'); fcntl.flock(f, fcntl.LOCK_EX); f.truncate(0);"
                "f.write('4711\\n'); f.flush(); print('held', flush=True); time.sleep(60)")
        with subprocess.Popen([sys.executable, "-c", hold, str(self.dir / w / "write.lock")],
                              stdout=subprocess.PIPE) as other:
            try:
                self.assertEqual(other.stdout.readline(), b"held\n")
                for command in (("import", "a.csv"), ("log", "acme", "login"), ("doctor", "--fix")):
                    self.fails("workspace-locked", "-C", w, *command, place="pid 4711", hint="reading is possible")
                self.kenko("-C", w, "doctor")
                self.kenko("-C", w, "backup", "meanwhile")
                self.digest(w)
            finally:
                other.kill()
        self.import_files(w, "a.csv")

    # ---- formats and foreign files

    def change_state(self, workspace, sql):
        with sqlite3.connect(self.dir / workspace / "state.db") as state:
            state.executescript(sql)
        state.close()

    def test_another_format(self):
        w = self.filled()
        for number, code, words in ((99, "workspace-newer", "use a newer Kenko"), (3, "workspace-older", "import")):
            self.change_state(w, f"PRAGMA user_version = {number}")
            before = (self.dir / w / "state.db").read_bytes()
            for command in (("import", "a.csv"), ("status",), ("score", "--model", "first"), ("log", "acme", "login")):
                self.fails(code, "-C", w, *command, place="state.db", hint=words)
            out = self.kenko("-C", w, "doctor", status=1)
            self.assertIn(f"[{code}]", out.stdout)
            self.assertEqual((self.dir / w / "state.db").read_bytes(), before, "it stays as it was")

    def test_a_foreign_state(self):
        self.kenko("init", "w")
        self.write("a.csv", ROWS)
        for suffix in ("", "-wal", "-shm"):
            (self.dir / f"w/state.db{suffix}").unlink(missing_ok=True)
        foreign = sqlite3.connect(self.dir / "w/state.db")
        foreign.execute("CREATE TABLE mine(a)")
        foreign.close()
        before = (self.dir / "w/state.db").read_bytes()
        self.fails("state-foreign", "-C", "w", "import", "a.csv", place="state.db", hint="move it")
        self.fails("state-foreign", "-C", "w", "status", place="state.db")
        self.assertEqual((self.dir / "w/state.db").read_bytes(), before)
        self.write("w/state.db", "just some text, nothing else, and long enough to be looked at" * 30)
        self.fails("state-foreign", "-C", "w", "status", place="state.db")

    def test_folders_and_files_in_each_others_place(self):
        self.write("a.csv", ROWS)
        for name in ("state.db", "write.lock"):
            with self.subTest(folder=name):
                w = f"w-{name}"
                self.kenko("init", w)
                for suffix in ("", "-wal", "-shm"):
                    (self.dir / w / (name + suffix)).unlink(missing_ok=True)
                (self.dir / w / name).mkdir()
                self.fails("not-a-file", "-C", w, "import", "a.csv", place=name, hint="move it away")
        for name in ("events",):
            with self.subTest(file=name):
                w = f"w-{name}"
                self.kenko("init", w)
                self.write(f"{w}/{name}", "a file")
                self.fails("not-a-folder", "-C", w, "import", "a.csv", place=name, hint="move it away")
                self.assertEqual((self.dir / w / name).read_text(encoding="utf-8"), "a file")
        self.kenko("init", "w-yaml")
        (self.dir / "w-yaml/kenko.yaml").unlink()
        (self.dir / "w-yaml/kenko.yaml").mkdir()
        self.fails("no-workspace", "-C", "w-yaml", "status")

    def test_foreign_files_stay(self):
        w = self.filled()
        mine = {"events/foo.txt": "a", "events/00000001.txt": "b", "intake/notes.md": "c", "scores/readme": "d",
                "notes.tmp": "e", "models/old.bak": "f"}
        for name, text in mine.items():
            self.write(f"{w}/{name}", text)
        self.write("b.csv", ROWS + "login,acme,2026-05-03,3\n")
        self.import_files(w, "b.csv")
        self.kenko("-C", w, "doctor", "--fix")
        self.kenko("-C", w, "backup", "backup")
        for name, text in mine.items():
            self.assertEqual((self.dir / w / name).read_text(encoding="utf-8"), text)
            self.assertEqual((self.dir / "backup" / name).read_text(encoding="utf-8"), text)
        out = self.kenko("-C", w, "doctor").stdout
        self.assertEqual(out.count("[foreign-file]"), 4, out)

    def test_a_missing_segment(self):
        w = self.filled()
        (self.dir / w / "events/00000001.parquet").unlink()
        shutil.rmtree(self.dir / w / "cache", ignore_errors=True)
        self.fails("segment-missing", "-C", w, "score", "--model", "first", place="00000001.parquet", hint="backup")
        out = self.kenko("-C", w, "doctor", status=1)
        self.assertIn("[segment-missing]", out.stdout)
        for line in out.stdout.splitlines():
            self.assertLessEqual(len(line), 100, line)


if __name__ == "__main__":
    main()
