"""A newcomer's own spreadsheets: `kenko start` in an empty folder, without reading any docs."""
import datetime
import io
import random
import re
import shlex
import zipfile
from xml.sax.saxutils import escape

from kenko_runner import KenkoTest, display_width, main

FIRST = datetime.date(2026, 3, 1)


def workbook(rows):
    """The bytes of an .xlsx file with one sheet; dates are days since 1899-12-30 in a cell of date style."""
    def cell(column, number, value):
        ref = f"{chr(65 + column)}{number}"
        if isinstance(value, datetime.date):
            return f'<c r="{ref}" s="1"><v>{(value - datetime.date(1899, 12, 30)).days}</v></c>'
        if isinstance(value, (int, float)):
            return f'<c r="{ref}"><v>{value}</v></c>'
        return f'<c r="{ref}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    main_ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheet = "".join(f'<row r="{n}">{"".join(cell(c, n, v) for c, v in enumerate(row))}</row>'
                    for n, row in enumerate(rows, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
                               f'"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName='
                               f'"/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName='
                               f'"/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/><Override PartName='
                               f'"/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{rel}/officeDocument"'
                       f' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main_ns} xmlns:r="{rel}"><sheets><sheet name="Orders" sheetId="1" r:id="r1"/>'
                           f'</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type='
                                      f'"{rel}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type='
                                      f'"{rel}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {main_ns}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" '
                         f'applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet {main_ns}><sheetData>{sheet}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


class Start(KenkoTest):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(11)

    def visits(self, names, count=200, days=200):
        """(customer, day, number between 1 and 9,999) in no order."""
        return [(self.rng.choice(names), FIRST + datetime.timedelta(days=self.rng.randrange(days)),
                 self.rng.randrange(1, 10_000)) for _ in range(count)]

    def started(self, name, rows, customers):
        """Runs start and checks what every newcomer must see."""
        out = self.kenko("start", "health", name)
        self.assertEqual(out.stderr, "")
        text = out.stdout
        self.assertRegex(text, r"(?m)^Made the workspace .*/health$")
        self.assertRegex(text, r"mapping written to .*/health/mappings/[^ ]+\.yaml; correct it there and import again:\n"
                               rf"    kenko -C health import --source \S+ {re.escape(name)}\n")
        self.assertRegex(text, rf"(?m)^\S+ +{rows} +{rows} +0 +0 +0 +0$", "every row gave a fact")
        self.assertRegex(text, r"Model written to .*/health/models/starter.yaml")
        self.assertRegex(text, r"(?m)^As of .* 2026, model starter$")
        self.assertRegex(text, r"(?m)^account +score +band +30 days +13 weeks +cover(?: +why)?\n.*\d\.\d\d .*\n    \S.*\d")
        listed = text[text.index("lowest scores"):]
        for customer in customers:
            self.assertIn(customer, listed)
        self.assertRegex(text, r"(?m)^Next: kenko -C health ")
        self.assertEqual([line for line in listed.splitlines() if display_width(line) > 100], [])
        self.assertRegex(listed, r"(?m)^    Days (since|with) .* \d+(:| →)", "reasons say the number")
        reason = self.kenko("-C", "health", "explain", customers[0]).stdout.splitlines()[2]
        self.assertRegex(reason, r"^(Days|Sum) .*(/100, −\d|: [−+]\d)")
        command = re.search(r"(?m)^Next: kenko (.*)$", text)[1].split()
        self.kenko(*command)
        self.assertRegex(self.kenko("-C", "health", "model", "check").stdout, r" metrics, 1 dimension, 4 bands, ")
        scores = {r["account"]: r["score"] for r in self.kenko("-C", "health", "score", "--format", "csv").csv()}
        self.assertEqual(set(scores), set(customers))
        self.assertTrue(all(scores.values()), scores)
        # The same again: nothing is doubled, the mapping is left alone.
        digest = self.digest("health")
        again = self.kenko("start", "health", name).stdout
        self.assertNotIn("Made the workspace", again)
        self.assertRegex(again, rf"(?m)^\S+ +{rows} +0 +{rows} +0 +0 +0$")
        self.assertEqual(self.digest("health"), digest)
        return text

    GERMAN = ["Müller GmbH", "Weiß & Söhne", "Bäckerei Kraus", "Öztürk Import"]

    def german(self):
        rows = ["Customer;Date;What;Amount"]
        for customer, day, number in self.visits(self.GERMAN):
            rows.append(f"{customer};{day:%d.%m.%Y};{self.rng.choice(['Order', 'Visit'])};{number // 1000}."
                        f"{number % 1000:03d},50")
        return "\r\n".join(rows) + "\r\n"

    def check_german(self, text):
        self.assertIn("account: Customer", text)
        self.assertIn('time: {column: Date, format: "%d.%m.%Y"}', text)
        self.assertIn("value: Amount", text)
        self.assertRegex(text, r'format: \{.*decimal: ","')
        events = self.kenko("-C", "health", "explain", "Müller GmbH", "--format", "json").json()
        values = [e["value"] for item in events["evidence"] for e in item["newest"]]
        self.assertTrue(values)
        self.assertTrue(all(str(v).rstrip("0").endswith(".5") for v in values), "decimal commas were understood")

    def test_semicolons_and_decimal_commas(self):
        self.write("kunden.csv", self.german())
        self.check_german(self.started("kunden.csv", 200, self.GERMAN))

    def test_the_same_as_windows_writes_it(self):
        self.write("kunden.csv", self.german(), encoding="windows-1252")
        text = self.started("kunden.csv", 200, self.GERMAN)
        self.assertIn('encoding: "windows-1252"', text)
        self.check_german(text)

    def test_the_same_as_excel_writes_unicode(self):
        self.write("kunden.csv", self.german(), encoding="utf-8-sig")
        self.check_german(self.started("kunden.csv", 200, self.GERMAN))

    def test_the_same_in_utf16(self):
        self.write("kunden.txt", self.german().replace(";", "\t"), encoding="utf-16")
        self.check_german(self.started("kunden.txt", 200, self.GERMAN))

    def test_english_with_nameless_columns(self):
        rows = ["Client Name,,Order Date,Total,"]
        names = ["Acme", "Bolt", "Cargo", "Delta, Inc."]
        for customer, day, number in self.visits(names):
            rows.append(f'"{customer}",x,{day:%m/%d/%Y},"${number:,}.25",')
        self.write("sales.csv", "\n".join(rows) + "\n")
        text = self.started("sales.csv", 200, names)
        self.assertIn('account: "Client Name"', text)
        self.assertIn('format: "%m/%d/%Y"', text)
        self.assertIn('strip: ["$"]', text)

    def test_japanese(self):
        names = ["株式会社山田", "鈴木商店", "佐藤工業㈱", "髙橋製作所"]
        for encoding in ("cp932", "utf-8"):
            with self.subTest(encoding=encoding):
                self.setUp()
                rows = ["顧客名,日付,内容,金額"]
                for customer, day, number in self.visits(names):
                    rows.append(f"{customer},{day:%Y/%m/%d},{self.rng.choice(['注文', '来店'])},{number}")
                self.write("uriage.csv", "\r\n".join(rows) + "\r\n", encoding=encoding)
                text = self.started("uriage.csv", 200, names)
                self.assertRegex(text, 'account: "?顧客名"?')
                if encoding == "cp932":
                    self.assertIn("encoding: cp932", text)

    def test_chinese(self):
        names = ["北京贸易有限公司", "上海电子", "广州食品厂"]
        rows = ["客户,日期,金额"]
        for customer, day, number in self.visits(names, 150):
            rows.append(f"{customer},{day:%Y-%m-%d},{number}")
        self.write("dingdan.csv", "\r\n".join(rows) + "\r\n", encoding="gb18030")
        text = self.started("dingdan.csv", 150, names)
        self.assertIn("encoding: gb18030", text)

    def test_workbook(self):
        names = ["Acme", "Bolt", "Cargo"]
        rows = [["Customer", "Date", "Amount"]] + [[c, d, n + 0.5] for c, d, n in self.visits(names, 150)]
        self.write("orders.xlsx", workbook(rows))
        text = self.started("orders.xlsx", 150, names)
        self.assertIn("account: Customer", text)
        last = max(row[1] for row in rows[1:])
        self.assertIn(f"As of {last:%a} {last.day} {last:%b} {last.year}", text, "dates of cells are dates")

    def test_customers_without_dates(self):
        self.write("customers.csv", "Customer,Plan,Seats,City\nAcme,pro,10,Leeds\nBolt,free,2,York\nCargo,pro,7,Bath\n")
        text = self.kenko("start", "health", "customers.csv").stdout
        self.assertIn("account: Customer", text)
        self.assertRegex(text, r"seats: \{column: Seats, type: number\}")
        self.assertIn("Missing: no dated events came, only states: a score needs something that customers do, with a time",
                      text)
        self.assertRegex(text, r"(?m)^Next: kenko -C health import FILE")
        self.assertFalse((self.dir / "health/models/starter.yaml").exists())
        self.assertIn("3 accounts", self.kenko("-C", "health", "status").stdout)
        # With a file of what they do, start goes on to scores.
        rows = "".join(f"{c},{d:%Y-%m-%d}\n" for c, d, _ in self.visits(["Acme", "Bolt", "Cargo"], 100))
        self.write("visits.csv", "Customer,Visited on\n" + rows)
        text = self.kenko("start", "health", "customers.csv", "visits.csv").stdout
        self.assertIn("Model written to", text)
        self.assertRegex(text, r"(?m)^Acme +\d")

    def test_no_column_for_the_customer(self):
        self.write("weather.csv", "temperature,humidity\n20.5,40\n21.5,41\n")
        text = self.kenko("start", "health", "weather.csv").stdout
        self.assertRegex(text, r"Missing: no column of weather.csv looks like a customer; `temperature` was taken for one: "
                               r"if that is wrong, mend `account:` in .*health/mappings/weather.yaml")

    def test_kenko_s_own_columns(self):
        rows = "".join(f"login,{d:%Y-%m-%d}T09:00:00Z,{c}\n" for c, d, _ in self.visits(["acme", "bolt"], 100))
        self.write("events.csv", "name,occurred_at,account\n" + rows)
        text = self.kenko("start", "health", "events.csv").stdout
        self.assertIn("Kenko's own column names, no mapping needed", text)
        self.assertRegex(text, r"(?m)^acme +\d")

    def test_several_kinds_of_files(self):
        names = ["Acme", "Bolt", "Cargo"]
        for part in range(3):
            rows = "".join(f"{c},{d:%Y-%m-%d},{n}\n" for c, d, n in self.visits(names, 50))
            self.write(f"in/orders-{part}.csv", "Customer,Ordered,Amount\n" + rows)
        rows = "".join(f"{c},{d:%Y-%m-%d},{n % 11}\n" for c, d, n in self.visits(names, 40))
        self.write("in/surveys.csv", "Customer,Answered,Score\n" + rows)
        text = self.kenko("start", "health", "in").stdout
        self.assertIn("3 files of orders", text)
        self.assertIn("1 file of surveys", text)
        self.assertRegex(text, r"(?m)^orders\S* +150 +150 ")

    def import_again(self, text):
        """Runs what start says imports again; returns what was printed, by source."""
        out = {}
        for words in map(shlex.split, re.findall(r"(?m)^    kenko (-C .* import --source .*)$", text)):
            out[words[words.index("--source") + 1]] = self.kenko(*words).stdout
        return out

    def company(self):
        """The exports of a company of which two customers have left."""
        names = ["Acme", "Bolt & Sons", "Cargo", "Dent", "Elm"]
        rows = "".join(f"{c},{d:%Y-%m-%d},login\n" for c, d, _ in self.visits(names, 400))
        self.write("logins.csv", "Customer,Date,Event\n" + rows)
        self.write("people who left.csv", "Customer,Left on,Reason\nCargo,2026-08-01,price\nElm,2026-07-01,\n")
        rows = "".join(f"K{n},{c},2026-03-01,2027-02-28,{n + 1}000,USD\n" for n, c in enumerate(names))
        self.write("contracts.csv", "Contract,Customer,Start,End,ARR,Currency\n" + rows)
        self.write("customers.csv", "Customer,Segment\n" + "".join(f"{c},smb\n" for c in names))
        return ["logins.csv", "people who left.csv", "contracts.csv", "customers.csv"]

    def test_who_left_and_contracts(self):
        text = self.kenko("start", "health", *self.company()).stdout
        self.assertIn("event: account.churned", text)
        status = self.kenko("-C", "health", "status").stdout
        self.assertIn("5 contract versions", status)
        self.assertRegex(status, r"(?m)^logins +defines all +400 +0 ", "no event is lost")
        self.assertRegex(status, r"(?m)^people_who_left +defines all +2 +0 ", "nor is it by a second source")
        tested = self.kenko("-C", "health", "backtest", "--resamples", "50").stdout
        self.assertIn("with the outcome (2 accounts)", tested)

    def test_the_command_that_imports_again(self):
        files = self.company()
        text = self.kenko("start", "health", *files).stdout
        again = self.import_again(text)
        self.assertEqual(set(again), {"logins", "people_who_left", "contracts", "customers"})
        self.assertRegex(again["customers"], r"(?m)^customers.csv +5 +0 +5 ")
        mapping = self.dir / "health/mappings/contracts.yaml"
        mended = mapping.read_text(encoding="utf-8").replace("# auto_renew: {constant: yes}", "auto_renew: {constant: yes}")
        mapping.write_text(mended, encoding="utf-8")
        self.assertRegex(self.import_again(text)["contracts"], r"(?m)^contracts.csv +5 +0 +0 +5 ")

    def test_the_event_that_somebody_named(self):
        self.write("gone.csv", "Customer,Since,Gone\nAcme,2025-01-01,2026-05-01\nBolt,2025-01-01,2026-06-01\n")
        guessed = self.kenko("import", "--suggest", "gone.csv").stdout
        self.assertIn("attributes:", guessed)
        said = self.kenko("import", "--suggest", "gone.csv", "--event", "account.churned").stdout
        self.assertRegex(said, r"(?m)^    event: account.churned")
        self.assertRegex(said, r"(?m)^    time: Gone")
        self.assertNotIn("attributes:", said)

    def test_two_files_of_one_name(self):
        self.write("a/orders.csv", "Customer,Ordered,Amount\nAcme,2026-03-01,5\nBolt,2026-03-02,6\n")
        self.write("b/orders.csv", "Customer,Answered,Score\nAcme,2026-03-01,5\nBolt,2026-03-02,6\nBolt,2026-03-03,6\n")
        text = self.kenko("start", "health", "a/orders.csv", "b/orders.csv").stdout
        self.assertRegex(text, r"(?m)^orders +2 +2 ")
        self.assertRegex(text, r"(?m)^orders-2 +3 +3 ")

    def test_another_file_for_a_mapping(self):
        self.write("orders.csv", "Customer,Ordered,Amount\nAcme,2026-03-01,5\nBolt,2026-03-02,6\n")
        self.kenko("start", "health", "orders.csv")
        self.write("orders.csv", "Customer,Date,Sum\nAcme,2026-03-01,5\n")
        out = self.kenko("start", "health", "orders.csv", status=1)
        self.assertRegex(out.stdout + out.stderr, r"orders.csv.* has no column `Ordered`")

    def test_faulty_files(self):
        self.write("empty.csv", "")
        out = self.kenko("start", "health", "empty.csv", status=1)
        self.assertIn("empty.csv: error: the file is empty [empty-file]", out.stderr)
        self.assertFalse((self.dir / "health").exists(), "nothing is left behind")
        out = self.kenko("start", "health", "nowhere.csv", status=1)
        self.assertIn("nowhere.csv: error: there is no such file or folder", out.stderr)
        out = self.kenko("start", "health", status=2)
        self.assertIn("files is required", out.stderr)
        self.write("photo.csv", bytes(range(256)) * 40)
        out = self.kenko("start", "health", "photo.csv", status=1)
        self.assertRegex(out.stderr, r"photo.csv:1: error: ")
        self.assertFalse((self.dir / "health").exists())

    def test_only_a_header(self):
        self.write("header.csv", "Customer,Date,Amount\n")
        out = self.kenko("start", "health", "header.csv", status=None)
        self.assertRegex(out.stdout + out.stderr, r"(?i)missing|no rows|error")


if __name__ == "__main__":
    main()
