"""`newsloom export`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from flows.cli.options import data_option


@click.command("export")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write to."
)
@click.option("--format", "form", type=click.Choice(["parquet", "csv", "jsonl"]), default="parquet", show_default=True)
@click.option(
    "--table", "tables", multiple=True, metavar="NAME", help="A table or view; may be repeated.  [default: articles]"
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Only what came or changed since then, UTC, in files of its own.",
)
@data_option
def command(folder: Path, form: str, tables: tuple[str, ...], since: datetime | None, data: Path) -> None:
    """Write articles, or other tables and views, as files for other programs; also while a run goes on.

    \b
    newsloom export --to out                              out/articles/month=2026-03/….parquet (zstd)
    newsloom export --to out --since 2026-03-01           beside it, what came or changed since then
    newsloom export --to out --format csv --table bylines --table sections

    An article that changed is in the files of both exports: of several rows of an article_id the one with the most
    versions is the latest. A whole export takes the place of all earlier ones of that table.
    """
    from warehouse import connect
    from warehouse.export import export

    moment = None if since is None else since.replace(tzinfo=UTC)
    with connect(data) as connection:
        exported = export(connection, folder, tables or ("articles",), form, moment)  # type: ignore[arg-type]
    for table in exported:
        files = "1 file" if len(table.files) == 1 else f"{len(table.files)} files"
        click.echo(f"{table.table}: {table.rows} rows in {files}, {table.bytes / 1e6:.1f} MB")
