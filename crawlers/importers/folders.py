"""What `newsloom import` is given: a file, a folder of files, or standard input."""

from __future__ import annotations

import atexit
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from crawlers.errors import CrawlersError
from crawlers.importers.files import DIGEST_BYTES, InputFile, LocalFile, find_input_file

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_INPUT = "-"
MANIFEST = "newsloom-export.json"
"""The list of files that `newsloom export` writes beside them; no article."""
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of files, with those in its subfolders. Hidden files and folders are left out."""

    path: Path

    @property
    def place(self) -> str:
        """The path as the user gave it."""
        return str(self.path)

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.resolve().name

    @property
    def uri(self) -> str:
        """The URI of the folder."""
        return self.path.resolve().as_uri()

    def is_empty(self) -> bool:
        """Whether it has no files."""
        return next(self.files(), None) is None

    def fingerprint(self) -> str:
        """A hex digest that changes with the names, sizes and times of the files."""
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        for file in self.files():
            try:
                state = file.path.stat()
            except OSError as error:
                raise CrawlersError(f"{file.path}: cannot be read: {error.strerror}") from error
            digest.update(os.fsencode(file.path.relative_to(self.path)))
            digest.update(f"\n{state.st_size}\n{state.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def files(self) -> Iterator[LocalFile]:
        """The files, in the order of their paths; links to folders are not followed.

        Raises CrawlersError for a subfolder that cannot be read.
        """
        for folder, folders, names in os.walk(self.path, onerror=_refuse):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if not name.startswith(".") and name != MANIFEST and _is_file(path):
                    yield LocalFile(path, shown=str(path.relative_to(self.path)))


def _refuse(error: OSError) -> None:
    raise CrawlersError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise CrawlersError(f"{path}: cannot be read: {error.strerror}") from error


Input: TypeAlias = InputFile | Folder


def find_input(place: str, standard_input: BinaryIO) -> Input:
    """The file or folder at a path, the file at a URL, or `standard_input` for "-". Raises CrawlersError if there is
    nothing to read."""
    if place == STANDARD_INPUT:
        return _copied(standard_input)
    path = Path(place)
    if "://" not in place and path.exists() and not (path.is_file() or path.is_dir()):
        with LocalFile(path).open() as pipe:  # what another program writes can be read only once
            return _copied(pipe, place)
    if "://" in place or not path.is_dir():
        return find_input_file(place)
    folder = Folder(path)
    if folder.is_empty():
        raise CrawlersError(f"{place}: the folder contains no files")
    return folder


def files_of(given: Input) -> Iterator[InputFile]:
    """The files of a folder; a file itself."""
    if isinstance(given, Folder):
        yield from given.files()
    else:
        yield given


def _copied(stream: BinaryIO, name: str = "standard input") -> InputFile:
    """Standard input or a pipe as a file: it is copied to the folder for temporary files, so that it can be read again,
    and has the digest of its content as its URI. The copy is removed when this process ends."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    with tempfile.NamedTemporaryFile(prefix="newsloom-", delete=False) as copy:
        path = Path(copy.name)
        atexit.register(path.unlink, missing_ok=True)
        try:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                copy.write(piece)
        except OSError as error:
            raise CrawlersError(
                f"{name}: cannot be copied to {path.parent}: {error.strerror}. Set TMPDIR to a folder with more room."
            ) from error
    return LocalFile(path, shown=name, fixed_uri=f"stdin:{digest.hexdigest()}")
