"""The disk as it may be after a power cut.

The model is that of a journalling file system (ext4, xfs) without any promise beyond POSIX:

- What was written to a file before a completed fsync or fdatasync of that file is there.  Of a later write each
  512-byte sector is there or not, in any order; the file may have grown without its bytes, which are then zero.
- Names (made, renamed, removed) that a completed fsync of their folder covers are there; syncing a file does not cover
  its name.  Later changes of names are, by turns, there up to one instant (`journal`), or each for itself (`free`).  A
  rename is there or not as a whole, whether or not the bytes of the file are.
- Truncations of a file happen in their order, and no write after one that did not happen is there.
- What is mapped and written through memory (SQLite's -shm) is never there: it holds zeros, or is gone.
"""
import os
import pathlib
import random

from recording import CREATED, FOLDER, TRUNCATED, Kind

SECTOR = 512


class Disk:
    """A recording, ready to be cut anywhere."""

    def __init__(self, start, records):
        """`start`: scan() of the workspace before it began."""
        self.records = records
        self.start_content, self.start_names, self.folders = {}, {}, {"": 0}
        self.names, self.data, self.synced, self.synced_folders = [], {}, {}, {}
        self.mapped, self.folder_files = set(), set()
        self._of_inode, self._next = {}, 0
        for path, (inode, content) in start.items():
            file = self._new(inode)
            self.start_content[file] = content
            if content is None:
                self.folder_files.add(file)
            self.start_names[path] = file
        for index, record in enumerate(records):
            if record.kind == Kind.MAP:
                self.mapped.add(record.path)
            if record.error == 0:
                self._read(index, record)
        self.last_sync = sorted(i for s in (*self.synced.values(), *self.synced_folders.values()) for i in s)

    def _new(self, inode):
        self._next += 1
        self._of_inode[inode] = self._next
        return self._next

    def _file(self, inode):
        return self._of_inode.get(inode) or self._new(inode)

    def _read(self, index, r):
        if r.kind == Kind.OPEN:
            if r.flags & CREATED:
                self.names.append((index, "set", r.path, self._new(r.file), None))
            if r.flags & TRUNCATED:
                self._change(index, r.file, ("truncate", 0, b""))
        elif r.kind == Kind.WRITE and r.data:
            self._change(index, r.file, ("write", r.offset, r.data))
        elif r.kind in (Kind.TRUNCATE, Kind.ALLOCATE):
            self._change(index, r.file, ("truncate" if r.kind == Kind.TRUNCATE else "grow", r.offset, b""))
        elif r.kind == Kind.SYNC and r.flags & FOLDER:
            self.synced_folders.setdefault(r.path, []).append(index)
        elif r.kind == Kind.SYNC:
            self.synced.setdefault(self._file(r.file), []).append(index)
        elif r.kind == Kind.MKDIR:
            file = self._new(r.file)
            self.folder_files.add(file)
            self.names.append((index, "folder", r.path, file, None))
        elif r.kind == Kind.RENAME:
            self.names.append((index, "rename", r.target, self._file(r.file), r.path))
        elif r.kind == Kind.LINK:
            self.names.append((index, "set", r.target, self._file(r.file), None))
        elif r.kind == Kind.UNLINK:
            self.names.append((index, "remove", r.path, None, None))

    def _change(self, index, inode, change):
        self.data.setdefault(self._file(inode), []).append((index, *change))

    def after(self, cut, rng=None):
        """{path: bytes, None = a folder} after record number `cut`, without a power cut when there is no `rng`."""
        names = dict(self.start_names)
        folders = {p for p, f in names.items() if self.start_content[f] is None}
        kept = self._kept_names(cut, rng) if rng else [n for n in self.names if n[0] <= cut]
        for _, action, path, file, source in kept:
            if action == "remove":
                names.pop(path, None)
                folders.discard(path)
                continue
            if action == "rename":
                names.pop(source, None)
            if action == "rename" and file in self.folder_files:
                folders.discard(source)
                for inner in [n for n in names if n.startswith(source + "/")]:
                    names[path + inner[len(source):]] = names.pop(inner)
                folders = {path + f[len(source):] if f.startswith(source + "/") else f for f in folders}
            if file in self.folder_files:
                folders.add(path)
            if path != "/":
                names[path] = file
        image = {}
        fate = _Fate(rng) if rng else None
        contents = {}
        for path, file in sorted(names.items()):
            if not self._has_parents(path, folders):
                continue
            if path in folders:
                image[path] = None
                continue
            if path in self.mapped and rng and rng.random() < 0.5:
                continue
            if file not in contents:
                contents[file] = self._content(file, cut, fate)
            image[path] = contents[file]
        return image

    @staticmethod
    def _has_parents(path, folders):
        parts = path.split("/")[:-1]
        return all("/".join(parts[:n + 1]) in folders for n in range(len(parts)))

    def _kept_names(self, cut, rng):
        """Those of the changes of names that the disk has."""
        share = rng.choice([0, 0.1, 0.5, 0.9, 1])
        # A flush of anything writes the journal up to there.
        flushed = max((i for i in self.last_sync if i <= cut), default=0)
        horizon = rng.randint(flushed, cut) if cut > flushed and rng.random() < 0.5 else None
        kept = []
        for change in self.names:
            index, _, path, _, _ = change
            if index > cut:
                break
            folder = path.rsplit("/", 1)[0] if "/" in path else ""
            covered = any(index < s <= cut for s in self.synced_folders.get(folder, ()))
            if covered or (index <= horizon if horizon is not None else rng.random() < share):
                kept.append(change)
        return kept

    def _content(self, file, cut, fate):
        content = bytearray(self.start_content.get(file) or b"")
        synced = max((i for i in self.synced.get(file, ()) if i <= cut), default=-1)
        changes = [c for c in self.data.get(file, ()) if c[0] <= cut]
        for index, action, offset, data in changes:
            if index < synced or fate is None:
                _apply(content, action, offset, data)
        if fate is not None:
            fate.apply(content, [c for c in changes if c[0] >= synced])
        return bytes(content)


def _apply(content, action, offset, data):
    if action == "truncate":
        del content[offset:]
    size = offset if action != "write" else offset + len(data)
    if len(content) < size:
        content.extend(bytes(size - len(content)))
    if action == "write":
        content[offset:offset + len(data)] = data


class _Fate:
    """Decides what is left of writes that nothing covers."""

    def __init__(self, rng):
        self.rng = rng
        self.share = rng.choice([0, 0.1, 0.5, 0.9, 1])
        self.torn = rng.choice([0, 0.3, 1])

    def apply(self, content, changes):
        grown = len(content)
        for _, action, offset, data in changes:
            lives = self.rng.random() < self.share
            if action == "write":
                grown = max(grown, offset + len(data))
                if lives:
                    self._write(content, offset, data)
            elif lives:
                _apply(content, action, offset, data)
                grown = offset
            elif action == "truncate":
                return
        if self.rng.random() < 0.3:  # grown without the bytes
            content.extend(bytes(max(0, grown - len(content))))

    def _write(self, content, offset, data):
        if self.rng.random() >= self.torn:
            _apply(content, "write", offset, data)
            return
        at = offset
        while at < offset + len(data):
            end = min((at // SECTOR + 1) * SECTOR, offset + len(data))
            if self.rng.random() < 0.5:
                _apply(content, "write", at, data[at - offset:end - offset])
            at = end


def put(image, folder):
    """Makes a folder of an image."""
    folder = pathlib.Path(folder)
    folder.mkdir()
    for path, content in sorted(image.items()):
        if content is None:
            os.makedirs(folder / path, exist_ok=True)
        else:
            (folder / path).write_bytes(content)


def instants(records, count, rng):
    """Record numbers after which the power goes: half of them where something has just been promised or renamed."""
    marked = [i for i, r in enumerate(records)
              if r.kind in (Kind.SYNC, Kind.RENAME, Kind.UNLINK, Kind.SAID, Kind.MARK, Kind.MKDIR)]
    return [rng.choice(marked) if marked and rng.random() < 0.5 else rng.randrange(len(records)) for _ in range(count)]


def unseen(disk, folder, scanned):
    """Paths whose content the recording does not explain: writes that the library did not see."""
    expected = disk.after(len(disk.records))
    real = {path: content for path, (_, content) in scanned.items()}
    return sorted(p for p in expected.keys() | real.keys()
                  if p not in disk.mapped and expected.get(p, "gone") != real.get(p, "gone"))
