"""kill -9 at any instant of an import: the workspace stays usable, and the same import again ends in the same state."""
import json
import pathlib
import shutil
import signal
import subprocess
import time

from kenko_runner import BIN, LONG, RETAIL_DIR, RETAIL_MAPPING, KenkoTest, environment, main
from shop_files import write_days

EXPECTED = {"kenko.yaml", "state.db", "events", "models", "mappings", "cache", "write.lock", ".gitignore", "state.db-wal",
            "state.db-shm"}
MODEL = """kenko: 1
model: first
dimensions: {habit: {weight: 1}}
metrics:
  orders: {dimension: habit, value: 'count(purchase[28d])', curve: {0: 0, 20: 100}}
  spend: {dimension: habit, value: 'sum(purchase[28d], value)', curve: {0: 0, 4000: 100}}
bands: {low: {from: 0}, high: {from: 50}}
"""


class Kill(KenkoTest):
    def start(self, workspace, files, mapping):
        command = [BIN, "-C", workspace, "import", "--mapping", mapping, *map(str, files)]
        return subprocess.Popen(command, cwd=self.dir, env=environment(), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def kill_in(self, seconds, workspace, files, mapping):
        """True when the import was still running."""
        process = self.start(workspace, files, mapping)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        return process.returncode == -signal.SIGKILL

    def uninterrupted(self, steps):
        """A copy of the workspace before each step, the digests before, between and after, the seconds of each."""
        self.workspace("calm")
        digests, seconds = [self.digest("calm")], []
        for number, (files, mapping) in enumerate(steps):
            shutil.copytree(self.dir / "calm", self.dir / f"before{number}")
            begin = time.monotonic()
            self.import_files("calm", *files, mapping=mapping)
            seconds.append(time.monotonic() - begin)
            digests.append(self.digest("calm"))
        return digests, seconds

    def run_kills(self, instants, steps):
        """Each step is (files, mapping).  Kills that many imports, the steps in turn."""
        rng = self.seeded()
        self.write("first.yaml", MODEL)
        digests, seconds = self.uninterrupted(steps)
        scores = self.kenko("-C", "calm", "score", "--model", "first.yaml", "--format", "csv").stdout
        attempts = killed = 0
        while killed < instants and attempts < 4 * instants:
            step = killed % len(steps)
            files, mapping = steps[step]
            # The end, where things are written, is as likely as all the rest.
            share = rng.random() if rng.random() < 0.5 else 0.6 + 0.4 * rng.random()
            name = f"w{attempts}"
            attempts += 1
            shutil.copytree(self.dir / f"before{step}", self.dir / name)
            if not self.kill_in(share * seconds[step], name, files, mapping):
                seconds[step] *= 0.8 + 0.2 * share  # the machine has become quicker
                shutil.rmtree(self.dir / name)
                continue
            killed += 1
            with self.subTest(step=step, seconds=share * seconds[step]):
                self.assertIn(self.digest(name), digests[step:step + 2], "all of the import or nothing")
                self.kenko("-C", name, "status")
                for later in range(step, len(steps)):
                    self.import_files(name, *steps[later][0], mapping=steps[later][1])
                    self.assertEqual(self.digest(name), digests[later + 1])
                self.check_no_leftovers(name)
                again = self.total(self.import_files(name, *steps[-1][0], mapping=steps[-1][1]))
                self.assertEqual((again["added"], again["corrected"], again["deleted"]), (0, 0, 0))
                table = self.kenko("-C", name, "score", "--model", "first.yaml", "--format", "csv").stdout
                self.assertEqual(table, scores)
            shutil.rmtree(self.dir / name)
        print(f"{killed} of {attempts} imports were killed", flush=True)
        self.assertGreater(killed, instants // 2)

    def check_no_leftovers(self, workspace):
        """What a killed command had begun is gone, or waits under a temporary name that nobody reads."""
        names = {p.name for p in (self.dir / workspace).iterdir()}
        self.assertEqual(names - EXPECTED, set())
        manifest = json.loads((self.dir / workspace / "events/manifest.json").read_text())
        named = {s["events"] for s in manifest["segments"]} | {k["file"] for k in manifest["keys"]}
        events = {p.name for p in (self.dir / workspace / "events").iterdir()}
        self.assertLessEqual(named | {"manifest.json", "views.sql"}, events)
        # What was replaced waits for readers of an older manifest; nothing else is there.
        others = events - named - {"manifest.json", "views.sql"}
        self.assertEqual({n for n in others if not n.endswith(".keys") and not n.startswith("versions-")}, set())

    def test_first_and_second_import(self):
        days = write_days(self.dir / "days", 8, 4000 if LONG else 800, customers=60)
        mapping = pathlib.Path(RETAIL_MAPPING).read_text(encoding="utf-8")
        mended = mapping.replace('where: not starts_with(InvoiceNo, "C")', 'where: UnitPrice > 1 and Quantity > 0')
        self.assertNotEqual(mapping, mended)
        self.write("mended.yaml", mended)
        steps = [(days[:5], RETAIL_MAPPING), (days, RETAIL_MAPPING), (days, "mended.yaml")]
        self.run_kills(50 if LONG else 12, steps)

    def test_the_real_shop(self):
        if not LONG or not RETAIL_DIR.is_dir():
            self.skipTest("long form (KENKO_LONG=1), with the daily files of Online Retail")
        self.run_kills(50, [(sorted(RETAIL_DIR.glob("*.csv")), RETAIL_MAPPING)])


if __name__ == "__main__":
    main()
