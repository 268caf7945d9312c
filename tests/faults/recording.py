"""The log that libkenko_faults writes, read back."""
import dataclasses
import enum
import os
import pathlib
import struct

HEADER = struct.Struct("<4sBBHHHiQqQ")


class Kind(enum.IntEnum):
    """As in preload/journal.h; `mark` is written by the driver."""
    OPEN = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    RENAME = 5
    UNLINK = 6
    MKDIR = 7
    CLOSE = 8
    LINK = 9
    ALLOCATE = 10
    MAP = 11
    SAID = 12
    MARK = 100


CREATED, TRUNCATED, FOLDER, INJECTED = 1, 2, 4, 8
# What a plan can name; MAP and SAID cannot fail.
CALLS = [k for k in Kind if k <= Kind.ALLOCATE]
# Those that need room on the disk, besides the making of a file.
SPACE = {Kind.WRITE, Kind.TRUNCATE, Kind.MKDIR, Kind.LINK, Kind.ALLOCATE}


@dataclasses.dataclass
class Record:
    kind: Kind
    flags: int
    error: int
    file: int
    offset: int
    path: str
    target: str
    data: bytes

    def __str__(self):
        to = f" -> {self.target}" if self.target else ""
        what = self.data.decode("utf-8", "replace") if self.kind in (Kind.SAID, Kind.MARK) else len(self.data)
        failed = f" error {self.error}" if self.error else ""
        return f"{self.kind.name.lower()} {self.path or '.'}{to} at {self.offset} [{what}]{failed}"


def read_log(path):
    """The records in their order; a last one that a kill cut short is left out."""
    content = pathlib.Path(path).read_bytes()
    records, at = [], 0
    while at + HEADER.size <= len(content):
        magic, kind, flags, path_size, target_size, _, error, file, offset, size = HEADER.unpack_from(content, at)
        if magic != b"KFLT":
            raise ValueError(f"{path}: no record at byte {at}")
        begin = at + HEADER.size
        at = begin + path_size + target_size + size
        if at > len(content):
            break
        name = content[begin:begin + path_size].decode("utf-8", "surrogateescape")
        target = content[begin + path_size:begin + path_size + target_size].decode("utf-8", "surrogateescape")
        records.append(Record(Kind(kind), flags, error, file, offset, name, target, content[at - size:at]))
    return records


def add_mark(path, text):
    """The driver's own word in the log: what it asked for, and what was answered."""
    data = text.encode()
    with open(path, "ab") as log:
        log.write(HEADER.pack(b"KFLT", Kind.MARK, 0, 0, 0, 0, 0, 0, 0, len(data)) + data)


def scan(folder):
    """What lies below a folder: {path: (inode, bytes)}, the bytes of a folder are None."""
    found = {}
    for base, folders, files in os.walk(folder):
        for name in folders + files:
            full = pathlib.Path(base) / name
            content = None if full.is_dir() else full.read_bytes()
            found[str(full.relative_to(folder))] = (full.stat().st_ino, content)
    return found
