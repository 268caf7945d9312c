"""Runs `kenko` under libkenko_faults (KENKO_FAULTS names it), and says what a workspace holds."""
import bisect
import collections
import concurrent.futures
import dataclasses
import difflib
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "binary"))
from kenko_runner import BIN, LONG, SOURCE, KenkoTest, Outcome, environment, main  # noqa: E402, F401

from recording import CALLS, CREATED, SPACE, Kind, add_mark, read_log, scan  # noqa: E402

LIBRARY = os.environ.get("KENKO_FAULTS", str(SOURCE / "build/release/tests/faults/libkenko_faults.so"))
# In memory, where the flushes cost nothing: what they promise is modelled, not measured.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Wrong(Exception):
    """A promise that was broken; the text says how to see it again."""


@dataclasses.dataclass
class Step:
    """One command of a scenario.  `parts`: commands that make, each from the state before the step, the states in which
    the step can be stopped, in their order; one for each line that it answers when `answers`."""
    args: tuple
    stdin: bytes = b""
    parts: tuple = ()
    answers: bool = False

    def answered(self, said):
        """How many of the states lie behind it once it has said this."""
        return said.count(b"\n") if self.answers else len(self.parts) + 1 if said else 0


@dataclasses.dataclass
class Scenario:
    """Commands in a row on a workspace.  `facets`: what makes up its state besides the facts and scores, names of
    methods of FaultTest.  `again`: a command that is repeated changes nothing; where it would (a second entry), who
    gave it looks first whether it is there."""
    name: str
    steps: list
    facets: tuple = ()
    again: bool = True


@dataclasses.dataclass
class Recording:
    scenario: Scenario
    start: dict
    records: list
    states: list  # all that the steps go through, the one before the first step first
    before: list  # of each step, and of the end: its number in `states`
    folders: list  # copies of the workspace before each step, and at the end
    base: int  # microseconds; where the clock stood in the first step, in the next one 1 later

    def calls(self, step):
        """How many calls of each kind a step makes, `any` and `space` included."""
        counts, current = collections.Counter(), -1
        for r in self.records:
            if r.kind == Kind.MARK and r.data.startswith(b"begin"):
                current += 1
            if current == step and r.kind in CALLS:
                counts[r.kind.name.lower()] += 1
                counts["any"] += 1
                counts["space"] += r.kind in SPACE or (r.kind == Kind.OPEN and r.flags & CREATED != 0)
        return counts

    def rooms(self, step):
        """Of each call of a step that needs room on the disk, in their order, the bytes that it writes."""
        sizes, current = [], -1
        for r in self.records:
            if r.kind == Kind.MARK and r.data.startswith(b"begin"):
                current += 1
            if current == step and (r.kind in SPACE or (r.kind == Kind.OPEN and r.flags & CREATED != 0)):
                sizes.append(len(r.data) if r.kind == Kind.WRITE else 0)
        return sizes

    def fragile(self, step):
        """Numbers of the calls of a step before which a name has just changed and nothing is flushed yet."""
        found, current, number = [], -1, 0
        for r in self.records:
            if r.kind == Kind.MARK and r.data.startswith(b"begin"):
                current, number = current + 1, 0
            if current == step and r.kind in CALLS:
                number += 1
                if r.kind in (Kind.MKDIR, Kind.RENAME, Kind.UNLINK) or r.flags & CREATED:
                    found += [number + 1, number + 2]
        return found


class FaultTest(KenkoTest):
    known_states = {}
    states_seen = {}  # (scenario, image of a workspace) -> its state
    ends_well = set()  # (scenario, image, first, last): from there these steps were done, and all was as it has to be

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kenko-faults-", dir=FAST))
        if os.environ.get("KENKO_KEEP"):
            print(f"kept: {self.dir}", flush=True)
        else:
            self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.count, self.lock = 0, threading.Lock()
        self.assertTrue(pathlib.Path(LIBRARY).is_file(), f"{LIBRARY}: build it, or name it in KENKO_FAULTS")

    # Running

    def run_kenko(self, workspace, step, plan="", log=None, no_sync="", watched=True, kill_after=None,
                  root=None, standing=0):
        """Any exit status is an answer.  `root`: what is watched, the workspace unless it is named.  `standing`: the
        clock stands there (microseconds), and the run leaves the same bytes as every other from the same files."""
        env = environment(KENKO_AUTHOR="ann")
        if watched:
            env.update(LD_PRELOAD=LIBRARY, KENKO_FAULTS_ROOT=os.path.realpath(self.dir / (root or workspace)),
                       KENKO_FAULTS_PLAN=plan, KENKO_FAULTS_NO_SYNC=no_sync,
                       KENKO_FAULTS_STANDING=str(standing))
            if log:
                env["KENKO_FAULTS_LOG"] = str(log)
        args = ["-C", str(workspace), *map(str, step.args)]
        with subprocess.Popen([BIN, *args], cwd=self.dir, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            try:
                stdout, stderr = process.communicate(step.stdin, timeout=kill_after or 120)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                stdout, stderr = process.communicate()
        return Outcome(args, process.returncode, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"))

    def good(self, workspace, *args, stdin=b""):
        """The output of a command that has to work."""
        out = self.run_kenko(workspace, Step(args, stdin), watched=False)
        if out.status != 0:
            raise Wrong(f"does not work: {out}")
        return out.stdout

    def new_name(self, prefix="w"):
        with self.lock:
            self.count += 1
            return f"{prefix}{self.count}"

    def copy(self, folder):
        name = self.new_name()
        shutil.copytree(folder, self.dir / name)
        return name

    # What a workspace holds

    def state(self, workspace, scenario):
        """Everything that counts, as texts: equal states are equal."""
        self.check_manifest(workspace)
        parts = [self.good(workspace, "status", "--digest").strip(), self.scores(workspace)]
        return tuple(parts + [getattr(self, facet)(workspace) for facet in scenario.facets])

    def scores(self, workspace):
        """Through the cache, which may be damaged."""
        out = self.run_kenko(workspace, Step(("score", "--model", "first", "--as-of", "2026-02-01", "--format", "csv")),
                             watched=False)
        if out.status != 0 and error_code(out) != "no-facts":
            raise Wrong(f"does not work: {out}")
        return out.stdout

    def entries(self, workspace):
        """What was entered by hand."""
        said = json.loads(self.good(workspace, "log", "--list", "--format", "json") or "[]")
        return "\n".join(f"{e['id']} {e['what']} {e['says']} {e['undoes']} {e['undone_by']}" for e in said)

    def publications(self, workspace):
        said = json.loads(self.good(workspace, "model", "log", "--format", "json") or "[]")
        log = "\n".join(f"{p['number']} {p['model']} {p['rows']} {p['scores_file']}" for p in said)
        return log + "\n" + self.published(workspace)

    def published(self, workspace):
        out = self.run_kenko(workspace, Step(("history", "--as-published", "--format", "csv")), watched=False)
        if out.status != 0 and error_code(out) != "not-published":
            raise Wrong(f"does not work: {out}")
        return re.sub(r"\b\d{4}-\d{2}-\d{2}T[\d:.]+Z", "", out.stdout)  # when it was published

    def check_manifest(self, workspace):
        """What an outside reader opens is whole at any time."""
        events = self.dir / workspace / "events"
        if not (events / "manifest.json").exists():
            return
        try:
            segments = json.loads((events / "manifest.json").read_bytes())["segments"]
        except ValueError as e:
            raise Wrong(f"events/manifest.json: {e}") from None
        for segment in segments:
            name = segment.get("file") or segment["events"]
            content = (events / name).read_bytes() if (events / name).exists() else b""
            if not (content.startswith(b"PAR1") and content.endswith(b"PAR1")):
                raise Wrong(f"events/manifest.json names {name}, which is not whole")

    def check_leftovers(self, workspace):
        """What a command that died had begun is removed by the next one that writes."""
        left = [p.name for p in (self.dir / workspace).rglob("*.tmp")
                if not os.path.exists(f"/proc/{p.name.split('.')[-2]}")]  # another process has got the number
        if left:
            raise Wrong(f"left behind: {left}")

    # Recording

    def record(self, scenario, start, no_sync="", plans=()):
        """Runs the steps under the library.  `start` is a folder, which stays as it is.  `plans`: faults of the steps;
        a step that a fault ended is done again.  It begins anew then, also its answers, which say the same about what
        is there already.  Marks in the log: `begin` of a step, `again`, and `done` when it said that it has ended.
        The clock stands during a step, so that most of what comes of a fault is known by its bytes."""
        base = time.time_ns() // 1000
        workspace, log = self.copy(start), self.dir / self.new_name("log")
        begin = scan(self.dir / workspace)
        folders = [self.copy(self.dir / workspace)]
        for number, step in enumerate(scenario.steps):
            add_mark(log, f"begin {number}")
            plan = plans[number] if number < len(plans) else ""
            out = self.run_kenko(workspace, step, plan=plan, log=log, no_sync=no_sync,
                                 standing=base + number)
            if plan and out.status != 0 and not self.is_there(workspace, scenario, number):
                add_mark(log, "again")
                out = self.run_kenko(workspace, step, log=log, no_sync=no_sync, standing=base + 1000 + number)
            if out.status == 0:
                add_mark(log, f"done {number}")
            self.assertTrue(out.status == 0 or plan, str(out))
            folders.append(self.copy(self.dir / workspace))
        self.final_scan = scan(self.dir / workspace)
        folders = [self.dir / f for f in folders]
        states, before = self.states_of(scenario, folders)
        return Recording(scenario, begin, read_log(log), states, before, folders, base)

    def is_there(self, workspace, scenario, number):
        """True when a step that was killed must not be repeated because all of it is there."""
        if scenario.again:
            return False
        states, before = self.known_states[scenario.name]
        copy = self.copy(self.dir / workspace)
        state = self.state(copy, scenario)
        self.discard(copy)
        return state == states[before[number + 1]]

    def states_of(self, scenario, folders):
        """The same in every recording of a scenario, so they are made once, from one without faults."""
        if scenario.name not in self.known_states:
            states, before = [self.state(self.copy(folders[0]), scenario)], [0]
            for number, step in enumerate(scenario.steps):
                for part in step.parts:
                    workspace = self.copy(folders[number])
                    self.good(workspace, *part.args, stdin=part.stdin)
                    states.append(self.state(workspace, scenario))
                states.append(self.state(self.copy(folders[number + 1]), scenario))
                before.append(len(states) - 1)
            self.known_states[scenario.name] = states, before
        return self.known_states[scenario.name]

    def check_goes_on(self, recording, workspace, least, most, far=True):
        """The workspace is in one of the states least..most, and the next step (far: all steps to the end) leads where
        it has to."""
        scenario, states = recording.scenario, recording.states
        image = scenario.name, self.image(workspace)
        state = self.states_seen.get(image)
        if state is None:
            state = self.states_seen[image] = self.state(workspace, scenario)
        if state not in states[least:most + 1]:
            was = f"state {states.index(state)}" if state in states else "a state that never was"
            raise Wrong(f"{was}, not one of {least} to {most}:\n{difference(state, states[most])}")
        at = max(n for n in range(least, most + 1) if states[n] == state)
        first = bisect.bisect_left(recording.before, at)  # the steps before this one have ended
        if scenario.again or recording.before[first] != at:
            first = max(0, first - 1)
        last = len(scenario.steps) if far else min(first + 1, len(scenario.steps))
        passed = [(*image, first, last)]
        for number in range(first, last):
            if passed[-1] in self.ends_well:
                break
            # Another instant than the first time, and other random bytes.
            out = self.run_kenko(workspace, scenario.steps[number], standing=recording.base + 1000 + number)
            if out.status != 0:
                raise Wrong(f"does not work: {out}")
            passed.append((scenario.name, self.image(workspace), number + 1, last))
        if passed[-1] not in self.ends_well:
            self.check_end(recording, workspace, first, last, far)
        self.ends_well.update(passed)
        return at

    def check_end(self, recording, workspace, first, last, far):
        scenario = recording.scenario
        end, wanted = self.state(workspace, scenario), recording.states[recording.before[last]]
        if end != wanted:
            raise Wrong(f"done again from step {first}, it ends in another state:\n{difference(end, wanted)}")
        if first < last:
            self.check_leftovers(workspace)
        if far:
            self.good(workspace, "doctor")

    def image(self, workspace):
        """The same for two workspaces that no command can tell apart: bytes and names, the number of a process in a
        name aside.  What SQLite maps (-shm) is made anew by whoever comes alone."""
        root, digest = self.dir / workspace, hashlib.sha1()
        for path in sorted(p for p in root.rglob("*") if p.name != "write.lock"):
            name = re.sub(r"\.\d+\.tmp$", ".PID.tmp", str(path.relative_to(root)))
            content = b"" if path.is_dir() or name.endswith("-shm") else path.read_bytes()
            digest.update(f"{name} {path.is_dir()} {len(content)}\n".encode() + content)
        return digest.digest()

    # Many runs

    def all_of(self, jobs, what, workers=2, until_wrong=False, seconds=None):
        """Runs the jobs, pairs of (text, function); returns the texts of those that broke a promise.  `until_wrong`:
        the first one is enough.  `seconds`: those that have not begun by then are left out."""
        wrong, mistakes, left_out, begin = [], [], [], time.monotonic()

        def one(job):
            text, function = job
            if until_wrong and wrong:
                return
            if seconds and time.monotonic() - begin > seconds:
                left_out.append(text)
                return
            try:
                function()
            except Wrong as e:
                with self.lock:
                    wrong.append(f"--- {text}\n{e}")
            except Exception:  # a mistake of the test itself
                mistakes.append(f"--- {text}\n{traceback.format_exc()}")

        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(one, jobs))
        print(f"{self.id().split('.')[-1]}: {len(jobs) - len(left_out)} {what}, {len(wrong)} wrong, "
              f"{time.monotonic() - begin:.1f} s", flush=True)
        self.assertFalse(mistakes, "\n".join(mistakes[:3] + wrong[:3]))
        return wrong

    def assert_none(self, wrong):
        self.assertFalse(wrong, f"{len(wrong)} broken promises\n" + "\n".join(sorted(wrong)[:5]))

    def discard(self, workspace):
        shutil.rmtree(self.dir / workspace, ignore_errors=True)


def difference(got, wanted):
    lines = []
    for a, b in zip(got, wanted):
        lines += difflib.unified_diff(b.splitlines(), a.splitlines(), "wanted", "got", lineterm="", n=0)
    return "\n".join(lines)


def error_code(outcome):
    """The code of the first error that a command reported; empty without one."""
    found = re.search(r"(?ms)^(?:[^\n]*: )?error: .*?\[([a-z0-9-]+)\]$", outcome.stderr)
    return found.group(1) if found else ""


def sample(rng, items, count):
    """`count` of the items, or all of them in the long form."""
    items = list(items)
    return items if LONG or len(items) <= count else rng.sample(items, count)


__all__ = ["LIBRARY", "LONG", "FaultTest", "Recording", "Scenario", "Step", "Wrong", "error_code", "main",
           "sample"]
