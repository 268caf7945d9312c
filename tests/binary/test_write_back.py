"""`kenko write-back`: changed rows alone, as CSV, as Parquet and in a table of a real PostgreSQL (skipped where there is no
server program)."""
import csv
import datetime
import glob
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from kenko_runner import KenkoTest, main

AS_OF = datetime.date(2026, 6, 20)
DAY = datetime.timedelta(days=1)
MODEL = """kenko: 1
model: first
min_coverage: 0%
dimensions: {habit: {weight: 1}}
metrics:
  logins: {dimension: habit, value: 'count(login[7d])', curve: {0: 0, 7: 100}, min_observed: 1d}
bands: {red: {from: 0}, green: {from: 50}}
"""
TARGETS = """kenko: 1
write_back:
  csv: {source: crm, file: out/scores.csv}
  parquet: {source: files, file: out/scores.parquet}
"""


def postgres_bin():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return pathlib.Path(found[-1]).parent if found else None


class WriteBack(KenkoTest):
    def company(self):
        """Accounts a0 to a4 of the CRM's ids X-0 ...; a4 is not in the CRM."""
        self.workspace("w")
        self.write("w/models/first.yaml", MODEL)
        yaml = self.dir / "w" / "kenko.yaml"
        yaml.write_text(yaml.read_text().replace("model:", "model: first #", 1))
        self.write("facts.yaml", "kenko: 1\nsource: files\naccounts: defines\nrules:\n  names:\n    files: names.csv\n"
                   "    account: account\n    valid_from: since\n    attributes: {name: name}\n  events:\n    files: events*.csv\n"
                   "    event: {column: what}\n    account: account\n    time: at\n    id: id\n")
        self.write("crm.yaml", "kenko: 1\nsource: crm\naccounts: matched\nrules:\n  ids:\n    files: ids.csv\n"
                   "    identities: {kind: {constant: account}, source: {constant: crm}, external_id: id, id: account}\n")
        self.write("names.csv", "account,since,name\n" + "".join(
            f'a{n},2026-05-01,"Company {n}, Ltd"\n' for n in range(5)))
        rows = [f"login,a{n},{AS_OF - DAY * d}T10:00:00Z,{n}-{d}" for n in range(5) for d in range(30) if (d + n) % (n + 1) == 0]
        self.write("events.csv", "what,account,at,id\n" + "\n".join(rows) + "\n")
        self.import_files("w", "names.csv", "events.csv", mapping="facts.yaml")
        self.write("ids.csv", "account,id\n" + "".join(f"a{n},X-{n}\n" for n in range(4)))
        self.import_files("w", "ids.csv", mapping="crm.yaml")
        self.write("w/write_back.yaml", TARGETS)

    def close(self, day):
        self.kenko("-C", "w", "close", "--as-of", day)

    def expected(self, day):
        rows = self.kenko("-C", "w", "history", "--as-published", "--from", day, "--to", day, "--format", "csv").csv()
        return {r["account"]: r["score"] for r in rows}

    @staticmethod
    def rows_of(path):
        with path.open() as file:
            return list(csv.DictReader(file))

    def run_write_back(self, *options, **kwargs):
        return self.kenko("-C", "w", "write-back", *options, **kwargs).stdout

    def test_changed_rows_alone_under_the_crms_ids(self):
        self.company()
        self.close(AS_OF - DAY)
        dry = self.run_write_back("--dry-run")
        self.assertIn("csv: 4 changed rows would go to", dry)
        self.assertFalse((self.dir / "w" / "out").exists())
        out = self.run_write_back()
        self.assertIn("1 accounts without an id there", out)
        first = AS_OF - DAY
        rows = self.rows_of(self.dir / "w" / "out" / f"scores-{first}.csv")
        scores = self.expected(first)
        self.assertEqual({r["id"]: float(r["score"]) for r in rows}, {f"X-{n}": float(scores[f"a{n}"]) for n in range(4)})
        self.assertEqual(rows[1]["name"], "Company 1, Ltd")
        self.assertEqual(rows[0]["account"], "a0")
        self.assertIn("csv: 0 changed rows", self.run_write_back())
        self.close(AS_OF)
        self.run_write_back()
        after = self.expected(AS_OF)
        changed = {f"X-{n}" for n in range(4) if after[f"a{n}"] != scores[f"a{n}"]}
        path = self.dir / "w" / "out" / f"scores-{AS_OF}.csv"
        ids = {r["id"] for r in self.rows_of(path)} if path.exists() else set()
        self.assertLessEqual(changed, ids)
        self.assertLess(len(ids), 4, "who stays the same is not written again")
        self.assertTrue((self.dir / "w" / "out" / f"scores-{first}.parquet").exists())

    def test_mistakes(self):
        self.company()
        self.write("w/write_back.yaml", "kenko: 1\nwrite_back:\n  a: {source: crn, file: x.txt}\n  b: {source: crm}\n")
        out = self.kenko("-C", "w", "write-back", status=1).stderr
        for words in ("write_back.yaml:3:", "did you mean `crm`", "ends with .csv or .parquet", "write_back.yaml:4:"):
            self.assertIn(words, out)

    @unittest.skipUnless(postgres_bin(), "no PostgreSQL server on this machine")
    def test_a_table_of_a_real_server(self):
        self.company()
        with Server() as server:
            self.write("w/write_back.yaml", "kenko: 1\nwrite_back:\n  warehouse: {source: crm, table: kenko_scores, "
                       "url_env: KENKO_POSTGRES}\n")
            env = {"KENKO_POSTGRES": server.url}
            self.close(AS_OF - DAY)
            self.run_write_back(env=env)
            self.assertEqual(server.rows("SELECT count(*), min(id), max(name) FROM kenko_scores"), [["4", "X-0", "Company 3, Ltd"]])
            self.assertIn("warehouse: 0 changed rows", self.run_write_back(env=env))
            self.close(AS_OF)
            out = self.run_write_back(env=env)
            scores = self.expected(AS_OF)
            self.assertEqual({i: float(s) for i, s in server.rows("SELECT id, score FROM kenko_scores")},
                             {f"X-{n}": float(scores[f"a{n}"]) for n in range(4)}, out)
            server.stop()
            later = AS_OF + 5 * DAY
            self.write("events2.csv", f"what,account,at,id\nlogin,a0,{later}T10:00:00Z,new\n")
            self.import_files("w", "events2.csv", mapping="facts.yaml")
            self.close(later)
            failed = self.kenko("-C", "w", "write-back", status=1, env=env)
            self.assertIn("postgres-failed", failed.stderr)
            self.assertNotIn(server.url, failed.stderr + failed.stdout)
            server.start()
            self.run_write_back(env=env)
            scores = self.expected(later)
            self.assertEqual({i: float(s) for i, s in server.rows("SELECT id, score FROM kenko_scores")},
                             {f"X-{n}": float(scores[f"a{n}"]) for n in range(4)})


class Server:
    """A PostgreSQL of its own, on a socket in a folder of its own."""

    def __init__(self):
        self.bin = postgres_bin()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kenko-postgres-"))
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.dir, "postgres", "postgres")
        self.url = f"postgresql:///postgres?host={self.dir}&user=kenko"

    def run(self, program, *args):
        return subprocess.run([*self.user, str(self.bin / program), *args], check=True, capture_output=True, text=True,
                              cwd=self.dir).stdout

    def start(self):
        options = f"-k {self.dir} -c listen_addresses='' -c fsync=off"
        subprocess.run([*self.user, str(self.bin / "pg_ctl"), "-D", str(self.dir / "data"), "-w", "-o", options, "-l",
                        str(self.dir / "log"), "start"], check=True, stdout=subprocess.DEVNULL, cwd=self.dir)

    def stop(self):
        self.run("pg_ctl", "-D", str(self.dir / "data"), "-m", "immediate", "-w", "stop")

    def rows(self, sql):
        out = subprocess.run([str(self.bin / "psql"), self.url, "-At", "-F", "\t", "-c", sql], check=True,
                             capture_output=True, text=True).stdout
        return [line.split("\t") for line in out.splitlines()]

    def __enter__(self):
        self.run("initdb", "-D", str(self.dir / "data"), "-U", "kenko", "--auth=trust", "--no-sync")
        self.start()
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        except subprocess.CalledProcessError:
            pass
        shutil.rmtree(self.dir, ignore_errors=True)


if __name__ == "__main__":
    main()
