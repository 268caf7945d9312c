"""Outgoing messages: each arrives, once by its id, whatever fails on the way; secrets stay where they are."""
import base64
import datetime
import email
import email.policy
import fcntl
import hashlib
import hmac
import itertools
import json
import re
import signal
import ssl
import subprocess
import time

from kenko_runner import BIN, LONG, KenkoTest, environment, main
from mail_server import HttpServer, SmtpServer

KEY = bytes(range(32))
OLD_KEY = bytes(range(1, 33))
SECRETS = {"NEW_SECRET": "whsec_" + base64.b64encode(KEY).decode(), "OLD_SECRET": base64.b64encode(OLD_KEY).decode(),
           "SMTP_PASSWORD": "open sesame"}
START = datetime.datetime(2026, 11, 20, 9, 0, 0, tzinfo=datetime.timezone.utc)


def instant(seconds=0.0):
    text = (START + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "")
    return (text.rstrip("0") if "." in text else text) + "Z"


class Messages(KenkoTest):
    def setUp(self):
        super().setUp()
        self.workspace()
        self.http, self.smtp = HttpServer(), SmtpServer()
        self.addCleanup(lambda: self.http.stop())
        self.addCleanup(lambda: self.smtp.stop())
        self.env = dict(SECRETS)
        self.channels()

    def channels(self, smtp="", hook="", more=""):
        self.write("w/channels.yaml", f"""kenko: 1
smtp: {{server: 127.0.0.1, port: {self.smtp.port}, tls: none, from: Kenko <kenko@example.com>{smtp}}}
webhooks:
  - {{name: crm, url: "http://127.0.0.1:{self.http.port}/hook", secret_env: NEW_SECRET, allow_private: true{hook}}}
{more}""")

    def messages(self, *args, at=0.0, status=0):
        return self.kenko("-C", "w", "messages", "--now", instant(at), *args, status=status, env=self.env)

    def put(self, to="crm", at=0.0):
        """Leaves a message in the outbox and gives its id."""
        return self.messages("test", to, "--later", "--format", "json", at=at).json()[0]["id"]

    def send(self, at=0.0, status=0, options=("--timeout", 5)):
        return self.messages("send", *options, "--format", "json", at=at, status=status).json()

    def results(self, at=0.0, status=0):
        return [row["result"] for row in self.send(at, status)]

    def listed(self, *options):
        return self.messages("list", "--limit", 0, "--format", "json", *options).json()

    def ids(self):
        return [headers["webhook-id"] for _, headers, _ in self.http.posts]


class Webhooks(Messages):
    def test_it_arrives_signed(self):
        self.channels(hook=", secret_file: old.txt")
        self.write("w/old.txt", SECRETS["OLD_SECRET"] + "\n")
        out = self.messages("test", "crm", at=0.5)
        self.assertIn("sent", out.stdout)
        (path, headers, body), = self.http.posts
        self.assertEqual((path, headers["Content-Type"]), ("/hook", "application/json"))
        said = json.loads(body)
        self.assertEqual((said["type"], said["timestamp"], set(said["data"])), ("test", instant(0.5), {"subject", "text"}))
        self.assertEqual(headers["webhook-timestamp"], str(int(START.timestamp())))
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = ["v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
                    for key in (KEY, OLD_KEY)]
        self.assertEqual(headers["webhook-signature"].split(" "), expected)
        row, = self.listed()
        self.assertEqual((row["id"], row["state"], row["tries"], row["status"]), (headers["webhook-id"], "sent", 1, 204))
        self.assertEqual(self.send(), [], "nothing is sent twice")

    def test_what_fails_is_tried_again(self):
        self.http.answer = lambda number: (500, {}, b"out of\xc2\x9border\x1b[2J") if number < 2 else (200, {}, b"")
        name = self.put()
        row, = self.send()
        self.assertEqual((row["result"], row["tries"], row["said"]), ("later", 1, "HTTP 500: out of order [2J"))
        self.assertEqual(self.send(at=4.9), [], "not before the time has come")
        row, = self.send(at=5.6)
        self.assertEqual((row["result"], row["tries"]), ("later", 2))
        wait = datetime.datetime.fromisoformat(row["next"]) - START
        self.assertTrue(305.6 <= wait.total_seconds() < 336, wait)
        self.assertEqual(self.results(at=340), ["sent"])
        self.assertEqual(self.ids(), [name] * 3, "one message, whatever it takes")
        self.assertEqual(len({body for _, _, body in self.http.posts}), 1, "the same bytes")
        self.assertEqual([int(h["webhook-timestamp"]) - int(START.timestamp()) for _, h, _ in self.http.posts], [0, 5, 340])

    def test_given_up_after_days_and_sent_again_by_hand(self):
        self.http.answer = lambda number: (500, {}, b"")
        name = self.put()
        at, tries = 0, 0
        while row := next(iter(self.send(at, status=None)), None):
            tries += 1
            if row["result"] == "given up":
                break
            self.assertEqual(row["result"], "later")
            at = (datetime.datetime.fromisoformat(row["next"]) - START).total_seconds()
        self.assertEqual(tries, 10)
        self.assertTrue(75 * 3600 < at < 84 * 3600, at)
        self.assertEqual(self.send(at + 1e6), [])
        self.assertEqual([row["id"] for row in self.listed("--dead")], [name])
        self.assertEqual(self.listed("--waiting"), [])
        self.assertIn("try 10", self.messages("show", name[:8]).stdout)
        self.http.answer = lambda number: (200, {}, b"")
        self.messages("redeliver", name[:8], at=at + 60)
        self.assertIn("message-waits", self.messages("redeliver", name, status=1).stderr)
        self.assertEqual(self.results(at + 61), ["sent"])
        self.assertEqual(self.ids(), [name] * 11)
        self.assertIn("unknown-message", self.messages("redeliver", "ffffffff", status=1).stderr)

    def test_gone_switches_the_endpoint_off(self):
        names = [self.put(at=n / 10) for n in range(3)]
        self.http.answer = lambda number: (410, {}, b"")
        self.assertEqual(self.results(at=1, status=1), ["switched off", "put off", "put off"])
        self.assertEqual(len(self.http.posts), 1)
        out = self.messages("send", at=1e6, status=1)
        self.assertIn("kenko messages enable crm", out.stdout, "it is said until somebody has looked")
        self.assertEqual(len(self.http.posts), 1)
        self.assertEqual({row["state"] for row in self.listed()}, {"switched off"})
        self.assertIn("unknown-channel", self.messages("enable", "crn", status=1).stderr)
        self.messages("enable", "crm")
        self.http.answer = lambda number: (200, {}, b"")
        self.assertEqual(self.results(at=2), ["sent"] * 3)
        self.assertEqual(self.ids(), [names[0], *names])
        self.assertIn("was not switched off", self.messages("enable", "crm").stdout)

    def test_too_many_requests(self):
        first, second = self.put(), self.put(at=0.1)
        self.http.answer = lambda number: (429, {"Retry-After": "3600"}, b"") if number == 0 else (200, {}, b"")
        self.assertEqual(self.results(at=1), ["later", "put off"], "the others are not sent into the same wall")
        row = next(r for r in self.listed() if r["id"] == first)
        self.assertEqual(row["due"], instant(3601), "what the receiver asked for")
        self.assertEqual(self.results(at=2), ["sent"])
        self.assertEqual(self.results(at=3600), [])
        self.assertEqual(self.results(at=3601), ["sent"])
        self.assertEqual(self.ids(), [first, second, first])

    def test_a_bound_for_what_the_receiver_asks(self):
        self.put()
        self.http.answer = lambda number: (503, {"Retry-After": "99999999"}, b"")
        self.assertEqual(self.results(), ["later"])
        self.assertEqual(self.listed()[0]["due"], instant(86400))

    def test_no_redirect_is_followed(self):
        other = HttpServer()
        self.addCleanup(other.stop)
        self.http.answer = lambda number: (302, {"Location": f"http://127.0.0.1:{other.port}/"}, b"")
        self.put()
        row, = self.send()
        self.assertEqual(row["result"], "later")
        self.assertIn("redirect", row["said"])
        self.assertEqual((len(self.http.posts), other.posts), (1, []))

    def test_private_addresses(self):
        """Also where only resolving a name shows that it is one, and whatever way the number is written."""
        for url in ("http://127.0.0.1:{}/x", "http://[::1]:{}/x", "http://localhost:{}/x"):
            self.channels(more=f"  - {{name: lab, url: '{url.format(self.http.port)}', secret_env: NEW_SECRET}}\n")
            self.assertIn("private-address", self.messages("send", status=1).stderr)
        self.channels(more="slack:\n  - {name: talk, url_env: TALK}\n")
        for number, host in enumerate(("localhost", "127.0.0.1", "2130706433", "0x7f.1", "127.1", "0", "[::ffff:127.0.0.1]", "[::1]")):
            self.env["TALK"] = f"http://{host}:{self.http.port}/x"
            out = self.messages("test", "talk", at=number, status=1)
            self.assertNotIn("TALK", out.stdout)
            self.assertRegex(out.stdout, r"no\s+address\s+of\s+the\s+public\s+internet|Failed to connect", host)
        self.assertEqual(self.http.posts, [])
        self.env["TALK"] = f"http://localhost:{self.http.port}/x"
        self.channels(more="slack:\n  - {name: talk, url_env: TALK, allow_private: true}\n")
        self.messages("test", "talk", at=60)
        (_, headers, body), = self.http.posts
        self.assertIn("blocks", json.loads(body))
        self.assertNotIn("webhook-signature", headers)

    def test_no_proxy(self):
        other = HttpServer()
        self.addCleanup(other.stop)
        self.env.update(http_proxy=f"http://127.0.0.1:{other.port}", ALL_PROXY=f"http://127.0.0.1:{other.port}")
        self.messages("test", "crm")
        self.assertEqual((len(self.http.posts), other.posts), (1, []))

    def test_hanging_endless_dropping_and_restarting(self):
        self.put()
        begin = time.monotonic()
        self.http.answer = lambda number: "hang"
        self.assertEqual([r["result"] for r in self.send(options=("--timeout", 1))], ["later"])
        self.assertLess(time.monotonic() - begin, 10)
        self.http.answer = lambda number: "drop"
        self.assertEqual(self.results(at=10), ["later"])
        port = self.http.port
        self.http.stop()
        row, = self.send(at=400)
        self.assertIn("connect", row["said"])
        self.http = HttpServer(port)
        self.http.answer = lambda number: "endless"
        self.assertEqual(self.results(at=3000), ["sent"], "it said 200; the rest is not listened to")
        self.assertEqual(len(self.http.posts), 1)

    def test_one_that_is_down_does_not_hold_up_others(self):
        other = HttpServer()
        self.addCleanup(other.stop)
        self.channels(more=f"  - {{name: lab, url: 'http://127.0.0.1:{other.port}', secret_env: OLD_SECRET, "
                           "allow_private: true}\n")
        for n in range(4):
            self.put(at=n / 10)
            self.put("lab", at=n / 10)
        self.http.stop()
        begin = time.monotonic()
        results = self.results(at=1)
        self.assertEqual(sorted(results), ["later"] + ["put off"] * 3 + ["sent"] * 4)
        self.assertLess(time.monotonic() - begin, 10)
        self.http = HttpServer(self.http.port)
        self.assertEqual(self.results(at=2), ["sent"] * 3)
        self.assertEqual(self.results(at=7), ["sent"])
        self.assertEqual((len(set(self.ids())), len(self.ids()), len(other.posts)), (4, 4, 4))


class Secrets(Messages):
    def test_secrets_are_nowhere(self):
        self.channels(smtp=", user: kenko, password_env: SMTP_PASSWORD", more="slack:\n  - {name: talk, url_env: TALK}\n")
        self.env["TALK"] = "https://127.0.0.1:9/services/T1/hidden"
        said = []
        for to in ("crm", "talk", "ann@example.com"):
            said.append(self.messages("test", to, "--later"))
        said.append(self.messages("send", "--dry-run"))
        self.assertEqual((self.http.posts, self.smtp.mails), ([], []), "a dry run sends nothing")
        self.assertIn("Somebody asked for it", said[-1].stdout)
        self.assertEqual(said[-1].stdout.count("3 would be sent"), 1)
        said += [self.messages("send", "--format", "json", status=None), self.messages("list", "--format", "json")]
        kept = b"".join(p.read_bytes() for p in (self.dir / "w").rglob("*") if p.is_file())
        for secret in (SECRETS["NEW_SECRET"][6:], "open sesame", "hidden"):
            self.assertFalse(any(secret in out.stdout + out.stderr for out in said), secret)
            self.assertNotIn(secret.encode(), kept)

    def test_a_secret_that_is_missing_costs_no_try(self):
        self.put()
        del self.env["NEW_SECRET"]
        for _ in range(12):
            out = self.messages("send", status=1)
            self.assertIn("[no-secret]", out.stderr)
        self.env["NEW_SECRET"] = "whsec_c2hvcnQ="
        self.assertIn("[bad-secret]", self.messages("send", status=1).stderr)
        self.env["NEW_SECRET"] = SECRETS["NEW_SECRET"]
        self.assertEqual(self.results(), ["sent"])

    def test_a_channel_that_is_no_longer_there(self):
        self.put()
        self.put("ann@example.com")
        self.write("w/channels.yaml", "kenko: 1\n")
        out = self.messages("send", status=1)
        self.assertIn("unknown-channel", out.stderr)
        self.assertIn("no-mail-server", out.stderr)
        (self.dir / "w/channels.yaml").unlink()
        self.messages("send", status=1)
        self.channels()
        self.assertEqual(self.results(), ["sent", "sent"])

    def test_mistakes_in_the_file(self):
        self.write("w/channels.yaml", "kenko: 1\nsmpt: {}\nwebhooks:\n  - {name: a b, url: x, secret: whsec_abc}\n")
        out = self.messages("send", status=1)
        for code in ("unknown-key", "bad-channel-name", "bad-url", "secret-in-file"):
            self.assertIn(f"[{code}]", out.stderr)
        self.assertRegex(out.stderr, r"channels\.yaml:2:1: .*\n.*\n.*\n +hint: did you mean `smtp`")

    def test_what_is_refused(self):
        for to, code in (("crn", "unknown-channel"), ("mail", "bad-address"), ("a@b@c", "bad-address"),
                         ("a@b\r\nBcc: c@d", "bad-address")):
            self.assertIn(f"[{code}]", self.messages("test", to, status=1).stderr)
        self.assertIn("[bad-option]", self.kenko("-C", "w", "messages", "--now", "soon", "send", status=1).stderr)
        self.assertIn("no messages so far", self.messages("list").stdout)

    def test_a_backup_sends_nothing(self):
        self.put()
        self.kenko("-C", "w", "backup", "copy")
        out = self.kenko("-C", "copy", "messages", "send", status=1, env=self.env)
        self.assertIn("is-a-backup", out.stderr)
        self.assertEqual(self.http.posts, [])


class Mail(Messages):
    def test_it_arrives(self):
        self.messages("test", "ann@example.com")
        (sender, receivers, content), = self.smtp.mails
        self.assertEqual((sender, receivers), ("kenko@example.com", ["ann@example.com"]))
        mail = email.message_from_bytes(content, policy=email.policy.default)
        self.assertEqual([type(d).__name__ for part in mail.walk() for d in part.defects], [])
        row, = self.listed()
        self.assertEqual((mail["From"], mail["To"], mail["Subject"]),
                         ("Kenko <kenko@example.com>", "ann@example.com", row["subject"]))
        self.assertEqual(mail["Message-ID"], f"<{row['id']}@example.com>")
        self.assertEqual(mail["Date"].datetime, START)
        self.assertEqual([p.get_content_type() for p in mail.walk()], ["multipart/alternative", "text/plain", "text/html"])
        self.assertIn("They do.", mail.get_body(("plain",)).get_content())
        self.assertIn("<p>", mail.get_body(("html",)).get_content())
        self.assertTrue(all(len(line) <= 78 for line in content.split(b"\r\n")))

    def test_to_somebody_of_the_team(self):
        self.write("w/alerts.yaml", "kenko: 1\nalerts: {level: {kind: level}}\n")
        self.write("w/team.yaml", "kenko: 1\npeople:\n  ann: {name: Ann Lee, email: ann@example.com}\n  bob: {name: Bob}\n")
        self.messages("test", "Ann Lee")
        self.assertEqual(self.smtp.mails[0][1], ["ann@example.com"])
        self.assertIn("[bad-address]", self.messages("test", "bob", status=1).stderr)
        self.assertIn("[unknown-channel]", self.messages("test", "eve", status=1).stderr)

    def test_names_in_other_scripts(self):
        yaml = (self.dir / "w/channels.yaml").read_text().replace("from: Kenko <", 'from: "健康 Ürün <').replace(
            "example.com>", 'example.com>"')
        self.write("w/channels.yaml", yaml)
        settings = (self.dir / "w/kenko.yaml").read_text()
        self.write("w/kenko.yaml", re.sub("(?m)^company:.*$", 'company: "Größe & Söhne 株式会社"', settings))
        self.messages("test", "ann@example.com")
        mail = email.message_from_bytes(self.smtp.mails[0][2], policy=email.policy.default)
        self.assertEqual(mail["From"], "健康 Ürün <kenko@example.com>")
        self.assertEqual(mail["Subject"], "A test message of Kenko of Größe & Söhne 株式会社")

    def test_every_step_may_fail_for_a_while(self):
        name = self.put("ann@example.com")
        at = 0
        for step, answer in [("greeting", "421 busy"), ("greeting", "drop"), ("mail", "451 later"), ("rcpt", "450 greylisted"),
                             ("data", "452 full"), ("end", "451 try again"), ("mail", "550 no such sender")]:
            self.smtp.answers = {step: answer}
            with self.subTest(step=step, answer=answer):
                row, = self.send(at)
                self.assertEqual(row["result"], "later", row)
                at = (datetime.datetime.fromisoformat(row["next"]) - START).total_seconds()
        self.smtp.answers = {}
        self.assertEqual(self.results(at), ["sent"])
        (_, _, content), = self.smtp.mails
        self.assertIn(name, email.message_from_bytes(content)["Message-ID"])

    def test_what_is_refused_for_good(self):
        for number, (step, answer) in enumerate([("rcpt", "550 no such user"), ("data", "554 no"), ("end", "552 too big")]):
            self.smtp.answers = {step: answer}
            self.put("ann@example.com", at=number / 10)
            row, = self.send(at=1, status=1)
            with self.subTest(step=step, row=row):
                self.assertEqual((row["result"], row["tries"]), ("given up", 1))
                self.assertIn(answer[:3], row["said"])
        self.smtp.answers = {}
        dead = self.listed("--dead")
        self.assertEqual(len(dead), 3)
        self.put("bob@example.com", at=2)
        self.assertEqual(self.results(at=3), ["sent"])

    def test_a_refused_receiver_does_not_hold_up_others(self):
        self.smtp.answers = {"rcpt": "550 no such user"}
        for n in range(3):
            self.put(f"p{n}@example.com", at=n / 10)
        self.assertEqual(self.results(at=1, status=1), ["given up"] * 3)

    def test_hanging_and_restarting(self):
        self.put("ann@example.com")
        self.put("bob@example.com", at=0.1)
        self.smtp.answers = {"end": "hang"}
        self.assertEqual([r["result"] for r in self.send(1, options=("--timeout", 1))], ["later", "put off"])
        port = self.smtp.port
        self.smtp.stop()
        self.assertEqual(self.results(at=10), ["later", "put off"])
        self.smtp = SmtpServer(port)
        self.assertEqual(sorted(self.results(at=400)), ["sent", "sent"])
        self.assertEqual(len(self.smtp.mails), 2)

    def test_the_answer_is_lost(self):
        """Taken, but the connection breaks before it says so: sent again with the same Message-ID."""
        self.put("ann@example.com")
        self.smtp.answers = {"end": "drop"}
        self.assertEqual(self.results(), ["later"])
        self.smtp.answers = {}
        self.assertEqual(self.results(at=10), ["sent"])
        ids = [email.message_from_bytes(content)["Message-ID"] for _, _, content in self.smtp.mails]
        self.assertEqual((len(ids), len(set(ids))), (2, 1))

    def test_login(self):
        self.smtp.login = ("kenko", "open sesame")
        self.channels(smtp=", user: kenko, password_env: SMTP_PASSWORD")
        self.messages("test", "ann@example.com")
        self.env["SMTP_PASSWORD"] = "wrong"
        self.put("bob@example.com", at=1)
        self.put("eve@example.com", at=1.1)
        self.assertEqual(self.results(at=2), ["later", "put off"], "a wrong password is no fault of the message")
        self.env["SMTP_PASSWORD"] = "open sesame"
        self.assertEqual(self.results(at=60), ["sent", "sent"])

    def certificate(self):
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=kenko",
                               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.dir / "key.pem", "-out",
                               self.dir / "w/own-ca.pem"], capture_output=True, check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dir / "w/own-ca.pem", self.dir / "key.pem")
        return context

    def secure(self, tls, trusted):
        self.channels(smtp=", user: kenko, password_env: SMTP_PASSWORD", more="ca_file: own-ca.pem\n" if trusted else "")
        path = self.dir / "w/channels.yaml"
        path.write_text(path.read_text().replace("tls: none", f"tls: {tls}"))

    def test_encrypted(self):
        for number, tls in enumerate(("starttls", "tls")):
            self.smtp.stop()
            self.smtp = SmtpServer(tls=self.certificate(), starttls=tls == "starttls", login=("kenko", "open sesame"))
            self.secure(tls, trusted=False)
            out = self.messages("test", "ann@example.com", at=number, status=1)
            self.assertRegex(out.stdout, r"(?i)certificate", "nobody vouches for it")
            self.assertFalse(any(c.startswith(("AUTH", "MAIL")) for c in self.smtp.commands), self.smtp.commands)
            self.secure(tls, trusted=True)
            self.assertEqual(self.results(at=60), ["sent"])
            self.assertEqual(len(self.smtp.mails), 1)
            (self.dir / "w/own-ca.pem").unlink()

    def test_nothing_is_said_in_clear_to_one_that_cannot_encrypt(self):
        self.smtp.login = ("kenko", "open sesame")
        self.secure("starttls", trusted=False)
        self.messages("test", "ann@example.com", status=1)
        self.assertEqual(self.smtp.mails, [])
        self.assertFalse(any(c.startswith(("AUTH", "MAIL")) for c in self.smtp.commands), self.smtp.commands)


class Kill(Messages):
    """kill -9 of the sender at any instant: each message arrives, once by its id."""

    def test_kill(self):
        rng = self.seeded()
        count = 300 if LONG else 40
        expected = {self.put(to, at=n / 10) for n, to in
                    zip(range(count), itertools.cycle(["crm", "ann@example.com"]))}
        self.http.delay = self.smtp.delay = lambda: rng.random() * 0.03
        self.http.answer = lambda number: (500, {}, b"") if rng.random() < 0.1 else (200, {}, b"")
        killed, at, window, left = 0, 10, 0.08, count
        for _ in range(600):
            at += 90
            process = subprocess.Popen([BIN, "-C", "w", "messages", "--now", instant(at), "send"], cwd=self.dir,
                                       env=environment(**self.env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=rng.random() * window)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.wait()
            killed += process.returncode == -signal.SIGKILL
            waiting = len(self.listed("--waiting"))
            window *= 1.2 if waiting == left else 0.95  # some progress, and not too much
            left = waiting
            if left == 0:
                break
        print(f"{killed} senders were killed", flush=True)
        self.assertGreater(killed, 5)
        states = {row["state"] for row in self.listed()}
        self.assertEqual(states, {"sent"})
        mails = [email.message_from_bytes(content)["Message-ID"][1:33] for _, _, content in self.smtp.mails]
        posts = self.ids()
        self.assertEqual(set(mails) | set(posts), expected)
        self.assertEqual(set(mails) & set(posts), set())
        self.assertLessEqual(len(mails) - len(set(mails)), killed, "only the one under way is repeated")
        bodies = {(h["webhook-id"], body) for _, h, body in self.http.posts}
        self.assertEqual(len(bodies), len(set(posts)), "and says the same")

    def test_two_senders(self):
        self.put()
        self.http.delay = lambda: 1.5
        first = subprocess.Popen([BIN, "-C", "w", "messages", "--now", instant(1), "send"], cwd=self.dir,
                                 env=environment(**self.env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.http.posts:
            time.sleep(0.01)
        out = self.messages("send", at=2, status=1)
        self.assertIn("[sending-locked]", out.stderr)
        self.assertEqual(first.wait(), 0)
        self.assertEqual(len(self.http.posts), 1)

    def test_beside_one_who_writes(self):
        self.put()
        with open(self.dir / "w/write.lock", "r+", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertEqual(self.results(), ["sent"])


if __name__ == "__main__":
    main()
