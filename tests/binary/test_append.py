"""kenko append: every line answered once it is durable, exactly once, killed or not, sealed or not."""
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

from kenko_runner import BIN, LONG, KenkoTest, environment, main

MODEL = """kenko: 1
model: first
dimensions: {habit: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[28d])', curve: {0: 0, 20: 100}}
  amount: {dimension: habit, value: 'sum(login[28d], value)', curve: {0: 0, 400: 100}}
bands: {low: {from: 0}, high: {from: 50}}
"""


def login(number, value=1, account=None):
    day = number % 28 + 1
    return {"event_id": f"e{number}", "name": "login", "account": account or f"a{number % 11}",
            "occurred_at": f"2026-06-{day:02d}T10:00:00Z", "value": value}


def text_of(lines):
    return "".join(json.dumps(line) + "\n" for line in lines)


class Append(KenkoTest):
    def append(self, lines, *options, workspace="w", status=0):
        """Sends all lines at once; gives the answers."""
        done = subprocess.run([BIN, "-C", workspace, "append", *map(str, options)], cwd=self.dir, env=environment(),
                              input=lines if isinstance(lines, bytes) else text_of(lines).encode(), timeout=300,
                              capture_output=True, check=False)
        self.stderr = done.stderr.decode()
        self.assertEqual(done.returncode, status, self.stderr)
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def statuses(self, lines, *options, workspace="w", status=0):
        answers = self.append(lines, *options, workspace=workspace, status=status)
        self.assertEqual([a["line"] for a in answers], list(range(1, len(answers) + 1)))
        return [a["status"] for a in answers]

    def start(self, *options, workspace="w"):
        return subprocess.Popen([BIN, "-C", workspace, "append", *map(str, options)], cwd=self.dir, env=environment(),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def scores(self, workspace):
        return self.kenko("-C", workspace, "score", "--model", "first.yaml", "--as-of", "2026-06-28", "--format",
                          "csv").stdout

    def test_one_line_is_answered_before_the_next_is_sent(self):
        self.workspace()
        process = self.start()
        for number in range(20):
            process.stdin.write(text_of([login(number)]).encode())
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            self.assertEqual(answer, {"line": number + 1, "status": "added"})
            if number == 10:  # others read meanwhile, and nobody else writes
                self.assertIn("11", self.kenko("-C", "w", "status").stdout)
                refused = subprocess.run([BIN, "-C", "w", "append"], cwd=self.dir, env=environment(), input=b"",
                                         capture_output=True, check=False)
                self.assertEqual(refused.returncode, 1)
                self.assertIn(b"workspace-locked", refused.stderr)
        out, err = process.communicate()
        self.assertEqual((process.returncode, out), (0, b""))
        self.assertIn("20 lines: 20 added, 0 already there, 0 corrected, 0 rejected", err.decode())

    def test_repeats_corrections_and_rejects(self):
        self.workspace()
        lines = [login(1), login(2), login(1), login(2, 5), {"name": "login"}, ["no object"], login(3)]
        expected = ["added", "added", "already", "corrected", "rejected", "rejected", "added"]
        answers = self.append(lines, status=1)
        self.assertEqual([a["status"] for a in answers], expected)
        for answer in answers[4:6]:
            self.assertEqual(sorted(answer["problems"][0]), ["code", "field", "hint", "message"])
        self.assertEqual([r["code"] for r in self.kenko("-C", "w", "rejects", "list", "--format", "csv").csv()],
                         [answers[4]["problems"][0]["code"], "not-an-object"])
        before = self.digest()
        self.assertEqual(self.statuses([login(1), login(2, 5), login(3)]), ["already"] * 3)
        self.assertEqual(self.statuses([login(1), login(2, 5)], "--group", 1), ["already"] * 2)
        self.assertEqual(self.digest(), before)

    def test_sealed_and_unsealed_say_the_same(self):
        lines = [login(n % 350, n // 350) for n in range(500)]
        self.write("first.yaml", MODEL)
        results = []
        for name, options in (("loose", ()), ("sealed", ("--seal-after", 50, "--group", 20)), ("single", ("--group", 1))):
            self.workspace(name)
            answers = self.statuses(lines, *options, workspace=name)
            results.append((answers, self.digest(name), self.scores(name)))
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[0], results[2])
        self.assertTrue(list((self.dir / "sealed/events").glob("*.parquet")))
        self.assertFalse((self.dir / "loose/events").exists() and list((self.dir / "loose/events").glob("*.parquet")))
        # A file of the same lines has nothing new, and imports seal what was loose.
        self.write("again.ndjson", text_of(lines[350:] + lines[150:350]))
        for name in ("loose", "sealed"):
            total = self.total(self.import_files(name, self.dir / "again.ndjson"))
            self.assertEqual((total["added"], total["corrected"]), (0, 0))
            self.assertEqual(self.digest(name), results[0][1])
            self.assertEqual(self.scores(name), results[0][2])
            self.assertEqual([p for p in (self.dir / name / "intake").iterdir() if p.suffix == ".db"], [])

    def test_killed_anywhere(self):
        """Every answered line is there exactly once; the same input again only completes it."""
        rng = self.seeded()
        self.write("first.yaml", MODEL)
        kills = 60 if LONG else 8
        lines = [login(n % 1000, n // 1000) for n in range(1500)]
        payload = text_of(lines).encode()
        self.workspace("calm")
        expected = self.statuses(lines, workspace="calm")
        digest, scores = self.digest("calm"), self.scores("calm")
        self.assertEqual(expected, ["added"] * 1000 + ["corrected"] * 500)
        for kill in range(kills):
            name = f"w{kill}"
            self.workspace(name)
            options = rng.choice([("--group", 10, "--seal-after", 300), ("--group", 50, "--seal-after", 200),
                                  ("--group", 37), ("--group", 400, "--seal-after", 400)])
            answered = self.kill_while_appending(name, payload, options, rng.random())
            with self.subTest(kill=kill, answered=answered, options=options):
                self.digest(name)
                # What was answered is there: sent again it is known; unanswered lines may be there or not.
                if answered:
                    again = self.statuses(lines[:answered], workspace=name)
                    self.assertEqual(set(again), {"already"})
                rest = self.statuses(lines, *options, workspace=name)
                self.assertEqual(set(rest[:answered]) - {"already"}, set())
                self.assertEqual(self.digest(name), digest)
                self.assertEqual(self.scores(name), scores)
                self.assertEqual(set(self.statuses(lines, workspace=name)), {"already"})
                self.assertEqual(self.digest(name), digest)

    def kill_while_appending(self, name, payload, options, share):
        """Kills it once about `share` of the answers came; gives how many lines were answered."""
        process = self.start(*options, workspace=name)

        def send():
            try:
                process.stdin.write(payload)
                process.stdin.close()
            except OSError:
                pass

        sender = threading.Thread(target=send)
        sender.start()
        wanted = int(share * 1500)
        answered = 0
        while answered < wanted:
            line = process.stdout.readline()
            if not line:
                break
            answered += 1
        time.sleep(share * 0.01)
        process.send_signal(signal.SIGKILL)
        # What it had written before it ended was answered, too; half a line was not.
        answered += process.stdout.read().count(b"\n")
        process.wait()
        sender.join()
        for stream in (process.stdin, process.stdout, process.stderr):
            try:
                stream.close()
            except OSError:  # what could not be sent any more
                pass
        return answered

    def test_readers_while_it_writes(self):
        self.workspace()
        payload = text_of([login(n) for n in range(4000)]).encode()
        process = self.start("--group", 50, "--seal-after", 500)
        sender = threading.Thread(target=lambda: (process.stdin.write(payload), process.stdin.close()))
        sender.start()
        drain = threading.Thread(target=process.stdout.read)
        drain.start()
        reads = 0
        while process.poll() is None:
            self.kenko("-C", "w", "status")
            self.digest()
            reads += 1
        sender.join()
        drain.join()
        process.stdout.close()
        self.assertIn("4,000 added", process.stderr.read().decode())
        process.stderr.close()
        self.assertGreater(reads, 0)
        self.assertEqual(self.statuses([login(n) for n in range(0, 4000, 100)]), ["already"] * 40)

    def test_a_mapping_and_its_source(self):
        self.workspace()
        self.write("app.yaml", "kenko: 1\nsource: app\nrules:\n  visits: {event: login, id: [no], account: who, time: at}\n")
        visit = [{"no": 1, "who": "acme", "at": "2026-06-01T08:00:00Z"}]
        self.assertEqual(self.statuses(visit, "--mapping", self.dir / "app.yaml"), ["added"])
        self.assertIn("new source in kenko.yaml: app", self.stderr)
        settings = pathlib.Path(self.dir / "w/kenko.yaml").read_text(encoding="utf-8")
        self.assertIn("recorded", settings)
        self.assertEqual(self.statuses(visit, "--source", "app"), ["already"])
        self.assertEqual(self.append(visit, "--source", "manual", status=1), [])
        self.assertIn("reserved-source", self.stderr)
        self.assertEqual(self.append([], "--group", 0, status=1), [])
        self.assertIn("bad-option", self.stderr)

    def test_the_answers_cannot_be_written(self):
        self.workspace()
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BIN, "-C", "w", "append"], cwd=self.dir, env=environment(), stdout=full,
                                  input=text_of([login(1)]).encode(), stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"output-failed", done.stderr)
        self.assertEqual(self.statuses([login(1)]), ["already"])


if __name__ == "__main__":
    main()
