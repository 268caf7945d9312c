"""What people do to a workspace: small, so that a run takes a moment."""
import json
import os
import re

from fault_runner import LONG, Scenario, Step

MODEL = """kenko: 1
model: {name}
dimensions: {{habit: {{weight: 1}}}}
metrics:
  logins: {{dimension: habit, value: 'count(login[28d])', curve: {{0: 0, {many}: 100}}, min_observed: 1d}}
  spend: {{dimension: habit, value: 'sum(purchase[28d], value)', curve: {{0: 0, 4000: 100}}, min_observed: 1d}}
bands: {{low: {{from: 0}}, high: {{from: 50}}}}
"""
ACCOUNTS = ("acme", "bolt", "core", "dune")


def event_rows(first, last, value=3):
    rows = ["event_id,account,user,name,occurred_at,value,plan"]
    for n in range(first, last):
        account = ACCOUNTS[n * 7 % 4]
        name, amount = ("purchase", f"{n * value}.50") if n % 3 == 0 else ("login", "")
        rows.append(f"e{n},{account},u{n % 5}@{account}.com,{name},2026-01-{1 + n % 28:02d}T{n % 24:02d}:00:00Z,"
                    f"{amount},p{n % 2}")
    return "\n".join(rows) + "\n"


def prepare(test):
    """The files, and a workspace `start` without facts."""
    test.write("one.csv", event_rows(0, 30))
    test.write("two.csv", event_rows(20, 50))
    test.write("mended.csv", event_rows(10, 50, value=5))
    test.write("bad.csv", "event_id,account,name,occurred_at\nx1,acme,login,2026-01-09\nx2,acme,login,yesterday\n")
    test.write("accounts.csv", "account,name,owner,valid_from\n" +
               "".join(f"{a},{a.title()} Ltd,ann,2026-01-01\n" for a in ACCOUNTS))
    test.write("contracts.csv", "contract_id,account,start,arr\n" +
               "".join(f"c{n},{a},2026-01-01,{n}000\n" for n, a in enumerate(ACCOUNTS)))
    test.workspace("start")
    test.write("start/models/first.yaml", MODEL.format(name="first", many=20))
    test.write("start/models/second.yaml", MODEL.format(name="second", many=10))


def import_scenario():
    return Scenario("import", [
        Step(("import", "one.csv", "accounts.csv")),
        Step(("import", "two.csv", "contracts.csv", "bad.csv")),
        Step(("import", "mended.csv")),
    ])


def log_scenario():
    """On a workspace that has facts."""
    return Scenario("log", [
        Step(("log", "acme", "meeting.held", "kind=qbr", "--at", "2026-01-20")),
        Step(("log", "bolt", "--set", "owner=bob", "--at", "2026-01-21")),
        Step(("log", "--undo", "m1")),
        Step(("log", "core", "meeting.held", "they=move", "--at", "2026-01-22T10:30", "--user", "u1@core.com")),
    ], facets=("entries",), again=False)


def publish_scenario():
    return Scenario("publish", [
        Step(("model", "publish", "first", "--reason", "we begin")),
        Step(("model", "publish", "second", "--reason", "ten are a habit")),
    ], facets=("publications",), again=False)


def lines(first, last, value=3):
    """Events for `kenko append`, as those of event_rows()."""
    header, *rows = event_rows(first, last, value).splitlines()
    names = header.split(",")
    return [json.dumps({k: v for k, v in zip(names, row.split(",")) if v}) + "\n" for row in rows]


def append_step(sent, *options):
    """Stopped after any line."""
    def step(count, **more):
        return Step(("append", *options), "".join(sent[:count]).encode(), **more)
    return step(len(sent), parts=tuple(step(n) for n in range(1, len(sent))), answers=True)


def append_scenario():
    return Scenario("append", [
        append_step(lines(25, 37), "--group", "3", "--seal-after", "5"),
        append_step(lines(30, 40, value=5), "--group", "1"),
        Step(("import", "two.csv")),
    ])


def compact_scenario():
    return Scenario("compact", [
        append_step(lines(30, 33)),
        Step(("import", "mended.csv")),
        Step(("compact", "--grace", "0")),
    ])


def close_scenario():
    days = [f"2026-01-{day}" for day in (25, 26, 27)]
    return Scenario("close", [
        Step(("close", "--as-of", days[0])),
        Step(("close", "--as-of", days[2]), parts=(Step(("close", "--as-of", days[1])),)),
    ], facets=("published",))


def make_some(test, rng, count=3):
    """All in the long form, else some: every run takes others."""
    made = make_all(test)
    return made if LONG or os.environ.get("KENKO_SCENARIOS") else rng.sample(made, count)


def make_all(test, *names):
    """[(scenario, folder to start from)], of all scenarios or of those named, here or in KENKO_SCENARIOS=import,log."""
    names = names or tuple(filter(None, os.environ.get("KENKO_SCENARIOS", "").split(",")))
    prepare(test)
    name = test.copy(test.dir / "start")
    test.good(name, "import", "one.csv", "accounts.csv", "contracts.csv")
    full = test.dir / name
    active = test.dir / test.copy(full)
    settings = (active / "kenko.yaml").read_text(encoding="utf-8")
    (active / "kenko.yaml").write_text(re.sub(r"(?m)^model:.*\n", "", settings) + "model: first\n", encoding="utf-8")
    scenarios = [(import_scenario(), test.dir / "start"), (log_scenario(), full), (publish_scenario(), full),
                 (append_scenario(), full), (compact_scenario(), full), (close_scenario(), active)]
    return [(s, start) for s, start in scenarios if not names or s.name in names]
