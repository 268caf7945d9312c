"""Backup, restore and doctor from outside: while others write, and killed."""
import json
import os
import shutil
import signal
import subprocess
import threading
import time

from kenko_runner import BIN, LONG, RETAIL_MAPPING, KenkoTest, environment, main
from shop_files import write_days


class Backup(KenkoTest):
    def filled(self, days=3, rows=400):
        self.workspace()
        self.days = write_days(self.dir / "days", days, rows, customers=40)
        self.import_files("w", self.days[0], mapping=RETAIL_MAPPING)
        return "w"

    def contents(self, folder):
        """Every file that counts, with its bytes."""
        root = self.dir / folder
        passing = ("-wal", "-shm", "write.lock")
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*")
                if p.is_file() and not p.name.endswith(passing) and "cache" not in p.parts}

    def test_there_and_back(self):
        self.filled()
        digest = self.digest()
        out = self.kenko("-C", "w", "backup", "b1")
        self.assertIn("shared with the workspace by hard links", out.stdout)
        row = self.kenko("-C", "w", "backup", "b2", "--copy", "--format", "json").json()[0]
        self.assertEqual(row["linked_bytes"], 0)
        self.assertEqual(self.kenko("restore", "b1", "r1").stdout.count("every file is what was backed up"), 1)
        self.kenko("restore", "b2", "r2", "--copy")
        for copy in ("b1", "b2", "r1", "r2"):
            self.assertEqual(self.digest(copy), digest)
            self.kenko("-C", copy, "doctor")
        self.assertNotIn("BACKUP", os.listdir(self.dir / "r1"))
        self.assertIn("[is-a-backup]", self.kenko("-C", "b1", "log", "12000", "login", status=1).stderr)
        self.import_files("r1", *self.days, mapping=RETAIL_MAPPING)
        self.assertEqual(self.digest("b1"), digest)
        self.assertEqual(self.digest("w"), digest)
        shutil.rmtree(self.dir / "w")
        self.kenko("restore", "b1")
        self.assertEqual(self.digest("w"), digest, "without a folder it comes back to where it was")

    def test_while_an_import_runs(self):
        self.filled(days=10, rows=3000 if LONG else 800)
        digests = {self.digest()}
        done = threading.Event()

        def importing():
            for day in self.days[1:]:
                self.import_files("w", day, mapping=RETAIL_MAPPING)
                digests.add(self.digest())
            done.set()

        thread = threading.Thread(target=importing)
        thread.start()
        backups = []
        while not done.is_set() or not backups:
            name = f"b{len(backups)}"
            self.kenko("-C", "w", "backup", name)
            backups.append(name)
        thread.join()
        for name in backups:
            self.assertIn(self.digest(name), digests, "a backup is one of the states that there were")
            self.kenko("-C", name, "doctor", "--quick")
            self.kenko("restore", name, f"r-{name}")
            self.import_files(f"r-{name}", *self.days, mapping=RETAIL_MAPPING)
            self.assertEqual(self.digest(f"r-{name}"), self.digest())
        self.kenko("-C", "w", "doctor")

    def test_while_facts_arrive_one_by_one(self):
        """Sealed on the way or not: a backup has what was acknowledged before it, and no gap."""
        self.workspace()
        lines = [json.dumps({"event_id": f"e{n}", "name": "login", "account": f"a{n % 7}", "value": n,
                             "occurred_at": f"2026-06-{n % 28 + 1:02d}T10:00:00Z"}) for n in range(4000 if LONG else 800)]
        process = subprocess.Popen([BIN, "-C", "w", "append", "--group", "5", "--seal-after", "150"], cwd=self.dir,
                                   env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        acknowledged = []

        def reading():
            for line in process.stdout:
                acknowledged.append(json.loads(line)["status"])

        def writing():
            for line in lines:
                process.stdin.write(line + "\n")
                process.stdin.flush()
                time.sleep(0.002)
            process.stdin.close()

        threads = [threading.Thread(target=reading), threading.Thread(target=writing)]
        for thread in threads:
            thread.start()
        taken = []
        while process.poll() is None or not taken:
            before = len(acknowledged)
            name = f"b{len(taken)}"
            self.kenko("-C", "w", "backup", name)
            taken.append((name, before))
        for thread in threads:
            thread.join()
        process.stdout.close()
        self.assertEqual(set(acknowledged), {"added"})
        whole = self.digest()
        for name, before in taken:
            with self.subTest(backup=name, acknowledged=before):
                self.kenko("-C", name, "doctor")
                self.kenko("restore", name, f"r-{name}")
                done = subprocess.run([BIN, "-C", f"r-{name}", "append"], cwd=self.dir, env=environment(), check=True,
                                      input="\n".join(lines) + "\n", capture_output=True, text=True)
                statuses = [json.loads(line)["status"] for line in done.stdout.splitlines()]
                there = statuses.count("already")
                self.assertGreaterEqual(there, before)
                self.assertEqual(statuses, ["already"] * there + ["added"] * (len(lines) - there))
                self.assertEqual(self.digest(f"r-{name}"), whole)
                self.kenko("-C", f"r-{name}", "doctor")
        print(f"{len(taken)} backups while {len(lines)} lines were appended", flush=True)

    def test_killed(self):
        self.filled()
        self.import_files("w", *self.days, mapping=RETAIL_MAPPING)
        digest, before = self.digest(), self.contents("w")
        rng = self.seeded()
        begin = time.monotonic()
        self.kenko("-C", "w", "backup", "whole", "--copy")
        seconds = time.monotonic() - begin
        killed = 0
        for i in range(100 if LONG else 15):
            name = f"b{i}"
            process = subprocess.Popen([BIN, "-C", "w", "backup", name, "--copy"], cwd=self.dir, env=environment(),
                                       stdout=subprocess.DEVNULL)
            time.sleep(rng.random() * seconds)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            if (self.dir / name).exists():
                self.kenko("restore", name, f"r{i}")
                self.assertEqual(self.digest(f"r{i}"), digest)
                shutil.rmtree(self.dir / f"r{i}")
                shutil.rmtree(self.dir / name)
            self.kenko("-C", "w", "backup", name)
            self.assertEqual(list(self.dir.glob(f"{name}.*.tmp")), [], "what the killed one left is gone")
            shutil.rmtree(self.dir / name)
            process = subprocess.Popen([BIN, "restore", "whole", f"x{i}", "--copy"], cwd=self.dir, env=environment(),
                                       stdout=subprocess.DEVNULL)
            time.sleep(rng.random() * seconds)
            process.send_signal(signal.SIGKILL)
            process.wait()
            if (self.dir / f"x{i}").exists():
                self.assertEqual(self.digest(f"x{i}"), digest)
            else:
                self.kenko("restore", "whole", f"x{i}")
        print(f"{killed} backups were killed", flush=True)
        self.assertEqual(self.contents("w"), before, "the source is never touched")

    def test_damage_is_named(self):
        self.filled()
        self.kenko("-C", "w", "backup", "b", "--copy")
        segment = self.dir / "b/events/00000001.parquet"
        bytes_ = bytearray(segment.read_bytes())
        bytes_[len(bytes_) // 2] ^= 1
        segment.write_bytes(bytes_)
        (self.dir / "b/kenko.yaml").unlink()
        out = self.kenko("restore", "b", "r", status=1)
        self.assertEqual(out.stderr.count("[backup-damaged]"), 2)
        self.assertFalse((self.dir / "r").exists())
        self.assertIn("[not-a-backup]", self.kenko("restore", "days", "r", status=1).stderr)
        self.assertIn("[target-not-empty]", self.kenko("-C", "w", "backup", "b", status=1).stderr)
        self.assertIn("[backup-inside]", self.kenko("-C", "w", "backup", "w/b", status=1).stderr)

    def test_doctor_as_json(self):
        self.filled()
        rows = self.kenko("-C", "w", "doctor", "--format", "json").json()
        self.assertEqual({row["state"] for row in rows}, {"fine"}, json.dumps(rows, default=str))
        (self.dir / "w/events/00000001.parquet").unlink()
        rows = self.kenko("-C", "w", "doctor", "--format", "json", status=1).json()
        wrong = [row for row in rows if row["severity"] == "wrong"]
        self.assertEqual((wrong[0]["code"], wrong[0]["file"]), ("segment-missing", "events/00000001.parquet"))
        text = self.kenko("-C", "w", "doctor", status=1).stdout
        self.assertIn("skipped", text)
        self.assertEqual([line for line in text.splitlines() if len(line) > 100], [])

    def test_status_says_what_is_where(self):
        self.filled()
        out = self.kenko("-C", "w", "status").stdout
        self.assertRegex(out, r"stored: [\d,]+ event versions in 1 segment, 1 key file\n")
        self.assertRegex(out, r"on disk: [\d.]+ [KM]B: events [\d.]+ KB")
        self.assertIn("no day closed yet", out)


if __name__ == "__main__":
    main()
