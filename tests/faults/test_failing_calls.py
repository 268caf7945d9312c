"""Every call that fails gives an error or success, never a wrong state; afterwards the command works."""
import os

from fault_runner import LONG, FaultTest, Wrong, error_code, main, sample
from scenarios import make_some

KINDS = ("open", "write", "truncate", "sync", "rename", "unlink", "mkdir", "close", "link", "allocate")
PARTS = {"none": lambda size: 0, "one": lambda size: 1, "sector": lambda size: 512, "page": lambda size: 4096,
         "half": lambda size: size // 2, "most": lambda size: size - 1, "all": lambda size: size}
SECONDS = float(os.environ.get("KENKO_SECONDS", 0))  # for each way to fail; 0 = as long as it takes
WAYS = [way for way in os.environ.get("KENKO_WAYS", "").split(",") if way]  # "EIO once,once"; empty = all of a test


def parts(size):
    """Names of those parts of a write that differ."""
    return {min(part(size), size): name for name, part in PARTS.items()}.values() if size else ["none"]


class FailingCalls(FaultTest):
    def break_call(self, recording, number, plan):
        workspace = self.copy(recording.folders[number])
        out = self.run_kenko(workspace, recording.scenario.steps[number], plan=plan, standing=recording.base + number)
        if out.status < 0 or out.status > 2:
            raise Wrong(f"it crashed: {out}")
        if out.status != 0 and not error_code(out):
            raise Wrong(f"no error was reported: {out}")
        try:
            before, end = recording.before[number:number + 2]
            least = end if out.status == 0 else before
            if recording.scenario.steps[number].answers:
                least = max(least, before + out.stdout.count("\n"))
            at = self.check_goes_on(recording, workspace, least, end, far=LONG)
        except Wrong as e:
            raise Wrong(f"{e}\n{out}") from None
        with self.lock:
            outcome = error_code(out) or "success"
            if out.status != 0 and at == end:
                outcome += " after the commit"
                if not recording.scenario.again:
                    print(f"  {recording.scenario.name}, step {number}, {plan}: {outcome}", flush=True)
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.discard(workspace)

    def run_plans(self, what, plans_of, count):
        """`plans_of`: a recording and the number of a step -> plans."""
        rng, self.outcomes = self.seeded(), {}
        points = []
        for scenario, start in make_some(self, rng):
            recording = self.record(scenario, start)
            for number in range(len(scenario.steps)):
                points += [(recording, number, way, plan) for way, plan in plans_of(recording, number)]
        chosen, wrong = sample(rng, points, count), []
        for way in sorted({way for *_, way, _ in chosen if not WAYS or way in WAYS}):  # one way to fail after the other, each for all calls
            jobs = [(f"{r.scenario.name}, step {n}, {plan}", lambda r=r, n=n, plan=plan: self.break_call(r, n, plan))
                    for r, n, its_way, plan in chosen if its_way == way]
            rng.shuffle(jobs)
            possible = sum(its_way == way for *_, its_way, _ in points)
            wrong += self.all_of(jobs, f"{what}, {way}, of {possible}", seconds=SECONDS)
        print(f"  {dict(sorted(self.outcomes.items()))}; {len(self.states_seen)} different workspaces", flush=True)
        self.assert_none(wrong)

    def test_every_call_fails(self):
        self.run_plans("failing calls", lambda recording, number: [
            (f"{error} {how}", f"fail {kind} {n} {error} {how}") for kind in KINDS
            for n in range(1, recording.calls(number)[kind] + 1)
            for error, how in (("EIO", "once"), ("EIO", "on"), ("EACCES", "once"))], 45)

    def test_the_disk_is_full_after_a_part_of_a_write(self):
        self.run_plans("shortened writes", lambda recording, number: [
            (how, f"fail space {n} ENOSPC {how} {part}") for n, size in enumerate(recording.rooms(number), 1)
            for part in parts(size) for how in ("once", "on")], 30)


if __name__ == "__main__":
    main()
