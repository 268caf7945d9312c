"""A disk that is really full: a small tmpfs, one page larger at a time, until the command has room."""
import os
import shutil
import subprocess

from fault_runner import LONG, FaultTest, Wrong, error_code, main
from scenarios import make_some

PAGE = 4096


class DiskFull(FaultTest):
    def setUp(self):
        super().setUp()
        self.disk = self.dir / "disk"
        self.disk.mkdir()
        self.room = 0
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "kenko-test", self.disk], capture_output=True,
                              check=False)
        if done.returncode != 0:
            self.skipTest(f"a tmpfs cannot be mounted here: {done.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False)

    def resize(self, pages):
        subprocess.run(["mount", "-o", f"remount,size={pages * PAGE}", self.disk], check=True)

    def used(self):
        stat = os.statvfs(self.disk)
        return stat.f_blocks - stat.f_bfree

    def with_pages(self, recording, number, pages):
        """True when the step had room in that many free pages."""
        self.resize(4096)
        workspace = "disk/w"
        self.discard(workspace)
        shutil.copytree(recording.folders[number], self.dir / workspace)
        self.resize(self.used() + pages)
        out = self.run_kenko(workspace, recording.scenario.steps[number], watched=False)
        if out.status not in (0, 1) or (out.status and not error_code(out)):
            raise Wrong(f"no clear error: {out}")
        self.codes[error_code(out) or "success"] = self.codes.get(error_code(out) or "success", 0) + 1
        if out.status and error_code(out) != "disk-full":
            self.unclear.append(f"{pages} free pages: {out.stderr.strip()}")
        digest = self.run_kenko(workspace, type(recording.scenario.steps[0])(("status", "--digest")), watched=False)
        if digest.status != 0 and not error_code(digest):
            raise Wrong(f"no clear error on reading: {digest}")
        self.resize(4096)
        before, end = recording.before[number:number + 2]
        self.check_goes_on(recording, workspace, end if out.status == 0 else before, end, far=LONG)
        return out.status == 0

    def test_page_by_page(self):
        self.codes, self.unclear, runs = {}, [], 0
        for scenario, start in make_some(self, self.seeded(), 2):
            recording = self.record(scenario, start)
            for number in range(len(scenario.steps) if LONG else 1):
                pages, enough = 0, 0
                while enough < 3:  # a page more can be needed again by what was optional
                    try:
                        enough += self.with_pages(recording, number, pages)
                    except Wrong as e:
                        self.fail(f"{scenario.name}, step {number}, {pages} free pages: {e}")
                    pages, runs = pages + (1 if LONG else 5), runs + 1
                    self.assertLess(pages, 2000, "it never has enough")
        print(f"{runs} disks: {self.codes}", flush=True)
        self.assertEqual(self.unclear, [], "a full disk is reported as one")


if __name__ == "__main__":
    main()
