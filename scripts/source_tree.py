"""The files that the check scripts look at, and the way they report what they find."""
import argparse
import pathlib
import re
import subprocess
import sys

SCRIPTS = pathlib.Path(__file__).resolve().parent


class Tree:
    """The files of a checkout: those git knows or would add.  A folder without git counts with all its files."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                check=True, stdout=subprocess.PIPE).stdout.decode()
            names = [name for name in listed.split("\0") if name]
        else:
            names = [str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()]
        self.names = sorted({name for name in names if (self.root / name).is_file()})

    def matching(self, pattern):
        """Names whose whole path matches the regular expression, sorted."""
        compiled = re.compile(pattern)
        return [name for name in self.names if compiled.fullmatch(name)]

    def exists(self, name):
        return (self.root / name).exists()

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def lines(self, name):
        return self.text(name).splitlines()


CXX = r"(src|tests|bench)/.*\.(h|cpp)"


def arguments(description, *extra):
    """Parses --root (another tree, for tests) and the flags that a script adds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", default=SCRIPTS.parent, help="the tree to look at (default: this checkout)")
    for names, options in extra:
        parser.add_argument(*names, **options)
    return parser.parse_args()


def finish(check, findings, note):
    """Prints one line when all is well, else the findings; ends the program with 0 or 1."""
    if not findings:
        print(f"{check}: OK ({note})")
        sys.exit(0)
    for finding in findings:
        print(f"{check}: {finding}")
    print(f"{check}: {len(findings)} finding{'s' if len(findings) > 1 else ''}")
    sys.exit(1)
