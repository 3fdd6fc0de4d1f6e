"""The address of a warehouse on DuckLake, and whether a data directory has one. `warehouse.lake_opening` opens it.

A lake has its catalogue in PostgreSQL or SQLite and its rows in Parquet files, in a folder or an S3 bucket. The same
tables, views and macros are in it as in the embedded file.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tomlkit

from warehouse.errors import WarehouseError

CONFIG = "warehouse.toml"
ADDRESS_VARIABLE, DATA_PATH_VARIABLE = "NEWSLOOM_WAREHOUSE", "NEWSLOOM_WAREHOUSE_DATA_PATH"
EXAMPLES = (
    'allowed: "ducklake:postgres:dbname=news host=db.example user=newsloom", or '
    '"ducklake:sqlite:/path/to/catalog.sqlite"'
)
# libpq reads a value in quotes with backslashes, or up to the next space. A password in a URL should have no raw `@`,
# so what stands before the last one is taken for it: a name too many behind asterisks does no harm.
_PASSWORD = re.compile(
    r"(password\s*=\s*)(?:'(?:[^'\\]|\\.)*(?:'|$)|(?:\\.|\S)+)|(?<=://)([^:@\s/]*:).*@|(?<=:)[^:@/\s]+(?=@)",
    re.IGNORECASE,
)
_MUST_BE_ENCODED = frozenset("@/?#[] ")


@dataclass(frozen=True, slots=True)
class Lake:
    """The address of a lake.

    `catalog` is a connection string of libpq (`dbname=… host=…`) or the absolute path of an SQLite file. `data_path`
    is where the Parquet files are: a folder or `s3://BUCKET/PREFIX`; the catalogue knows it once the lake exists.
    """

    kind: Literal["postgres", "sqlite"]
    catalog: str
    data_path: str | None = None

    def __str__(self) -> str:
        return f"ducklake:{self.kind}:{without_password(self.catalog)}"

    @property
    def address(self) -> str:
        """The address as it is configured, with the password if it has one."""
        return f"ducklake:{self.kind}:{self.catalog}"


def parse_lake(address: str, data_path: str | None = None) -> Lake:
    """Read an address. Relative paths are in the current folder. Raises WarehouseError if it is not one."""
    scheme, _, rest = address.strip().partition(":")
    kind, _, catalog = rest.partition(":")
    if scheme != "ducklake" or kind not in ("postgres", "sqlite") or not catalog.strip():
        shown = without_password(address)
        raise WarehouseError(f'the address of a warehouse is invalid: found "{shown}"; {EXAMPLES}')
    if data_path and "://" not in data_path:
        data_path = str(Path(data_path).expanduser().absolute())
    if data_path and "://" in data_path and not data_path.startswith("s3://"):
        raise WarehouseError(f'data_path: found "{data_path}"; allowed: a folder, or s3://BUCKET/PREFIX')
    if kind == "sqlite":
        return Lake("sqlite", str(Path(catalog).expanduser().absolute()), data_path or None)
    user, at, _ = catalog.partition("://")[2].rpartition("@")
    if at and not _MUST_BE_ENCODED.isdisjoint(user):
        raise WarehouseError(
            f'the address of a warehouse is invalid: found "{without_password(address)}", whose user or password has a '
            "character that a URL must encode, such as %40 for @ and %2F for /. It is better to leave the password "
            "out: PostgreSQL's client reads PGPASSWORD and ~/.pgpass."
        )
    return Lake("postgres", catalog, data_path or None)


def configured_lake(data: Path) -> Lake | None:
    """The lake of a data directory: that in its `warehouse.toml`, or in the environment; None if it has a file.

    Raises WarehouseError for an invalid address, and if the two name different ones: rows would end up in both.
    """
    ours, environment = _from_file(data / CONFIG), _from_environment()
    if ours is not None and environment is not None and ours.address != environment.address:
        raise WarehouseError(
            f"{data / CONFIG} names the warehouse {ours}, and {ADDRESS_VARIABLE} names {environment}. "
            "Remove one of them."
        )
    return ours or environment


def is_named_by_environment() -> bool:
    """Whether the environment names a lake. An empty variable counts as unset."""
    return bool(os.environ.get(ADDRESS_VARIABLE))


def _from_environment() -> Lake | None:
    address = os.environ.get(ADDRESS_VARIABLE)
    try:
        return parse_lake(address, os.environ.get(DATA_PATH_VARIABLE)) if address else None
    except WarehouseError as error:
        raise WarehouseError(f"{ADDRESS_VARIABLE}: {error}") from error


def _from_file(file: Path) -> Lake | None:
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise WarehouseError(f"{file}: cannot be read: {error}") from error
    address, data_path = read.pop("warehouse", None), read.pop("data_path", None)
    if not isinstance(address, str) or not isinstance(data_path, str | None) or read:
        raise WarehouseError(f'{file}: allowed: warehouse = "…", and data_path = "…" if the lake is new; {EXAMPLES}')
    try:
        return parse_lake(address, data_path)
    except WarehouseError as error:
        raise WarehouseError(f"{file}: {error}") from error


def lake_toml(lake: Lake, text: str = "") -> str:
    """The text of a `warehouse.toml`, whose comments stay, changed to name a lake."""
    document = tomlkit.parse(text)
    document["warehouse"] = lake.address
    document.pop("data_path", None)
    if lake.data_path:
        document["data_path"] = lake.data_path
    return tomlkit.dumps(document)


def without_password(text: str) -> str:
    """A text that may have a connection string in it, with asterisks for the password."""

    def masked(found: re.Match[str]) -> str:
        if found[1]:
            return f"{found[1]}***"
        return f"{found[2]}***@" if found[2] else "***"

    return _PASSWORD.sub(masked, text)
