"""The library and the simulator themselves: what they see, break and forget."""
import errno
import os
import random
import signal
import subprocess
import sys

from fault_runner import LIBRARY, FaultTest, main
from power_cut import Disk, unseen
from recording import INJECTED, Kind, read_log, scan

SCRIPT = """
import os
os.mkdir('f')
a = os.open('f/a', os.O_WRONLY | os.O_CREAT, 0o644)
os.write(a, b'x' * 1000)
os.pwrite(a, b'y' * 10, 5)
os.writev(a, [b'1', b'23'])
os.ftruncate(a, 1002)
os.fsync(a)
os.close(a)
d = os.open('f', os.O_RDONLY)
os.fsync(d)
os.rename('f/a', 'f/b')
os.link('f/b', 'c')
os.write(1, b'done')
s, t = os.open('f/b', os.O_RDONLY), os.open('e', os.O_WRONLY | os.O_CREAT, 0o644)
os.copy_file_range(s, t, 100, 600)
os.sendfile(t, s, 0, 300)
os.posix_fallocate(t, 0, 2000)
os.open('e', os.O_WRONLY | os.O_TRUNC)
os.unlink('c')
"""


class Library(FaultTest):
    def run_script(self, script=SCRIPT, **env):
        name = self.new_name()
        (self.dir / name).mkdir()
        env = {"LD_PRELOAD": LIBRARY, "KENKO_FAULTS_ROOT": os.path.realpath(self.dir / name),
               "KENKO_FAULTS_LOG": str(self.dir / (name + ".log")), "PATH": os.environ["PATH"], **env}
        self.done = subprocess.run([sys.executable, "-S", "-c", script], cwd=self.dir / name, env=env, check=False,
                                   capture_output=True)
        return name, [r for r in read_log(self.dir / (name + ".log")) if r.kind != Kind.CLOSE]

    def test_sees_every_call(self):
        name, records = self.run_script()
        self.assertEqual(self.done.returncode, 0, self.done.stderr.decode())
        self.assertEqual([r.kind.name.lower() for r in records],
                         ["mkdir", "open", "write", "write", "write", "truncate", "sync", "open", "sync", "rename",
                          "link", "said", "open", "open", "write", "write", "allocate", "open", "unlink"])
        disk = Disk({}, records)
        self.assertEqual(unseen(disk, self.dir / name, scan(self.dir / name)), [])
        before = disk.after(len(records) - 3)
        self.assertEqual((len(before["e"]), before["e"][:200]), (2000, before["f/b"][600:700] + before["f/b"][:100]))

    def test_says_when_it_did_not_see(self):
        for script in ("import mmap, os; f = os.open('a', os.O_RDWR | os.O_CREAT); os.ftruncate(f, 5); "
                       "mmap.mmap(f, 5)[0] = 1",):
            name, records = self.run_script(script)
            self.assertIn(Kind.MAP, [r.kind for r in records])
        name, records = self.run_script("import ctypes; f = ctypes.CDLL(None); f.fopen.restype = ctypes.c_void_p; "
                                        "s = ctypes.c_void_p(f.fopen(b'a', b'w')); f.fputs(b'x', s); f.fclose(s)")
        self.assertEqual(unseen(Disk({}, records), self.dir / name, scan(self.dir / name)), ["a"])

    def test_breaks_the_call_that_it_is_told_to(self):
        for kind, number, error in (("write", 2, "ENOSPC"), ("sync", 1, "EIO"), ("rename", 1, "EACCES"),
                                    ("mkdir", 1, "EIO"), ("truncate", 1, "EIO"), ("link", 1, "EIO"),
                                    ("unlink", 1, "EIO"), ("open", 3, "EACCES"), ("any", 4, "EIO")):
            _, records = self.run_script(KENKO_FAULTS_PLAN=f"fail {kind} {number} {error} once")
            self.assertEqual(self.done.returncode, 1, kind)
            self.assertIn(f"[Errno {getattr(errno, error)}]", self.done.stderr.decode())
            broken = [r for r in records if r.flags & INJECTED]
            self.assertEqual([b.error for b in broken], [getattr(errno, error)])
            of_kind = [r for r in records if kind in ("any", r.kind.name.lower()) and r.kind != Kind.SAID]
            self.assertEqual(of_kind.index(broken[0]), number - 1)

    def test_parts_of_a_write(self):
        script = "import os; f = os.open('a', os.O_WRONLY | os.O_CREAT); n = os.write(f, b'z' * 5000); " \
                 "os.write(1, b'%d' % n); os.write(f, b'z')"
        for part, size in (("one", 1), ("sector", 512), ("page", 4096), ("half", 2500), ("most", 4999), ("all", 5000)):
            name, _ = self.run_script(script, KENKO_FAULTS_PLAN=f"fail write 1 ENOSPC once {part}")
            self.assertEqual((int(self.done.stdout), self.done.returncode), (size, 1), part)
            name, _ = self.run_script(script, KENKO_FAULTS_PLAN=f"kill write 1 {part}")
            self.assertEqual(self.done.returncode, -signal.SIGKILL)
            self.assertEqual((self.dir / name / "a").stat().st_size, size)

    def test_refuses_what_it_cannot_read(self):
        for plan in ("fail", "fail write 0 EIO once", "fail write 1 EPERM once", "fail writing 1 EIO once",
                     "stop any 1"):
            self.run_script(KENKO_FAULTS_PLAN=plan)
            self.assertEqual(self.done.returncode, -signal.SIGABRT, plan)

    def test_what_is_flushed_is_there_and_nothing_else_is_sure(self):
        _, records = self.run_script()
        disk = Disk({}, records)
        whole = disk.after(len(records) - 1)
        second_sync = [i for i, r in enumerate(records) if r.kind == Kind.SYNC][1]
        names, sizes = set(), set()
        for seed in range(300):
            image = disk.after(second_sync + 2, random.Random(seed))
            if "f" in image:  # its own name was not flushed
                kept = {n for n in ("f/a", "f/b") if n in image}
                self.assertEqual(len(kept), 1, "renamed or not")
                self.assertEqual(image[kept.pop()], whole["f/b"])
            names.add(tuple(sorted(image)))
            sizes.add(len(disk.after(2, random.Random(seed)).get("f/a", b"")))  # the first write has just ended
        self.assertIn((), names)
        self.assertLessEqual({("c", "f", "f/b"), ("f", "f/a"), ("f", "f/b"), ("c",)}, names)
        self.assertEqual(sizes, {0, 512, 1000})

    def test_nothing_is_flushed_when_told_so(self):
        _, records = self.run_script(KENKO_FAULTS_NO_SYNC="file,folder")
        self.assertNotIn(Kind.SYNC, [r.kind for r in records])
        _, records = self.run_script(KENKO_FAULTS_NO_SYNC="file")
        self.assertEqual([r.path for r in records if r.kind == Kind.SYNC], ["f"])


if __name__ == "__main__":
    main()
