"""Facts entered by hand: from an empty folder to a score that they change, and back."""
import datetime
import fcntl
import re
import subprocess

from kenko_runner import BIN, KenkoTest, environment, main

MODEL = """kenko: 1
model: first
min_coverage: 50%
dimensions: {use: {weight: 1}, mood: {weight: 1}}
metrics:
  logins: {dimension: use, value: 'active_days(login[28d])', curve: {0: 0, 28: 100}, min_observed: 1d}
  pulse: {dimension: mood, value: 'max(pulse.set[28d], value)', curve: {1: 0, 5: 100}, min_observed: 1d}
bands: {low: {from: 0}, high: {from: 50}}
inputs:
  pulse:
    event: pulse.set
    label: Pulse
    every: 30d
    from: the CSM
    rubric: {1: wants to leave, 2: unhappy, 3: neutral, 4: happy, 5: would recommend us}
"""

TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def day(days):
    return (TODAY + datetime.timedelta(days=days)).isoformat()


class Manual(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.write("w/models/first.yaml", MODEL)
        rows = "".join(f"login,{day(-i)}T00:00:00Z,{account}\n" for account in ("acme", "bolt") for i in range(20))
        self.write("e.csv", "name,occurred_at,account\n" + rows)
        self.write("a.csv", "account,name,owner,valid_from\n"
                            f"acme,Acme Corp,ann,{day(-20)}\nbolt,Bolt Ltd,bob,{day(-20)}\n")
        self.write("c.csv", "contract_id,account,start,arr\n"
                            f"c1,acme,{day(-100)},12000\nc2,bolt,{day(-100)},90000\n")
        self.import_files("w", "e.csv", "a.csv", "c.csv")

    def run_in(self, *args, status=0, author="ann"):
        return self.kenko("-C", "w", *args, status=status, env={"KENKO_AUTHOR": author})

    def refused(self, *args):
        """The codes and the whole message of a command that must change nothing."""
        before = self.digest(), (self.dir / "w/kenko.yaml").read_bytes()
        out = self.run_in(*args, status=1)
        self.assertEqual(out.stdout, "", str(out))
        self.assertEqual((self.digest(), (self.dir / "w/kenko.yaml").read_bytes()), before)
        for line in re.findall(r"(?m)^(?:\S+: )?error: .*$", out.stderr):
            self.assertRegex(line, r"\[[a-z-]+\]$")
        self.assertIn("    hint: ", out.stderr)
        return re.findall(r"(?m)\[([a-z-]+)\]$", out.stderr), out.stderr

    def score(self, account="acme"):
        rows = self.run_in("score", "--model", "first", "--as-of", TODAY.isoformat(), "--format", "json").json()
        return {row["account"]: row["score"] for row in rows}[account]

    def entries(self, *args):
        return self.run_in("log", "--list", *args, "--format", "json").json()


class Log(Manual):
    def test_from_nothing(self):
        """A new user, an empty folder: a workspace, an account, a fact."""
        self.workspace("new")
        out = self.kenko("-C", "new", "log", "acme", "meeting.held", status=1)
        self.assertRegex(out.stderr, r"no account `acme` \[unknown-account\]\n    hint: if it is a new account, add --new-account")
        out = self.kenko("-C", "new", "log", "acme", "meeting.held", "--new-account", "kind=qbr", "--by", "Ann Lee")
        self.assertIn("meeting.held of acme on ", out.stdout)
        self.assertIn("by Ann Lee", out.stdout)
        self.assertIn("kenko -C new log --undo m1", out.stdout)
        self.assertIn("1 account", self.kenko("-C", "new", "status").stdout)
        yaml = (self.dir / "new/kenko.yaml").read_text()
        self.assertRegex(yaml, r"manual:\n +accounts: defines\n +covers: touched\n +known_at: recorded\n +emits: \[meeting.held\]")

    def test_a_pulse_changes_the_score_and_undo_restores_it(self):
        self.run_in("log", "bolt", "pulse.set", "value=3")  # the model knows the event from here on
        digest, before = self.digest(), self.score()
        out = self.run_in("log", "acme", "pulse.set", "value=5", "reason=new sponsor", f"expires={day(30)}")
        self.assertIn("acme (Acme Corp)", out.stdout)
        self.assertIn('reason "new sponsor"', out.stdout)
        self.assertIn("m2", out.stdout)
        self.assertGreater(self.score(), before)
        undo = re.search(r"kenko -C w (log --undo m2)", out.stdout).group(1)
        undone = self.run_in(*undo.split(), author="bob")
        self.assertIn("--undo m3", undone.stdout)
        self.assertEqual((self.digest(), self.score()), (digest, before))
        again = self.refused(*undo.split())
        self.assertEqual(again[0], ["already-undone"])
        self.run_in("log", "--undo", "m3")
        self.assertGreater(self.score(), before, "what was taken back is there again")
        rows = self.entries("acme")
        self.assertEqual([r["id"] for r in rows], ["m4", "m3", "m2"])
        self.assertEqual([(r["counts"], r["undone_by"]) for r in rows], [(True, None), (False, "m4"), (True, None)])
        self.assertEqual((rows[2]["value"], rows[2]["reason"], rows[2]["by"]), ("5", "new sponsor", "ann"))
        self.assertEqual(rows[1]["by"], "bob")

    def test_the_past_is_what_was_known(self):
        self.run_in("log", "bolt", "pulse.set", "value=3")
        self.run_in("log", "acme", "pulse.set", "value=5", "--at", day(-5))
        table = ("score", "--model", "first", "--as-of", day(-3), "--format", "json")
        scores = {r["account"]: r["score"] for r in self.run_in(*table).json()}
        known = {r["account"]: r["score"] for r in self.run_in(*table, "--known-as-of", day(-3)).json()}
        self.assertEqual(scores["bolt"], known["bolt"])
        self.assertGreater(scores["acme"], scores["bolt"])
        self.assertEqual(known["acme"], known["bolt"], "nobody had said it then")

    def test_an_attribute_and_back(self):
        digest = self.digest()
        owner = lambda: self.run_in("due-input", "--model", "first", "--as-of", TODAY.isoformat(), "--format", "json")
        out = self.run_in("log", "Acme Corp", "--set", "owner=eve", "--set", "segment=big", "--at", day(-2))
        self.assertIn('owner of acme (Acme Corp) is "eve" from', out.stdout)
        self.assertIn("log --undo m1; kenko -C w log --undo m2", out.stdout)
        self.assertIn("already", self.run_in("log", "acme", "--set", "owner=eve", "--at", day(-2)).stdout)
        self.run_in("log", "bolt", "pulse.set", "value=3")
        self.assertEqual([r["owner"] for r in owner().json()], ["eve"])
        for entry in ("m1", "m2", "m3"):
            self.run_in("log", "--undo", entry)
        self.assertEqual(self.digest(), digest)
        self.assertEqual(sorted(r["owner"] for r in owner().json()), ["ann", "bob"])

    def test_what_is_refused(self):
        for codes, words, args in [
            (["unknown-account"], "did you mean `acme`?", ("log", "acne", "call")),
            (["bad-value"], "1 (worst) to 5 (best)", ("log", "acme", "pulse.set", "value=7")),
            (["bad-value"], "add value=N", ("log", "acme", "pulse.set")),
            (["bad-number"], "value=four", ("log", "acme", "pulse.set", "value=four")),
            (["bad-day"], "expires is `soon`", ("log", "acme", "pulse.set", "value=4", "expires=soon")),
            (["future-fact"], "--at", ("log", "acme", "call", "--at", day(1))),
            (["bad-day"], "--at is `yesterday`", ("log", "acme", "call", "--at", "yesterday")),
            (["bad-field"], "key=value", ("log", "acme", "call", "long")),
            (["bad-field"], "--by", ("log", "acme", "call", "author=me")),
            (["reserved-event"], "kenko override", ("log", "acme", "override.set", "value=3")),
            (["needs-type"], "--type", ("log", "acme", "--set", "teir=3")),
            (["bad-type"], "use number", ("log", "acme", "--set", "teir=3", "--type", "int")),
            (["attribute-type"], "owner", ("log", "acme", "--set", "owner=3", "--type", "number")),
            (["bad-value"], "did you mean `paused`?", ("log", "acme", "--set", "status=pausd")),
            (["unknown-entry"], "--list", ("log", "--undo", "m9")),
            (["unknown-entry"], "m12", ("log", "--undo", "9")),
            (["bad-option"], "what happened", ("log", "acme")),
            (["bad-option"], "no account", ("log",)),
            (["bad-option"], "--undo", ("log", "acme", "call", "--undo", "m1")),
            (["unknown-account", "bad-value", "future-fact"], "acne",
             ("log", "acne", "pulse.set", "value=9", "--at", day(3))),
        ]:
            with self.subTest(args=args):
                found, message = self.refused(*args)
                self.assertEqual(sorted(found), sorted(codes), message)
                self.assertIn(words, message)

    def test_the_active_model_says_what_the_steps_mean(self):
        self.with_model(MODEL)
        codes, message = self.refused("log", "acme", "pulse.set", "value=7")
        self.assertEqual(codes, ["bad-value"])
        self.assertIn("1 = wants to leave", message)

    def test_a_slip_in_the_name_is_told(self):
        self.run_in("log", "acme", "pulse.set", "value=3")
        out = self.run_in("log", "acme", "puls.set", "value=3")
        self.assertRegex(out.stderr, r"warning: .*`puls.set`.*`pulse.set` is known")

    def test_who_writes_has_the_lock(self):
        with open(self.dir / "w/write.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for args in (("log", "acme", "call"), ("log", "--undo", "m1"), ("note", "acme", "x"),
                         ("override", "acme", "--value", "3", "--until", day(9), "--reason", "x")):
                codes, message = self.refused(*args)
                self.assertEqual(codes, ["workspace-locked"], message)
            self.assertEqual(self.entries(), [], "readers need no lock")
        self.run_in("log", "acme", "call")

    def test_many_at_once(self):
        """Of commands that run at the same time each is recorded once or told to wait; no id comes twice."""
        command = [BIN, "-C", "w", "log", "acme", "call", "--by", "ann"]
        running = [subprocess.Popen(command, cwd=self.dir, env=environment(), stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE) for _ in range(8)]
        ids = []
        for process in running:
            out, err = (text.decode() for text in process.communicate(timeout=300))
            if process.returncode == 0:
                ids.append(out.split()[0])
            else:
                self.assertIn("[workspace-locked]", err)
        self.assertGreater(len(ids), 0)
        self.assertEqual(sorted(r["id"] for r in self.entries()), sorted(ids))
        self.assertEqual(len(set(ids)), len(ids))

    def test_forms_of_the_list(self):
        self.assertIn("nothing was entered", self.run_in("log", "--list").stdout)
        self.run_in("log", "acme", "call", "value=12.50", "currency=EUR", "text=he said \"no\", twice", "--user", "u1")
        self.run_in("log", "bolt", "--set", "tier=3", "--type", "number")
        text = self.run_in("log", "--list").stdout
        for word in ("m1", "m2", "acme", "12.5 EUR", "tier", "ann"):
            self.assertIn(word, text)
        rows = self.entries()
        self.assertEqual([(r["id"], r["kind"]) for r in rows], [("m2", "attribute"), ("m1", "event")])
        self.assertEqual((rows[1]["text"], rows[1]["currency"], rows[1]["user"]), ('he said "no", twice', "EUR", "u1"))
        self.assertEqual(self.run_in("log", "--list", "bolt", "--format", "csv").csv()[0]["what"], "tier")
        self.assertEqual(self.entries("acme")[0]["account"], "acme")


class Override(Manual):
    def test_an_override_is_recorded_shown_and_ended(self):
        codes, _ = self.refused("override", "acme", "--clear", "--reason", "x")
        self.assertEqual(codes, ["no-override"])
        out = self.run_in("override", "Acme Corp", "--ceiling", "40", "--until", day(10), "--reason", "no contract yet")
        self.assertIn("the score of acme (Acme Corp) is at most 40 from", out.stdout)
        self.assertIn("no contract yet", out.stdout)
        row = self.entries("acme")[0]
        self.assertEqual((row["what"], row["value"], row["expires"], row["reason"]),
                         ("override.set", "40", day(10), "no contract yet"))
        self.assertEqual(row["day"], TODAY.isoformat(), "never backdated")
        out = self.run_in("override", "acme", "--clear", "--reason", "signed")
        self.assertIn("ends today", out.stdout)
        self.assertEqual(self.refused("override", "acme", "--clear", "--reason", "x")[0], ["no-override"])

    def test_the_score_under_an_override(self):
        self.run_in("log", "bolt", "pulse.set", "value=3")
        before = self.score()
        for option, value, expected in (("--ceiling", "20.5", "20.50"), ("--floor", "90", "90.00"), ("--value", "7", "7.00")):
            out = self.run_in("override", "acme", option, value, "--until", day(1), "--reason", "x")
            self.assertEqual(str(self.score()), expected)
            later = self.run_in("score", "--model", "first", "--as-of", day(1), "--account", "acme", "--format", "json")
            self.assertNotEqual(str(later.json()[0]["score"]), expected, "the day named with --until is free of it")
        self.run_in(*re.search(r"kenko -C w (log --undo m\d+)", out.stdout).group(1).split())
        self.assertEqual(str(self.score()), "90.00", "what was taken back was never said")
        self.run_in("override", "acme", "--clear", "--reason", "signed")
        self.assertEqual(self.score(), before)

    def test_an_override_of_a_file_can_be_ended(self):
        self.write("o.csv", "name,occurred_at,account,value,kind,expires,reason\n"
                            f"override.set,{day(-3)},bolt,30,ceiling,{day(9)},from the CRM\n")
        self.import_files("w", "o.csv")
        self.assertIn("ends today", self.run_in("override", "bolt", "--clear", "--reason", "over").stdout)

    def test_what_is_refused(self):
        good = ("--until", day(10), "--reason", "x")
        for codes, words, args in [
            (["bad-value"], "--value is `101`", ("acme", "--value", "101", *good)),
            (["bad-value"], "two places", ("acme", "--floor", "40.123", *good)),
            (["bad-option"], "one thing", ("acme", "--floor", "40", "--ceiling", "50", *good)),
            (["bad-option"], "missing", ("acme", *good)),
            (["already-over"], "--until", ("acme", "--value", "1", "--until", TODAY.isoformat(), "--reason", "x")),
            (["bad-day"], "--until is missing", ("acme", "--value", "1", "--reason", "x")),
            (["no-reason"], "--reason", ("acme", "--value", "1", "--until", day(10))),
            (["no-model"], "firts", ("acme", "--value", "1", "--model", "firts", *good)),
            (["unknown-account"], "acne", ("acne", "--value", "1", *good)),
            (["bad-option"], "--clear", ("acme", "--clear", "--value", "1", "--reason", "x")),
        ]:
            with self.subTest(args=args):
                found, message = self.refused("override", *args)
                self.assertEqual(found, codes, message)
                self.assertIn(words, message)

    def test_a_note(self):
        out = self.run_in("note", "acme", "the sponsor leaves in May", "--until", day(20))
        self.assertIn('"the sponsor leaves in May"', out.stdout)
        self.assertEqual(self.entries("acme")[0]["text"], "the sponsor leaves in May")
        self.assertEqual(self.refused("note", "acme", " ")[0], ["bad-field"])
        self.assertEqual(self.refused("note", "acme", "x", "--until", day(-1))[0], ["already-over"])

    def test_notes_and_overrides_are_no_sign_of_life(self):
        calm = "metrics:\n  calm: {dimension: use, value: 'count(ticket.opened[28d])', curve: {0: 100, 1: 0}}\n"
        self.write("w/models/calm.yaml", "kenko: 1\nmodel: calm\ndimensions: {use: {weight: 1}}\n" + calm +
                   "bands: {low: {from: 0}, high: {from: 50}}\n")
        self.write("t.csv", "name,occurred_at,account\n" + f"signed.up,{day(-200)},quiet\nticket.opened,{day(-40)},quiet\n")
        self.import_files("w", "t.csv")

        def quiet():
            row, = self.run_in("score", "--account", "quiet", "--model", "calm", "--as-of", TODAY.isoformat(), "--format",
                               "json").json()
            return str(row["score"]), str(row["silence"])

        self.assertEqual(quiet(), ("0.00", "-100.00"))
        self.run_in("note", "quiet", "nobody answers")
        self.run_in("override", "quiet", "--value", "70", "--until", day(9), "--reason", "x")
        self.run_in("override", "quiet", "--clear", "--reason", "x")
        self.assertEqual(quiet(), ("0.00", "-100.00"))
        self.run_in("log", "quiet", "call")
        self.assertEqual(quiet(), ("100.00", "0.00"), "a call is a sign of life")


class DueInput(Manual):
    def due(self, *args):
        return self.run_in("due-input", "--model", "first", "--as-of", TODAY.isoformat(), *args)

    def test_by_owner_the_most_revenue_first(self):
        self.write("more.csv", "account,owner,valid_from\n" +
                   "".join(f"{a},{o},{day(-5)}\n" for a, o in (("c1", "bob"), ("c2", ""), ("c3", "ann"))))
        self.write("contracts.csv", f"contract_id,account,start,arr\nd1,c1,{day(-9)},100000\nd3,c3,{day(-9)},50000\n")
        self.import_files("w", "more.csv", "contracts.csv")
        self.run_in("log", "acme", "pulse.set", "value=3", "--at", day(-31))
        rows = self.due("--format", "json").json()
        self.assertEqual([(r["owner"], r["account"]) for r in rows],
                         [("ann", "c3"), ("ann", "acme"), ("bob", "c1"), ("bob", "bolt"), (None, "c2")])
        self.assertEqual([r["days"] for r in rows], [None, 31, None, None, None])
        self.assertEqual(str(rows[0]["arr"]), "50000.00")
        self.run_in("log", "acme", "pulse.set", "value=3", "--at", day(-30))
        self.assertNotIn("acme", [r["account"] for r in self.due("--format", "json").json()], "30 days are not too old")
        only = self.due("--owner", "bob", "--format", "json").json()
        self.assertEqual([r["account"] for r in only], ["c1", "bolt"])
        self.assertEqual(self.refused("due-input", "--model", "first", "--owner", "bobb")[0], ["unknown-owner"])

    def test_the_command_can_be_pasted(self):
        self.run_in("log", "bolt", "pulse.set", "value=3")
        text = self.due().stdout
        self.assertIn("4  happy", text)
        self.assertEqual(text.count("would recommend us"), 1, "the steps stand there once")
        command = re.search(r"kenko (-C w log acme pulse.set value=)", text).group(1)
        self.kenko(*(command + "4").split(), env={"KENKO_AUTHOR": "ann"})
        self.assertIn("nothing is due", self.due().stdout)

    def test_a_pulse_that_has_expired_is_due(self):
        self.run_in("log", "bolt", "pulse.set", "value=3")
        self.run_in("log", "acme", "pulse.set", "value=3", "--at", day(-9), f"expires={day(0)}")
        row, = self.due("--format", "json").json()
        self.assertEqual((row["account"], row["expired"], row["days"]), ("acme", True, 9))

    def test_a_model_that_asks_nobody(self):
        self.run_in("log", "bolt", "pulse.set", "value=3")
        self.write("w/models/first.yaml", MODEL[:MODEL.index("inputs:")])
        codes, message = self.refused("due-input", "--model", "first")
        self.assertEqual(codes, ["no-inputs"])
        self.assertIn("inputs:", message)


if __name__ == "__main__":
    main()
