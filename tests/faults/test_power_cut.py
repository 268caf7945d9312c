"""The power goes at any instant: what was acknowledged is there, once, and the workspace goes on."""
from fault_runner import LONG, FaultTest, Step, Wrong, main
from power_cut import Disk, instants, put, unseen
from recording import Kind, read_log, scan
from scenarios import make_all, make_some, prepare


class PowerCut(FaultTest):
    CUTS = 2000 if LONG else 200

    def check_cut(self, recording, disk, cut, rng):
        least, most = self.possible(recording, cut)
        workspace = self.new_name()
        put(disk.after(cut, rng), self.dir / workspace)
        self.check_goes_on(recording, workspace, least, most, far=LONG or rng.random() < 0.1)
        self.discard(workspace)

    @staticmethod
    def possible(recording, cut):
        """The states between what had been acknowledged and what had been asked for."""
        begun, least, said = 0, 0, b""
        for r in recording.records[:cut + 1]:
            if r.kind == Kind.MARK and r.data.startswith(b"begin"):
                begun, said = begun + 1, b""
            elif r.kind == Kind.MARK and r.data == b"again":
                said = b""  # what it answers now is about the same lines
            elif r.kind == Kind.MARK:
                least = recording.before[begun]
            elif r.kind == Kind.SAID:
                said += r.data
                answered = recording.scenario.steps[begun - 1].answered(said)
                least = max(least, recording.before[begun - 1] + answered)
        return least, recording.before[begun]

    def cut_jobs(self, recording, count, rng):
        disk = Disk(recording.start, recording.records)
        self.assertEqual(unseen(disk, self.dir, self.final_scan), [], "the library did not see these being written")
        jobs = []
        for cut in instants(recording.records, count, rng):
            seed = rng.randrange(10**9)
            text = f"{recording.scenario.name}, cut {cut} ({recording.records[cut]}), fate {seed}"
            jobs.append((text, lambda cut=cut, seed=seed: self.check_cut(recording, disk, cut, type(rng)(seed))))
        return jobs

    def test_nothing_acknowledged_is_lost(self):
        rng = self.seeded()
        scenarios = make_all(self)
        jobs = []
        for scenario, start in scenarios:
            jobs += self.cut_jobs(self.record(scenario, start), self.CUTS // len(scenarios) + 1, rng)
        self.assert_none(self.all_of(jobs, "power cuts"))

    def test_after_a_kill(self):
        """A command is killed, the next one works, then the power goes: what the killed one had begun is no excuse."""
        rng = self.seeded()
        jobs = []
        for scenario, start in make_some(self, rng):
            calm = self.record(scenario, start)
            for turn in range(40 if LONG else 2):
                number = rng.choice(calm.fragile(0)) if turn % 2 == 0 else rng.randint(1, calm.calls(0)["any"])
                recording = self.record(scenario, start, plans=[f"kill any {number} half"])
                jobs += self.cut_jobs(recording, 20 if LONG else 7, rng)
        self.assert_none(self.all_of(jobs, "power cuts after kills"))

    def check_new(self, disk, cut, rng):
        """A workspace that was being made: it is there and works, or it can be made."""
        box = self.new_name()
        put(disk.after(cut, rng), self.dir / box)
        said = any(r.kind == Kind.SAID for r in disk.records[:cut + 1])
        if not (self.dir / box / "w/kenko.yaml").exists():
            if said:
                raise Wrong("the workspace was acknowledged and is gone")
            self.good(".", "init", f"{box}/w")
        self.good(f"{box}/w", "status")
        self.good(f"{box}/w", "import", "one.csv")
        if "30 events" not in self.good(f"{box}/w", "status"):
            raise Wrong("not all events are there")
        self.good(f"{box}/w", "doctor")
        self.discard(box)

    def test_a_workspace_is_being_made(self):
        rng = self.seeded()
        prepare(self)
        (self.dir / "box").mkdir()
        log = self.dir / "log"
        start = scan(self.dir / "box")
        out = self.run_kenko(".", Step(("init", "box/w")), log=log, root="box")
        self.assertEqual(out.status, 0, str(out))
        disk = Disk(start, read_log(log))
        self.assertEqual(unseen(disk, self.dir / "box", scan(self.dir / "box")), [])
        jobs = []
        for cut in instants(disk.records, 200 if LONG else 12, rng):
            seed = rng.randrange(10**9)
            jobs.append((f"init, cut {cut} ({disk.records[cut]}), fate {seed}",
                         lambda cut=cut, seed=seed: self.check_new(disk, cut, type(rng)(seed))))
        self.assert_none(self.all_of(jobs, "power cuts of init"))

    def check_finds(self, no_sync):
        rng = self.seeded()
        for scenario, start in make_some(self, rng, 2):
            jobs = self.cut_jobs(self.record(scenario, start, no_sync=no_sync), 60, rng)
            wrong = self.all_of(jobs, f"power cuts of {scenario.name} that flushes no {no_sync}", until_wrong=not LONG)
            self.assertTrue(wrong, f"{scenario.name}: nothing was lost although no {no_sync} is ever flushed")

    def test_finds_that_nothing_is_flushed(self):
        self.check_finds("file,folder")

    def test_finds_that_no_file_is_flushed(self):
        self.check_finds("file")


class Model(FaultTest):
    """The simulator itself."""

    def test_without_a_cut_it_is_the_disk(self):
        for scenario, start in make_some(self, self.seeded(), 1):
            recording = self.record(scenario, start)
            disk = Disk(recording.start, recording.records)
            self.assertEqual(unseen(disk, self.dir, self.final_scan), [])


if __name__ == "__main__":
    main()
