"""A backup under kills, failing calls and power cuts is whole or not there, and the workspace does not notice."""
import shutil

from fault_runner import LONG, FaultTest, Step, Wrong, error_code, main
from power_cut import Disk, instants, put, unseen
from recording import CALLS, Kind, add_mark, read_log, scan
from scenarios import append_step, lines, make_all


class Backup(FaultTest):
    def setUp(self):
        """A folder `box` with the workspace `w`; the backup is made beside it."""
        super().setUp()
        (self.scenario, full), = make_all(self, "append")
        shutil.copytree(full, self.dir / "box/w")
        step = append_step(lines(25, 37), "--seal-after", "7")
        self.good("box/w", *step.args, stdin=step.stdin)
        self.wanted = self.state("box/w", self.scenario)

    def run_backup(self, box, **options):
        step = Step(("backup", str(self.dir / box / "copy")))
        return self.run_kenko(f"{box}/w", step, root=box, **options)

    def check(self, box, must):
        """The backup, when there is one, is what the workspace was; the workspace still is, and can be backed up."""
        where = self.dir / box
        if must and not (where / "copy").exists():
            raise Wrong("the backup was acknowledged and is gone")
        if (where / "copy").exists():
            self.good(".", "restore", f"{box}/copy", f"{box}/restored")
            if self.state(f"{box}/restored", self.scenario) != self.wanted:
                raise Wrong("the backup holds another state")
            shutil.rmtree(where / "copy")
        if self.state(f"{box}/w", self.scenario) != self.wanted:
            raise Wrong("the workspace has changed")
        self.good(f"{box}/w", "backup", where / "copy")
        left = [p.name for p in where.iterdir() if p.name.endswith(".tmp")]
        if left:
            raise Wrong(f"left behind: {left}")
        self.discard(box)

    def break_it(self, plan):
        box = self.copy(self.dir / "box")
        out = self.run_backup(box, plan=plan)
        if out.status > 0 and not error_code(out):
            raise Wrong(f"no error was reported: {out}")
        if out.status < 0 and not plan.startswith("kill"):
            raise Wrong(f"it crashed: {out}")
        self.check(box, out.status == 0)

    def recorded(self):
        box, log = self.copy(self.dir / "box"), self.dir / self.new_name("log")
        start = scan(self.dir / box)
        add_mark(log, "begin 0")
        out = self.run_backup(box, log=log)
        self.assertEqual(out.status, 0, str(out))
        add_mark(log, "done 0")
        disk = Disk(start, read_log(log))
        self.assertEqual(unseen(disk, self.dir / box, scan(self.dir / box)), [])
        return disk

    def test_broken_calls(self):
        rng = self.seeded()
        calls = sum(r.kind in CALLS for r in self.recorded().records)
        plans = [p for n in range(1, calls + 1) for p in (f"kill any {n} half", f"fail any {n} EIO once",
                                                         f"fail any {n} ENOSPC on half")]
        chosen = plans if LONG else rng.sample(plans, 12)
        self.assert_none(self.all_of([(p, lambda p=p: self.break_it(p)) for p in chosen], f"plans of {len(plans)}"))

    def cut(self, disk, at, fate):
        box = self.new_name()
        put(disk.after(at, fate), self.dir / box)
        said = any(r.kind in (Kind.SAID, Kind.MARK) and not r.data.startswith(b"begin") for r in disk.records[:at + 1])
        self.check(box, said)

    def test_power_cuts(self):
        rng = self.seeded()
        disk = self.recorded()
        jobs = []
        for at in instants(disk.records, 200 if LONG else 12, rng):
            seed = rng.randrange(10**9)
            jobs.append((f"cut {at} ({disk.records[at]}), fate {seed}",
                         lambda at=at, seed=seed: self.cut(disk, at, type(rng)(seed))))
        self.assert_none(self.all_of(jobs, "power cuts"))


if __name__ == "__main__":
    main()
