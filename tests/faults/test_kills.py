"""kill -9 at every call, in the middle of writes, and at random instants: all of a command or nothing of it."""
import signal

from fault_runner import LONG, FaultTest, Wrong, main
from scenarios import make_some


class Kill(FaultTest):
    KILLS = 500 if LONG else 50

    def kill(self, recording, number, plan="", after=None):
        """Kills one step, by a plan or after some seconds; false when it was quicker."""
        workspace, step = self.copy(recording.folders[number]), recording.scenario.steps[number]
        out = self.run_kenko(workspace, step, plan=plan, kill_after=after, watched=bool(plan),
                             standing=recording.base + number)
        killed = out.status == -signal.SIGKILL
        if not killed and out.status != 0:
            raise Wrong(f"neither killed nor done: {out}")
        before, end = recording.before[number:number + 2]
        least = before + step.answered(out.stdout.encode()) if killed else end
        self.check_goes_on(recording, workspace, least, end, far=LONG)
        self.discard(workspace)
        return killed

    def test_at_every_call(self):
        """At calls drawn from all of them; in the long form at more."""
        rng = self.seeded()
        recordings = [self.record(scenario, start) for scenario, start in make_some(self, rng)]
        points = []
        for recording in recordings:
            for number in range(len(recording.scenario.steps)):
                calls = recording.calls(number)
                points += [(recording, number, f"kill any {n}") for n in range(1, calls["any"] + 1)]
                points += [(recording, number, f"kill write {n} {part}") for n in range(1, calls["write"] + 1)
                           for part in ("one", "sector", "half", "most", "all")]
        chosen = rng.sample(points, min(len(points), self.KILLS))
        jobs = [(f"{r.scenario.name}, step {n}, {plan}", lambda r=r, n=n, plan=plan: self.kill(r, n, plan))
                for r, n, plan in chosen]
        self.assert_none(self.all_of(jobs, f"kills, of {len(points)} possible ones"))

    def test_at_any_instant(self):
        """Without the library: the program as it is, killed by the clock."""
        rng = self.seeded()
        recordings = [self.record(scenario, start) for scenario, start in make_some(self, rng)]
        killed = [0]

        def one(recording, number, seconds):
            killed[0] += self.kill(recording, number, after=seconds)

        jobs = []
        for _ in range(self.KILLS // 5):
            recording = rng.choice(recordings)
            number, seconds = rng.randrange(len(recording.scenario.steps)), 0.02 + 0.1 * rng.random()
            jobs.append((f"{recording.scenario.name}, step {number}, after {seconds:.3f} s",
                         lambda r=recording, n=number, s=seconds: one(r, n, s)))
        wrong = self.all_of(jobs, "instants")
        print(f"{killed[0]} were killed", flush=True)
        self.assert_none(wrong)


if __name__ == "__main__":
    main()
