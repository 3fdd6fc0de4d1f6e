"""The warehouse on DuckLake: its address, and opening it with DuckDB.

A lake has its catalogue in PostgreSQL or SQLite and its rows in Parquet files, in a folder or an S3 bucket. The same
tables, views and macros are in it as in the embedded file. `configured_lake` says whether a data directory has one.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import duckdb

from warehouse.errors import LakeUnreachableError, WarehouseError, first_line

if TYPE_CHECKING:
    from datetime import datetime

CONFIG = "warehouse.toml"
ADDRESS_VARIABLE, DATA_PATH_VARIABLE = "NEWSLOOM_WAREHOUSE", "NEWSLOOM_WAREHOUSE_DATA_PATH"
CATALOG = "newsloom"  # the name under which the lake is attached
EXAMPLES = (
    'allowed: "ducklake:postgres:dbname=news host=db.example user=newsloom", or '
    '"ducklake:sqlite:/path/to/catalog.sqlite"'
)
INSTALL = 'Install it with pip install "newsloom[cluster]".'
FILES_SUFFIX = ".files"  # of the folder beside an SQLite catalogue, unless `data_path` names another place
_ADDRESS = re.compile(r"ducklake:(postgres|sqlite):(.+)", re.DOTALL)
_PASSWORD = re.compile(r"(password\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)|(?<=:)[^:@/\s]+(?=@)")
_EXTENSIONS = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}
# How long a reader of the SQLite catalogue waits for a commit, which takes milliseconds.
_SQLITE_BUSY_MS = 10_000


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
    found = _ADDRESS.fullmatch(address.strip())
    if found is None:
        shown = without_password(address)
        raise WarehouseError(f'the address of a warehouse is invalid: found "{shown}"; {EXAMPLES}')
    if data_path and "://" not in data_path:
        data_path = str(Path(data_path).expanduser().absolute())
    if data_path and "://" in data_path and not data_path.startswith("s3://"):
        raise WarehouseError(f'data_path: found "{data_path}"; allowed: a folder, or s3://BUCKET/PREFIX')
    if found[1] == "sqlite":
        return Lake("sqlite", str(Path(found[2]).expanduser().absolute()), data_path or None)
    return Lake("postgres", found[2], data_path or None)


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


def lake_toml(lake: Lake) -> str:
    """The text of `warehouse.toml` for a lake."""
    lines = [f"warehouse = {_toml(lake.address)}"]
    if lake.data_path:
        lines.append(f"data_path = {_toml(lake.data_path)}")
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def open_lake(lake: Lake, *, write: bool = False, at: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """Open a lake in a new DuckDB, as the current catalogue, with times shown in UTC.

    With `write`, the lake is created if it does not exist. With `at`, it is read as it was at this time. Raises
    LakeUnreachableError if the catalogue or the files cannot be reached now, and WarehouseError for other problems.
    """
    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        attach_lake(connection, lake, CATALOG, write=write, at=at)
        connection.execute(f"USE {CATALOG}")
        connection.execute("SET TimeZone = 'UTC'")
    except BaseException:
        connection.close()
        raise
    return connection


def attach_lake(
    connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, *, write: bool = False, at: datetime | None = None
) -> None:
    """Attach a lake under a name. Raises what `open_lake` raises."""
    if lake.kind == "sqlite" and not write and not Path(lake.catalog).exists():
        raise WarehouseError(f"{lake}: no warehouse found. {_CREATE}")
    # Whether the files are in a bucket is in the catalogue, and DuckDB wants httpfs before it opens that.
    for extension in ("ducklake", "httpfs", _EXTENSIONS[lake.kind]):
        load_extension(connection, extension)
    if write:
        data_path = lake.data_path
        if lake.kind == "sqlite" and data_path is None and not Path(lake.catalog).exists():
            data_path = lake.catalog + FILES_SUFFIX
        options = [f"DATA_PATH {literal(data_path)}"] if data_path else []
        if data_path and "://" not in data_path:
            Path(data_path).mkdir(mode=0o700, parents=True, exist_ok=True)
    else:
        options = ["READ_ONLY", "CREATE_IF_NOT_EXISTS false"]
    if at is not None:
        options.append(f"SNAPSHOT_TIME {literal(_utc(at))}")
    if lake.kind == "sqlite":
        options += ["META_JOURNAL_MODE 'WAL'", f"META_BUSY_TIMEOUT {_SQLITE_BUSY_MS}"]
    try:
        connection.execute(f"ATTACH {literal(lake.address)} AS {name} ({', '.join(options)})")
        if _data_path(connection, name).startswith("s3://"):
            _use_s3(connection)
    except (duckdb.IOException, duckdb.HTTPException, duckdb.ConnectionException) as error:
        raise unreachable(lake, error) from error
    except duckdb.Error as error:
        said = without_password(first_line(error))
        if at is not None and "snapshot" in said.lower():
            raise WarehouseError(f"{lake}: has no state of {at:%Y-%m-%d %H:%M:%S} UTC: {said}") from error
        if "data_path is not set" in said.lower():
            raise WarehouseError(f"{lake}: is new, so it needs a data_path: a folder, or s3://BUCKET/PREFIX") from error
        hint = "" if write else f"\n{_CREATE}"
        raise WarehouseError(f"{lake}: cannot be opened: {said}{hint}") from error


def _utc(moment: datetime) -> str:
    return moment.isoformat(sep=" ") if moment.tzinfo else moment.isoformat(sep=" ") + "+00"


_CREATE = "If it does not exist yet, `newsloom run`, `newsloom import` or `newsloom migrate` creates it."


def _data_path(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    rows = connection.execute(f"SELECT value FROM {name}.options() WHERE option_name = 'data_path'").fetchall()  # noqa: S608 - our own name
    return str(rows[0][0]) if rows else ""


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its Python package, or else from DuckDB's own folder; nothing is downloaded.

    Raises WarehouseError if it is in neither.
    """
    package = find_spec(f"duckdb_extension_{name}")
    found = package.submodule_search_locations if package else None
    file = Path(next(iter(found or ("",))), "extensions", f"v{duckdb.__version__}", f"{name}.duckdb_extension")
    try:
        connection.execute(f"LOAD {literal(str(file))}" if file.exists() else f"LOAD {name}")
    except duckdb.Error as error:
        raise WarehouseError(
            f"DuckDB {duckdb.__version__} has no extension {name}, which a warehouse on DuckLake needs. {INSTALL}"
        ) from error


def _use_s3(connection: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB use the bucket with the credentials of the environment, or of the usual files."""
    options = {name: value for name, value in _s3_options().items() if value}
    said = ", ".join(f"{name} {literal(value)}" for name, value in options.items())
    connection.execute(f"CREATE OR REPLACE SECRET newsloom_s3 (TYPE s3{', ' + said if said else ''})")


def _s3_options() -> dict[str, str]:
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or "")
    options = {
        "KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID", ""),
        "SECRET": os.environ.get("AWS_SECRET_ACCESS_KEY", ""),
        "SESSION_TOKEN": os.environ.get("AWS_SESSION_TOKEN", ""),
        "REGION": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "",
        "ENDPOINT": endpoint.netloc,
        "URL_STYLE": "path" if endpoint.netloc else "",
        "USE_SSL": "false" if endpoint.scheme == "http" else "",
    }
    if options["KEY_ID"] or find_spec("botocore") is None:
        return options
    from botocore.session import Session

    session = Session()  # the usual files, and the role of the machine
    credentials = session.get_credentials()
    if credentials is not None:
        frozen = credentials.get_frozen_credentials()
        options |= {"KEY_ID": frozen.access_key, "SECRET": frozen.secret_key, "SESSION_TOKEN": frozen.token or ""}
    options["REGION"] = options["REGION"] or session.get_config_variable("region") or ""
    return options


def without_password(text: str) -> str:
    """A text that may have a connection string in it, with asterisks for the password."""
    return _PASSWORD.sub(lambda found: (found[1] or "") + "***", text)


def unreachable(lake: Lake, error: BaseException) -> LakeUnreachableError:
    """The error to raise if DuckDB cannot reach a lake."""
    return LakeUnreachableError(str(lake), without_password(first_line(error)))


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
