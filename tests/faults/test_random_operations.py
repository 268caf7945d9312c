"""Random operations against a list in memory of what must be true, some of them killed half-way.

KENKO_SEED repeats a run; KENKO_SECONDS says for how long (25; in the long form 600).
"""
import copy
import csv
import dataclasses
import json
import os
import time

from fault_runner import LONG, FaultTest, Step, Wrong, main
from scenarios import MODEL

ACCOUNTS = [f"a{n}" for n in range(6)]
SECONDS = float(os.environ.get("KENKO_SECONDS", 600 if LONG else 25))


@dataclasses.dataclass
class Truth:
    """What must be true."""
    events: dict = dataclasses.field(default_factory=dict)  # (source, id) -> (account, name, time, value)
    entered: int = 0  # entries made by hand, undos included
    into: dict = dataclasses.field(default_factory=dict)  # a merged account -> the one that it is

    def say(self, event):
        """Each event that is sent differs from all earlier ones of its id, or says what counts already: an earlier
        record sent again would change nothing."""
        key = ("files", event["event_id"])
        if event.get("deleted"):
            self.events.pop(key, None)
        else:
            self.events[key] = tuple(str(event[k]) for k in ("account", "name", "occurred_at", "value"))

    def account(self, name):
        while name in self.into:
            name = self.into[name]
        return name

    def logins(self):
        counts = {}
        for account, name, _, _ in self.events.values():
            if name == "login":
                counts[self.account(account)] = counts.get(self.account(account), 0) + 1
        return counts


class RandomOperations(FaultTest):
    def setUp(self):
        super().setUp()
        self.workspace("w")
        self.write("w/models/first.yaml", MODEL.format(name="first", many=20))
        self.truth, self.steps = Truth(), []
        # One event of each name, so that the model is never about something unknown.
        for name, account in (("login", "a0"), ("purchase", "a1")):
            self.truth.say({"event_id": name, "account": account, "name": name, "occurred_at": "2026-01-08T00:00:00Z",
                            "value": "1"})
        self.write("in.csv", "event_id,account,name,occurred_at,value\n" + "".join(
            f"{key[1]},{','.join(event)}\n" for key, event in self.truth.events.items()))
        self.good("w", "import", "in.csv")
        self.killed = self.finished = 0

    # Operations.  Each returns the step and the truths that it goes through, the last one when it ends.

    def some_events(self, most):
        """Events, known ones among them: as they are, changed, or deleted.  An id comes once."""
        known = [k[1] for k in self.truth.events if k[0] == "files"]
        ids = {f"e{self.rng.randrange(400)}" for _ in range(self.rng.randint(1, most))}
        ids.update(self.rng.sample(known, min(len(known), self.rng.randint(0, 4))))
        out = []
        ids = sorted(ids)  # a set's own order is another in each process
        self.rng.shuffle(ids)
        for event_id in ids:
            same = self.truth.events.get(("files", event_id))
            if same and self.rng.random() < 0.4:
                fields = dict(zip(("account", "name", "occurred_at", "value"), same))
            else:
                fields = {"account": self.rng.choice(ACCOUNTS), "name": self.rng.choice(("login", "login", "purchase")),
                          "occurred_at": f"2026-01-{self.rng.randint(8, 28):02d}T{self.rng.randrange(24):02d}:00:00Z",
                          "value": str(self.rng.randrange(1, 500))}
            event = {"event_id": event_id, **fields}
            if self.rng.random() < 0.1:
                event["deleted"] = "1"
            out.append(event)
        return out

    def truths_of(self, events):
        """After the first event, the second, ..."""
        truths, truth = [], copy.deepcopy(self.truth)
        for event in events:
            truth = copy.deepcopy(truth)
            truth.say(event)
            truths.append(truth)
        return truths

    def do_import(self):
        events = self.some_events(30)
        with open(self.dir / "in.csv", "w", encoding="utf-8", newline="") as f:
            writer = csv.DictWriter(f, ["event_id", "account", "name", "occurred_at", "value", "deleted"])
            writer.writeheader()
            writer.writerows(events)
        return Step(("import", "in.csv")), self.truths_of(events)[-1:]

    def do_append(self):
        events = self.some_events(12)
        sent = "".join(json.dumps(e) + "\n" for e in events).encode()
        options = ("--group", self.rng.choice(("1", "4", "1000")),
                   "--seal-after", self.rng.choice(("3", "20", "200000")))
        return Step(("append", *options), sent, answers=True), self.truths_of(events)

    def do_log(self):
        accounts = sorted({self.truth.account(e[0]) for e in self.truth.events.values()})
        if not accounts:
            return None
        after = copy.deepcopy(self.truth)
        after.entered += 1
        account, day = self.rng.choice(accounts), self.rng.randint(8, 28)
        after.events["manual", f"m{after.entered}"] = (account, "login", f"2026-01-{day:02d}T10:00:00Z", "1")
        return Step(("log", account, "login", "value=1", "--at", f"2026-01-{day:02d}T10:00")), [after]

    def do_undo(self):
        entries = [k for k in self.truth.events if k[0] == "manual"]
        if not entries:
            return None
        after, key = copy.deepcopy(self.truth), self.rng.choice(entries)
        del after.events[key]
        after.entered += 1
        return Step(("log", "--undo", key[1])), [after]

    def do_merge(self):
        present = sorted({e[0] for e in self.truth.events.values()} - self.truth.into.keys())
        alone = [a for a in present if a not in self.truth.into.values()]
        if len(present) < 3 or not alone:
            return None
        after, account = copy.deepcopy(self.truth), self.rng.choice(alone)
        after.into[account] = self.rng.choice([a for a in present if a != account])
        return Step(("accounts", "merge", account, after.into[account], "--reason", "one company")), [after]

    def do_unmerge(self):
        if not self.truth.into:
            return None
        after, account = copy.deepcopy(self.truth), self.rng.choice(sorted(self.truth.into))
        del after.into[account]
        return Step(("accounts", "unmerge", account, "--reason", "two after all")), [after]

    def do_compact(self):
        return Step(("compact", "--grace", self.rng.choice(("0", "3600")))), [self.truth]

    def do_close(self):
        return (Step(("close",)), [self.truth]) if self.published and self.truth.events else None

    # What is true

    def check(self, possible):
        """Gives the one of the possible truths that the workspace says."""
        self.good("w", "export", "--out", "all.csv")
        with open(self.dir / "all.csv", encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f))
        said = {(r["source"], r["event_id"]): (r["account_ref"], r["name"], stamp(r["occurred_at"]), number(r["value"]))
                for r in rows}
        if len(said) != len(rows):
            raise Wrong("an event is there twice")
        fitting = [t for t in possible if {k: (*v[:3], number(v[3])) for k, v in t.events.items()} == said]
        if not fitting:
            wanted = {k: (*v[:3], number(v[3])) for k, v in possible[-1].events.items()}
            raise Wrong(f"missing {sorted(wanted.items() - said.items())[:9]}, "
                        f"too much {sorted(said.items() - wanted.items())[:9]}")
        said = {}
        for merge in reversed(json.loads(self.good("w", "accounts", "merges", "--format", "json") or "[]")):
            said[merge["account"]] = merge["into"]
        said = {account: into for account, into in said.items() if account != into}
        fitting = [t for t in fitting if t.into == said]
        if not fitting:
            raise Wrong(f"accounts are merged as {said}")
        scores = {r["account"]: r.get("metric.logins") for r in csv.DictReader(self.scores("w").splitlines())}
        counts = {a: int(float(n)) for a, n in scores.items() if n and float(n) > 0}
        for truth in reversed(fitting):
            if truth.logins() == counts:
                return truth
        raise Wrong(f"logins by account are {counts}, not {fitting[-1].logins()}")

    def one(self):
        name = self.rng.choices(
            ["import", "append", "log", "undo", "merge", "unmerge", "compact", "close"], [5, 6, 3, 1, 1, 1, 2, 1])[0]
        planned = getattr(self, f"do_{name}")()
        if planned is None:
            return
        step, truths = planned
        plan = ""
        if self.rng.random() < 0.4:
            plan = self.rng.choice((f"kill any {self.rng.randint(1, 150)} half",
                                    f"fail any {self.rng.randint(1, 150)} EIO once"))
        self.steps.append(f"{len(self.steps)}: {' '.join(step.args)} [{plan}]")
        out = self.last = self.run_kenko("w", step, plan=plan)
        if out.status > 0 and not plan:
            raise Wrong(str(out))
        if out.status == 0:
            self.finished += 1
            self.truth = self.check(truths[-1:])
            return
        self.killed += 1
        acknowledged = out.stdout.count("\n") if step.answers else len(truths) if out.stdout and out.status < 0 else 0
        self.truth = self.check([self.truth, *truths][acknowledged:])

    def test_against_a_list(self):
        self.rng, self.published = self.seeded(), False
        end = time.monotonic() + SECONDS
        try:
            while time.monotonic() < end:
                self.one()
                if not self.published and self.truth.events and len(self.steps) > 4:
                    self.good("w", "model", "publish", "first", "--reason", "we begin")
                    self.published = True
                # What a killed command leaves is for the next one that writes.
                if self.steps and len(self.steps) % 20 == 0 and self.last.status == 0:
                    self.good("w", "doctor")
        except Wrong as e:
            self.fail("\n".join([str(e), str(self.last), "after", *self.steps[-12:]]))
        print(f"{self.finished} operations ended, {self.killed} did not; {len(self.truth.events)} events, "
              f"{len(self.truth.into)} merges at the end", flush=True)
        self.good("w", "doctor")
        self.assertGreater(self.finished, 5)


def stamp(text):
    """`2026-01-09 10:00:00+00` and the like, as Kenko's input has it."""
    return text.replace(" ", "T")[:19] + "Z"


def number(text):
    return float(text) if text else None


if __name__ == "__main__":
    main()
