"""scripts/setup and scripts/readme-commands in surroundings made for the test; nothing is installed."""
import os
import shutil
import subprocess
import tarfile
import unittest

from planted_tree import SCRIPTS, PlantedTree

# What scripts/setup may call before it has installed anything.
TOOLS = ["bash", "env", "uname", "dirname", "cat", "id", "grep", "sed", "mktemp", "tail", "mkdir", "rm", "mv", "touch", "tar", "gzip",
         "sha256sum"]


class Setup(PlantedTree):
    def setUp(self):
        super().setUp()
        (self.root / "scripts").mkdir()
        shutil.copy(SCRIPTS / "setup", self.root / "scripts/setup")
        self.plant("scripts/packages.txt", "# none\n")
        self.path = self.root / "path"
        self.path.mkdir()
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool))

    def fake(self, name, text):
        path = self.path / name
        path.write_text("#!/usr/bin/env bash\n" + text)
        path.chmod(0o755)

    def fake_debian(self, installed):
        self.fake("apt-get", f'echo "apt-get $*" >>{self.root}/calls\n')
        self.fake("apt-cache", 'echo "  Candidate: (none)"\n')
        self.fake("dpkg-query", "".join(f'echo "{name} installed"\n' for name in installed))
        self.fake("npm", f'echo "npm $*" >>{self.root}/calls\nexit 1\n')

    def setup_says(self, *arguments, **environment):
        result = subprocess.run([str(self.root / "scripts/setup"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, stdin=subprocess.DEVNULL, env={"PATH": str(self.path), "HOME": str(self.root), **environment})
        return result.returncode, result.stdout

    def calls(self):
        path = self.root / "calls"
        return path.read_text() if path.exists() else ""

    def own_duckdb(self):
        self.plant("own/lib/libduckdb.so", "library")
        return {"DUCKDB_ROOT": str(self.root / "own")}

    def test_elsewhere_lists_what_to_install(self):
        self.plant("scripts/packages.txt", "libone-dev\nlibtwo-dev ? two is lost\n")
        code, output = self.setup_says()
        self.assertEqual(code, 1, output)
        for text in ("libone-dev", "libtwo-dev", "DUCKDB_ROOT"):
            self.assertIn(text, output)

    @unittest.skipUnless(shutil.which("apt-get"), "not a Debian")
    def test_nothing_to_do_calls_nothing(self):
        self.fake_debian(["libone-dev"])
        self.plant("scripts/packages.txt", "libone-dev\n")
        code, output = self.setup_says(**self.own_duckdb())
        self.assertEqual((code, self.calls()), (0, ""), output)
        self.assertEqual(len(output.splitlines()), 1, output)

    @unittest.skipUnless(shutil.which("apt-get"), "not a Debian")
    def test_check_says_what_is_missing_and_installs_nothing(self):
        self.fake_debian([])
        self.plant("scripts/packages.txt", "libone-dev\n")
        code, output = self.setup_says("--check")
        self.assertEqual((code, self.calls()), (1, ""), output)
        self.assertIn("missing: 1 packages (libone-dev); DuckDB", output)

    @unittest.skipUnless(shutil.which("apt-get") and os.getuid() == 0, "needs Debian and root")
    def test_wanted_package_that_does_not_exist_is_skipped_once(self):
        self.fake_debian(["libone-dev"])
        self.plant("scripts/packages.txt", "libone-dev\nrare-tool ? rare things are lost\n")
        code, output = self.setup_says("-y", **self.own_duckdb())
        self.assertEqual(code, 0, output)
        self.assertIn("rare-tool is not available here: rare things are lost", output)
        before = self.calls()
        code, output = self.setup_says("-y", **self.own_duckdb())
        self.assertEqual((code, self.calls()), (0, before), output)
        self.assertIn("nothing to do", output)

    @unittest.skipUnless(shutil.which("apt-get"), "not a Debian")
    def test_wrong_checksum_unpacks_nothing(self):
        self.fake_debian([])
        self.plant("package/libduckdb.so", "not the library")
        with tarfile.open(self.root / "fake.tgz", "w:gz") as archive:
            archive.add(self.root / "package", "package")
        code, output = self.setup_says(DUCKDB_TARBALL=str(self.root / "fake.tgz"))
        self.assertEqual(code, 1, output)
        self.assertIn("checksum", output)
        self.assertFalse((self.root / ".deps/duckdb").exists())

    @unittest.skipUnless(shutil.which("apt-get"), "not a Debian")
    def test_failed_download_leaves_nothing_behind(self):
        self.fake_debian([])
        code, output = self.setup_says("-y")
        self.assertEqual(code, 1, output)
        self.assertIn("npm pack", self.calls())
        self.assertEqual(list((self.root / ".deps").iterdir()), [])


class ReadmeCommands(PlantedTree):
    def setUp(self):
        super().setUp()
        self.plant("bin/kenko", "#!/bin/sh\necho \"kenko $*\"\nexit ${KENKO_EXIT:-0}\n")
        (self.root / "bin/kenko").chmod(0o755)

    def run_readme(self, text, **environment):
        self.plant("README.md", text)
        return self.run_script("readme-commands", "--bin", str(self.root / "bin"), env={**os.environ, **environment})

    def test_blocks_share_one_shell_in_an_empty_folder(self):
        code, output = self.run_readme("```sh\nls -A | wc -l\nx=1\n```\n\n```text\nfalse\n```\n\n```sh\nkenko init $x\n```\n")
        self.assertEqual(code, 0, output)
        self.assertIn("\n0\n", "\n" + output)
        self.assertIn("kenko init 1", output)

    def test_first_failure_stops(self):
        code, output = self.run_readme("```sh\nkenko status\necho never\n```\n", KENKO_EXIT="3")
        self.assertNotEqual(code, 0)
        self.assertIn("exit code 3", output)
        self.assertNotIn("never", output)

    def test_no_run_is_only_shown(self):
        code, output = self.run_readme("```sh no-run\nfalse\n```\n\n```sh\nkenko\n```\n")
        self.assertEqual(code, 0, output)
        self.assertIn("1 blocks run, 1 only shown", output)

    def test_nothing_to_run_fails(self):
        self.assertNotEqual(self.run_readme("# Kenko\n")[0], 0)


if __name__ == "__main__":
    unittest.main()
