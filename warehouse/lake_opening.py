"""Opening a lake with DuckDB, and creating one: its catalogue, its files, and the extensions that this takes."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import duckdb

from warehouse.errors import LakeUnreachableError, WarehouseError, first_line
from warehouse.lake import EXAMPLES, without_password
from warehouse.literals import literal, with_zone

if TYPE_CHECKING:
    from datetime import datetime

    from warehouse.lake import Lake

CATALOG = "newsloom"  # the name under which the lake is attached
FILES_SUFFIX = ".files"  # of the folder beside an SQLite catalogue, unless `data_path` names another place
INSTALL = "Install it with pip install 'newsloom[cluster]'."
_EXTENSIONS = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}
# How long a reader of the SQLite catalogue waits for a commit, which takes milliseconds.
_SQLITE_BUSY_MS = 10_000


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
    is_new = lake.kind == "sqlite" and _is_empty(Path(lake.catalog))
    if is_new and not write:
        raise WarehouseError(f"{lake}: no warehouse found. {_CREATED_BY}")
    # Whether the files are in a bucket is in the catalogue, and DuckDB wants httpfs before it opens that.
    for extension in ("ducklake", "httpfs", _EXTENSIONS[lake.kind]):
        load_extension(connection, extension)
    options = ["CREATE_IF_NOT_EXISTS false"] if write else ["CREATE_IF_NOT_EXISTS false", "READ_ONLY"]
    if write and lake.data_path:
        options.append(f"DATA_PATH {literal(lake.data_path)}")
    if at is not None:
        options.append(f"SNAPSHOT_TIME {literal(with_zone(at))}")
    try:
        if is_new:  # to try would leave an empty file
            _create(connection, lake, name)
        else:
            try:
                _attach(connection, lake, name, options)
            except duckdb.InvalidInputException as error:
                if not write or _NO_LAKE not in str(error):
                    raise
                _create(connection, lake, name)
        if data_path(connection, name).startswith("s3://"):
            use_s3(connection)
    except duckdb.Error as error:
        raise _not_opened(lake, error, write=write, at=at) from error


def _is_empty(file: Path) -> bool:
    return not file.exists() or (file.is_file() and file.stat().st_size == 0)


def _attach(connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, options: list[str]) -> None:
    if lake.kind == "sqlite":
        options = [*options, "META_JOURNAL_MODE 'WAL'", f"META_BUSY_TIMEOUT {_SQLITE_BUSY_MS}"]
    connection.execute(f"ATTACH {literal(lake.address)} AS {name} ({', '.join(options)})")


def _create(connection: duckdb.DuckDBPyConnection, lake: Lake, name: str) -> None:
    """Create a lake in a place that has no Parquet files: maintenance deletes what the lake does not know."""
    place = lake.data_path or (lake.catalog + FILES_SUFFIX if lake.kind == "sqlite" else None)
    if place is None:
        raise WarehouseError(f"{lake}: is new, so it needs a data_path: a folder, or s3://BUCKET/PREFIX")
    if place.startswith("s3://"):
        use_s3(connection)
        files = f"SELECT file FROM glob({literal(place.rstrip('/') + '/**/*.parquet')}) LIMIT 1"  # noqa: S608 - a literal
        found = next((file for (file,) in connection.execute(files).fetchall()), None)
    else:
        try:
            Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
            found = next(Path(place).rglob("*.parquet"), None)
        except OSError as error:
            raise WarehouseError(f"{place}: cannot be used as data_path: {error.strerror}") from error
    if found is not None:
        raise WarehouseError(
            f"{lake}: is new, and its data_path contains Parquet files that belong to something else, such as {found}. "
            "The nightly maintenance deletes all Parquet files there that the lake does not know. Choose a data_path "
            "that nothing else uses. If the files are those of a lake that was here before, restore its "
            "catalogue from a backup, or move them away."
        )
    _attach(connection, lake, name, [f"DATA_PATH {literal(place)}"])


def _not_opened(lake: Lake, error: duckdb.Error, *, write: bool, at: datetime | None) -> Exception:
    """The error to raise if a lake cannot be attached."""
    said = _reason(lake, error)
    if isinstance(error, duckdb.IOException | duckdb.ConnectionException):
        if _BAD_ADDRESS.match(said):
            return WarehouseError(f"{lake}: the address is invalid: {said}; {EXAMPLES}")
        if _REFUSED.search(said):
            return WarehouseError(f"{lake}: the server refuses the connection: {said}")
        return unreachable(lake, error)
    if _NO_LAKE in said:
        return WarehouseError(f"{lake}: no warehouse found. {_CREATED_BY}")
    if at is not None and "snapshot" in said.lower():
        return WarehouseError(f"{lake}: has no state of {at:%Y-%m-%d %H:%M:%S} UTC: {said}")
    if "does not match existing data path" in said:
        return WarehouseError(f"{lake}: has its files elsewhere: {said} Leave data_path out: the catalogue knows it.")
    if "file is not a database" in said:
        what = "a new file" if write else "the catalogue of the lake"
        return WarehouseError(f"{lake}: {lake.catalog} is not an SQLite database. Name {what} instead.")
    if "unable to open database file" in said:
        return WarehouseError(
            f"{lake}: {lake.catalog} cannot be opened. Its folder must exist, and newsloom must be able to write there."
        )
    return WarehouseError(f"{lake}: cannot be opened: {said}")


# DuckDB's message if a catalogue has no lake.
_NO_LAKE = "creating a new DuckLake is explicitly disabled"
_CREATED_BY = "`newsloom run`, `newsloom import` or `newsloom migrate` creates it."
# How messages of PostgreSQL's client begin if it cannot read an address; others are about connections.
_BAD_ADDRESS = re.compile("missing|invalid|unterminated|unexpected|extra|forbidden|end of string")
# What a server says to a user whom it does not let in, however often it is tried.
_REFUSED = re.compile(r"FATAL:\s+(?:(?:database|role) .* does not exist|.*authentication failed|no pg_hba\.conf entry)")


def _reason(lake: Lake, error: BaseException) -> str:
    """What DuckDB says, without passwords, and without the address or the query to the catalogue before it."""
    said = first_line(error).rpartition(f'at "{lake.catalog}": ')[2]
    return without_password(re.sub(r'^.*Failed to \w+ query ".*": ', "", said))


def data_path(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Where the files of an attached lake are, ending with a slash."""
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
        connection.execute(f"LOAD {literal(file)}" if file.exists() else f"LOAD {name}")
    except duckdb.Error as error:
        raise WarehouseError(
            f"DuckDB {duckdb.__version__} has no extension {name}, which a warehouse on DuckLake needs. {INSTALL}"
        ) from error


def use_s3(connection: duckdb.DuckDBPyConnection) -> None:
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


def abandon(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a connection to a server that may be gone."""
    for end in (connection.rollback, connection.close):  # closed within a transaction, DuckDB would abort the process
        with suppress(duckdb.Error):
            end()


def unreachable(lake: Lake, error: BaseException) -> LakeUnreachableError:
    """The error to raise if DuckDB cannot reach a lake."""
    return LakeUnreachableError(str(lake), _reason(lake, error))
