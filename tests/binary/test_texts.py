"""Texts of events: sentiment and topics as properties, the workspace's own lexicons and topics, the cache."""
from kenko_runner import KenkoTest, main

MAPPING = """kenko: 1
source: desk
accounts: defines
rules:
  tickets:
    event: {constant: ticket.opened}
    account: account
    time: at
    id: id
    text: text
"""

TICKETS = """account,at,id,text
anna,2026-03-02T10:00:00Z,1,Great support. Thank you!
anna,2026-03-03T10:00:00Z,2,Please send the invoice
bert,2026-03-02T10:00:00Z,3,解約したいです。ログインできません。
bert,2026-03-03T10:00:00Z,4,
carl,2026-03-02T10:00:00Z,5,42
"""

MODEL = """kenko: 1
model: texts
min_coverage: 0%
dimensions: {all: {weight: 1}}
metrics:
  opinions: {dimension: all, value: 'count(ticket.opened{`sentiment(text)` != ""}[28d])', curve: {0: 0, 9: 100}, min_observed: 1d}
  bad: {dimension: all, value: 'count(ticket.opened{`sentiment(text)` < 0}[28d])', curve: {0: 100, 9: 0}, min_observed: 1d}
  billing: {dimension: all, value: 'count(ticket.opened{`about(billing)` = true}[28d])', curve: {0: 0, 9: 100}, min_observed: 1d}
  leaving: {dimension: all, value: 'count(ticket.opened{`about(cancellation)` = true}[28d])', curve: {0: 0, 9: 100}, min_observed: 1d}
bands: {red: {from: 0}, green: {from: 50}}
"""


class Texts(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.write("w/models/texts.yaml", MODEL)
        self.import_files("w", self.write("tickets.csv", TICKETS), mapping=self.write("desk.yaml", MAPPING))

    def counts(self):
        """account: opinions, bad, billing, leaving."""
        rows = self.kenko("-C", "w", "history", "--model", "texts", "--metrics", "--from", "2026-03-03", "--to", "2026-03-03",
                          "--format", "csv").csv()
        return {row["account"]: tuple(int(float(row["metric." + name])) for name in ("opinions", "bad", "billing", "leaving"))
                for row in rows}

    def test_shipped_lists(self):
        self.assertEqual(self.counts(), {"anna": (2, 0, 1, 0), "bert": (1, 1, 0, 1), "carl": (0, 0, 0, 0)})

    def test_the_workspaces_own_lists(self):
        self.counts()
        self.write("w/lexicons/en.txt", "language: en\n[terms]\ninvoice\t-2\n")
        self.write("w/topics.yaml", "topics: {cancellation: [invoice], billing: [\"42\"]}\n")
        self.assertEqual(self.counts(), {"anna": (1, 1, 0, 1), "bert": (1, 1, 0, 0), "carl": (0, 0, 1, 0)})
        (self.dir / "w/lexicons/en.txt").unlink()
        (self.dir / "w/topics.yaml").unlink()
        self.test_shipped_lists()

    def test_mistakes_in_them_name_their_place(self):
        self.write("w/lexicons/en.txt", "language: en\n[terms]\ngood\t2\nGood\t9\n")
        self.write("w/topics.yaml", "topics: 3\n")
        out = self.kenko("-C", "w", "status", status=None)
        self.assertNotEqual(out.status, 0)
        for part in ("w/lexicons/en.txt:4", "[bad-lexicon]", "w/topics.yaml:1:9", "[bad-topics]"):
            self.assertIn(part, out.stderr)

    def test_the_cache_may_be_deleted(self):
        before = self.counts()
        caches = sorted(path.name.split("-")[0] for path in (self.dir / "w/cache").iterdir())
        self.assertEqual(caches, ["portfolio", "segment"])
        for path in (self.dir / "w/cache").iterdir():
            path.unlink()
        self.assertEqual(self.counts(), before)

    def test_a_later_import_is_read_too(self):
        self.counts()
        self.import_files("w", self.write("more.csv", TICKETS.split("\n")[0] + "\ncarl,2026-03-03T09:00:00Z,6,账单不对，很失望\n"),
                          mapping=self.dir / "desk.yaml")
        self.assertEqual(self.counts()["carl"], (1, 1, 1, 0))


if __name__ == "__main__":
    main()
