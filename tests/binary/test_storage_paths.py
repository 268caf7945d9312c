"""The same facts on every way into storage and through it give the same history, cell by cell: imported at once or in
pieces, appended one by one, sealed, compacted, from the cache or without it, accounts merged and taken apart again."""
import json
import shutil
import subprocess

from kenko_runner import BIN, LONG, KenkoTest, environment, main

MODEL = """kenko: 1
model: all
dimensions: {use: {weight: 2}, care: {weight: 1}}
segments: {big: {when: 'attr(plan) = "pro"', weights: {care: 3}}}
metrics:
  logins: {dimension: use, value: 'count(login[28d])', curve: {0: 0, 20: 100}}
  people: {dimension: use, value: 'distinct(login[28d], user)', curve: {0: 0, 6: 100}}
  breadth: {dimension: use, value: 'distinct(feature.used[28d], feature)', curve: {0: 0, 5: 100}}
  fresh: {dimension: use, value: 'decayed_count(login, half_life: 14d)', curve: {0: 0, 8: 100}}
  rank: {dimension: use, value: 'percentile(count(login[28d]))', curve: {0: 0, 100: 100}}
  spent: {dimension: use, value: 'sum(purchase[28d], value)', curve: {0: 0, 900: 100}}
  open: {dimension: care, value: 'open(ticket.opened, ticket.solved, by: ticket)', curve: {0: 100, 4: 0}}
  quiet: {dimension: care, value: 'days_since(login)', curve: {0: 100, 30: 0}}
triggers:
  stuck: {when: 'count(ticket.opened{severity = "high"}[7d]) > 1', points: -15, for: 14d}
bands: {low: {from: 0}, mid: {from: 40}, high: {from: 70}}
"""
ACCOUNTS, DAYS = 14, 75


class StoragePaths(KenkoTest):
    def make_events(self, rng, count):
        """Events with corrections and deletions: the versions of one id in the order in which they are to be known."""
        events = []
        for number in range(count):
            day = int(rng.random() ** 0.7 * DAYS)
            name = rng.choices(["login", "feature.used", "purchase", "ticket.opened", "ticket.solved"], [6, 3, 1, 1, 1])[0]
            event = {"event_id": f"e{number}", "name": name, "account": f"a{min(int(rng.expovariate(0.25)), ACCOUNTS - 1):02}",
                     "user": f"u{rng.randrange(40)}", "value": None,
                     "occurred_at": f"2026-{3 + day // 25:02}-{1 + day % 25:02}T{rng.randrange(24):02}:{rng.randrange(60):02}:00Z",
                     "feature": None, "ticket": None, "severity": None, "version": 1, "deleted": None}
            if name == "purchase":
                event["value"] = str(rng.randrange(1, 90_000) / 100)
            elif name == "feature.used":
                event["feature"] = f"f{rng.randrange(8)}"
            elif name != "login":
                event["ticket"] = f"t{rng.randrange(60)}"
                event["severity"] = rng.choice(["high", "low"])
            events.append(event)
        later = []
        for event in rng.sample(events, count // 12):
            change = dict(event, version=2)
            if rng.random() < 0.4:
                change["deleted"] = "true"
            elif rng.random() < 0.5:
                change["account"] = f"a{rng.randrange(ACCOUNTS):02}"
            else:
                change["occurred_at"] = change["occurred_at"].replace("-04-", "-05-")
            later.append(change)
        return events, later

    def text_of(self, events):
        return "".join(json.dumps({k: v for k, v in e.items() if v is not None}) + "\n" for e in events)

    def workspace_with_state(self, name):
        self.workspace(name)
        self.import_files(name, self.attributes)
        return name

    def import_events(self, name, *parts):
        for number, part in enumerate(parts):
            self.import_files(name, self.write(f"{name}-{number}.ndjson", self.text_of(part)), options=("--source", "product"))

    def append_events(self, name, events, *options):
        done = subprocess.run([BIN, "-C", name, "append", "--source", "product", *options], cwd=self.dir, env=environment(),
                              input=self.text_of(events).encode(), capture_output=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        statuses = [json.loads(line)["status"] for line in done.stdout.decode().splitlines()]
        self.assertEqual(len(statuses), len(events))
        return statuses

    def history(self, name):
        return self.kenko("-C", name, "history", "--model", "all.yaml", "--metrics", "--from", "2026-02-01", "--to",
                          "2026-06-10", "--as-of", "2026-06-10", "--format", "csv").stdout

    def check(self, name, expected, what):
        for cache in ("as it is", "deleted", "made anew"):
            if cache == "deleted":
                shutil.rmtree(self.dir / name / "cache", ignore_errors=True)
            got = self.history(name)
            if got != expected:
                lines = [(a, b) for a, b in zip(expected.splitlines(), got.splitlines()) if a != b]
                self.fail(f"{what}, cache {cache}: {len(lines)} lines differ, first {lines[:1]}; "
                          f"{len(expected.splitlines())} lines against {len(got.splitlines())}")

    def test_every_way_gives_the_same_history(self):
        for _ in range(6 if LONG else 1):
            self.one_round(self.seeded())
            for path in self.dir.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def one_round(self, rng):
        self.write("all.yaml", MODEL)
        self.attributes = self.write("attributes.csv", "account,plan,seats,valid_from\n" + "".join(
            f"a{n:02},{rng.choice(['pro', 'free'])},{rng.randrange(1, 50)},2026-03-{rng.randrange(1, 28):02}\n"
            for n in range(ACCOUNTS)))
        events, later = self.make_events(rng, 1200)
        everything = events + later
        self.import_events(self.workspace_with_state("once"), everything)
        expected = self.history("once")
        self.assertGreater(len(expected.splitlines()), 500)
        self.check("once", expected, "imported at once")
        digest = self.digest("once")

        shuffled = everything[:]
        rng.shuffle(shuffled)  # versions tell their own order
        cuts = sorted(rng.sample(range(1, len(shuffled)), 8))
        parts = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)])]
        self.import_events(self.workspace_with_state("pieces"), *parts)
        self.check("pieces", expected, "imported in nine pieces in any order")

        self.workspace_with_state("appended")
        half = len(shuffled) // 2
        self.import_events("appended", shuffled[:half])
        self.history("appended")  # so that there is a cache of the half
        self.append_events("appended", shuffled[half:], "--group", "50")
        self.check("appended", expected, "half imported, half appended")
        again = self.append_events("appended", shuffled)
        self.assertEqual(set(again), {"already"})

        for name in ("pieces", "appended"):
            self.kenko("-C", name, "compact")
            self.check(name, expected, f"{name}, then compacted")
            self.kenko("-C", name, "compact", "--grace", "0")
            self.check(name, expected, f"{name}, compacted twice")
            self.assertEqual(self.digest(name), digest, name)

        self.merges(rng, events, later, expected)
        self.single_accounts(rng, expected)

    def merges(self, rng, events, later, expected):
        """A merge is the same as if the account had always had the other's name; taken back, nothing has happened."""
        gone, into = "a01", rng.choice(["a00", "a03", "a07"])
        rename = lambda e: dict(e, account=into) if e["account"] == gone else e
        text = self.attributes.read_text()
        self.attributes = self.write("renamed.csv", "".join(
            line for line in text.splitlines(True) if not line.startswith(gone + ",")))
        # The merged account's own attributes end with it in this comparison, so they are left out on both sides.
        self.import_events(self.workspace_with_state("renamed"), [rename(e) for e in events + later])
        renamed = self.history("renamed")
        self.import_events(self.workspace_with_state("merged"), events, later)
        before = self.history("merged")
        self.kenko("-C", "merged", "accounts", "merge", gone, into, "--reason", "one company", "--by", "ann")
        self.check("merged", renamed, f"{gone} merged into {into}")
        self.kenko("-C", "merged", "accounts", "unmerge", gone, "--reason", "two after all", "--by", "ann")
        self.check("merged", before, f"{gone} taken out of {into} again")
        self.assertNotEqual(renamed, before)

    def single_accounts(self, rng, expected):
        """One account asked for is that account among all."""
        lines = expected.splitlines()
        place = lines[0].split(",").index("account")
        for account in rng.sample([f"a{n:02}" for n in range(ACCOUNTS)], 4):
            own = [line for line in lines[1:] if line.split(",")[place] == account]
            if not own:
                continue
            got = self.kenko("-C", "once", "history", "--model", "all.yaml", "--metrics", "--from", "2026-02-01", "--to",
                             "2026-06-10", "--as-of", "2026-06-10", "--account", account, "--format", "csv").stdout
            self.assertEqual(got.splitlines()[1:], own, account)


if __name__ == "__main__":
    main()
