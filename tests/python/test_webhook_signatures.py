"""What Kenko posts against the libraries of Standard Webhooks for Python and for Node: they verify it, and nothing else.

The Python library comes with scripts/python-environment (build/python), the Node one is installed into build/node once; where
one cannot be had, the test says so and is skipped.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # what ctest takes for a skipped test
ENVIRONMENT = pathlib.Path(os.environ.get("KENKO_PYTHON_ENVIRONMENT", SOURCE / "build/python"))

try:
    import standardwebhooks
except ModuleNotFoundError as missing:
    inside = ENVIRONMENT / "bin/python"
    if (ENVIRONMENT / "STAMP").exists() and pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(inside, [str(inside), "-B", *sys.argv])
    if (ENVIRONMENT / "STAMP").exists():
        raise
    print(f"skipped: {missing}, and there is no environment (scripts/python-environment)")
    sys.exit(SKIPPED)

sys.path.insert(0, str(SOURCE / "tests/binary"))
from mail_server import HttpServer  # noqa: E402

BIN = os.environ.get("KENKO_BIN", str(SOURCE / "build/release/bin/kenko"))
NEW, OLD, OTHER = ("whsec_" + base64.b64encode(bytes(range(n, n + 32))).decode() for n in (1, 2, 3))
NODE = SOURCE / "build/node-webhooks"
VERIFIER = pathlib.Path(__file__).resolve().parent / "webhook_verifier"


def node_library():
    """The folder with the library for Node; None where it cannot be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    pins = (VERIFIER / "package.json").read_text(encoding="utf-8")
    stamp = NODE / "STAMP"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != pins:
        shutil.rmtree(NODE, ignore_errors=True)
        NODE.mkdir(parents=True)
        shutil.copy(VERIFIER / "package.json", NODE)
        done = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=NODE,
                              capture_output=True, timeout=300, check=False)
        if done.returncode != 0:
            print(done.stderr.decode(), flush=True)
            return None
        stamp.write_text(pins, encoding="utf-8")
    return NODE


class Signatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One real post, signed with a new and an old secret."""
        server = HttpServer()
        with tempfile.TemporaryDirectory(prefix="kenko-webhooks-") as folder:
            environment = {**os.environ, "NEW": NEW, "OLD": OLD}
            subprocess.run([BIN, "init", "w"], cwd=folder, env=environment, check=True, capture_output=True)
            pathlib.Path(folder, "w/channels.yaml").write_text(
                f"kenko: 1\nwebhooks: [{{name: crm, url: 'http://127.0.0.1:{server.port}/', secret_env: [NEW, OLD], "
                "allow_private: true}]\n", encoding="utf-8")
            subprocess.run([BIN, "-C", "w", "messages", "test", "crm"], cwd=folder, env=environment, check=True,
                           capture_output=True)
        server.stop()
        (_, headers, cls.body), = server.posts
        cls.headers = {name.lower(): value for name, value in headers.items()}

    def check(self, verify):
        """verify(secret, headers, body) gives the parsed body or None."""
        body = self.body.decode()
        for secret in (NEW, OLD):
            self.assertEqual(verify(secret, self.headers, body)["type"], "test")
        self.assertIsNone(verify(OTHER, self.headers, body))
        self.assertIsNone(verify(NEW, self.headers, body.replace('"test"', '"tesu"')))
        self.assertIsNone(verify(NEW, {**self.headers, "webhook-id": "0" * 32}, body))
        stamp = int(self.headers["webhook-timestamp"])
        for changed in (stamp - 1, stamp - 3600):
            self.assertIsNone(verify(NEW, {**self.headers, "webhook-timestamp": str(changed)}, body))

    def test_python(self):
        def verify(secret, headers, body):
            try:
                return standardwebhooks.Webhook(secret).verify(body, headers)
            except standardwebhooks.WebhookVerificationError:
                return None

        self.check(verify)

    def test_node(self):
        library = node_library()
        if library is None:
            self.skipTest("no node, no npm or no network")

        def verify(secret, headers, body):
            done = subprocess.run(["node", VERIFIER / "verify.cjs", library], check=True, capture_output=True, timeout=60,
                                  input=json.dumps({"secret": secret, "headers": headers, "body": body}).encode())
            return json.loads(done.stdout).get("verified")

        self.check(verify)


if __name__ == "__main__":
    unittest.main(verbosity=2)
