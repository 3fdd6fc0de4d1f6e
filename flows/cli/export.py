"""`newsloom export`: write tables and views as files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from crawlers.counts import counted
from flows.cli.options import TIME, data_option


@click.command("export")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv", "jsonl", "xlsx"]),
    default="parquet",
    show_default=True,
    help="File format; xlsx (Excel) needs newsloom[xlsx], and cuts texts at 32,767 characters.",
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME",
    help="Table or view to export. Repeat for several.  [default: articles]",
)
@click.option(
    "--since",
    type=TIME,
    help="Export only rows that are new or changed since this time (UTC), to separate files.",
)
@data_option
def command(folder: Path, form: str, tables: tuple[str, ...], since: datetime | None, data: Path) -> None:
    """Write articles, or other tables and views, as files for other programs, also during a run.

    \b
    newsloom export --to out                              out/articles/month=2026-03/….parquet (zstd)
    newsloom export --to out --since 2026-03-01           adds files with the rows that are new or changed
    newsloom export --to out --format csv --table bylines --table sections

    An article that changed between two exports is in the files of both. Among rows with the same article_id, the one
    with the most versions is the latest. An export without --since replaces all earlier exports of that table.
    """
    from warehouse import connect
    from warehouse.export import export

    moment = None if since is None else since.replace(tzinfo=UTC)
    with connect(data) as connection:
        exported = export(connection, folder, tables or ("articles",), form, moment)  # type: ignore[arg-type]
    for table in exported:
        rows, files = counted(table.rows, "row"), counted(len(table.files), "file")
        click.echo(f"{table.table}: {rows} in {files}, {_size(table.bytes)}")
        if table.cut:
            click.echo(f"  {counted(table.cut, 'text')} cut short: a cell of Excel holds 32,767 characters")


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"
