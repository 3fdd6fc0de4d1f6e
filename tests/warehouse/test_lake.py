"""The address of a lake: where it stands, how it is read, and that its password is never shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from warehouse import WarehouseError
from warehouse.lake import Lake, configured_lake, lake_toml, parse_lake, without_password

ADDRESS = "ducklake:postgres:dbname=news host=db.example"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEWSLOOM_WAREHOUSE", "NEWSLOOM_WAREHOUSE_DATA_PATH"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("dbname=news password=hunter2 host=db", "dbname=news password=*** host=db"),
        ("password = hunter2 host=db", "password = *** host=db"),
        ("password='hun ter\\'2' host=db", "password=*** host=db"),
        ("password=hun\\ ter2 host=db", "password=*** host=db"),
        ("password=hun@ter/2:x host=db", "password=*** host=db"),
        ("password='hunter2 host=db", "password=***"),
        ("PASSWORD=hunter2 sslpassword=hunter2", "PASSWORD=*** sslpassword=***"),
        ("postgresql://ann:hunter2@db/news", "postgresql://ann:***@db/news"),
        ("postgresql://ann:hun@ter2@db/news", "postgresql://ann:***@db/news"),
        ("postgresql://ann:hun/ter2@db/news", "postgresql://ann:***@db/news"),
        ("postgresql://ann:hun:t er?2@db/news", "postgresql://ann:***@db/news"),
        ("postgresql://:hunter2@db/news", "postgresql://:***@db/news"),
        ("postgresql://db/news?user=ann&password=hunter2", "postgresql://db/news?user=ann&password=***"),
        ("ducklake:postgres:ann:hunter2@db", "ducklake:postgres:ann:***@db"),
        ("postgresql://ann@db:5432/news", "postgresql://ann@db:5432/news"),
        ("dbname=news host=db.example port=5432", "dbname=news host=db.example port=5432"),
        ("ducklake:sqlite:/srv/a@b/catalog.sqlite", "ducklake:sqlite:/srv/a@b/catalog.sqlite"),
    ],
)
def test_a_password_is_not_shown(text: str, shown: str) -> None:
    assert without_password(text) == shown
    assert without_password(f'cannot connect to "{text}"').startswith(f'cannot connect to "{shown}')


@pytest.mark.parametrize(
    ("address", "data_path", "lake"),
    [
        (ADDRESS, "s3://news/lake", Lake("postgres", "dbname=news host=db.example", "s3://news/lake")),
        (f" {ADDRESS}\n", "", Lake("postgres", "dbname=news host=db.example")),
        ("ducklake:postgres:dbname=news\nport=5433", None, Lake("postgres", "dbname=news\nport=5433")),
        ("ducklake:postgres:postgresql://ann:a%40b@db/news", None, Lake("postgres", "postgresql://ann:a%40b@db/news")),
        ("ducklake:sqlite:/srv/a:b.sqlite", "/srv/files", Lake("sqlite", "/srv/a:b.sqlite", "/srv/files")),
        ("ducklake:sqlite:a.sqlite", "files", Lake("sqlite", str(Path.cwd() / "a.sqlite"), str(Path.cwd() / "files"))),
        ("ducklake:sqlite:~/a.sqlite", None, Lake("sqlite", str(Path.home() / "a.sqlite"))),
    ],
)
def test_an_address_is_read(address: str, data_path: str | None, lake: Lake) -> None:
    assert parse_lake(address, data_path) == lake


@pytest.mark.parametrize(
    ("address", "data_path", "words"),
    [
        ("postgresql://ann:hunter2@db/news", None, 'is invalid: found "postgresql://ann:***@db/news"; allowed: "duckl'),
        ("ducklake:mysql:news", None, 'is invalid: found "ducklake:mysql:news"; allowed: "ducklake:postgres:dbname='),
        ("ducklake:sqlite:", None, 'is invalid: found "ducklake:sqlite:"; allowed:'),
        ("ducklake:news.ducklake", None, 'is invalid: found "ducklake:news.ducklake"; allowed:'),
        (ADDRESS, "gs://news", 'data_path: found "gs://news"; allowed: a folder, or s3://BUCKET/PREFIX'),
        (ADDRESS, "file:///srv/news", 'data_path: found "file:///srv/news"; allowed: a folder, or s3://BUCKET/PREFIX'),
        (
            "ducklake:postgres:postgresql://ann:hunter2@@db/news",
            None,
            "a character that a URL must encode, such as %40",
        ),
        ("ducklake:postgres:postgresql://ann:hunter2/x@db/news", None, "a character that a URL must encode"),
    ],
)
def test_what_is_no_address_is_said(address: str, data_path: str | None, words: str) -> None:
    with pytest.raises(WarehouseError, match=re.escape(words)) as caught:
        parse_lake(address, data_path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("warehouse = ducklake", "cannot be read: Invalid value"),
        (
            "warehouse = 3",
            'allowed: warehouse = "…", and data_path = "…" if the lake is new; allowed: "ducklake:postgres',
        ),
        (f'warehouse = "{ADDRESS}"\ndata_path = ["a"]', 'allowed: warehouse = "…", and data_path = "…"'),
        (f'warehouse = "{ADDRESS}"\ndatapath = "a"', 'allowed: warehouse = "…", and data_path = "…"'),
        ('data_path = "s3://news"', 'allowed: warehouse = "…", and data_path = "…"'),
        ('warehouse = "news.duckdb"', 'the address of a warehouse is invalid: found "news.duckdb"; allowed:'),
    ],
)
def test_a_file_that_names_no_lake_is_said(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "warehouse.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WarehouseError) as caught:
        configured_lake(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'warehouse.toml'}: {words}")


def test_the_lake_is_that_of_the_file_or_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured_lake(tmp_path) is None
    monkeypatch.setenv("NEWSLOOM_WAREHOUSE", "")
    monkeypatch.setenv("NEWSLOOM_WAREHOUSE_DATA_PATH", "")
    assert configured_lake(tmp_path) is None, "an empty variable counts as unset"
    monkeypatch.setenv("NEWSLOOM_WAREHOUSE", ADDRESS)
    assert configured_lake(tmp_path) == parse_lake(ADDRESS)
    monkeypatch.setenv("NEWSLOOM_WAREHOUSE_DATA_PATH", "s3://news/lake")
    assert configured_lake(tmp_path) == parse_lake(ADDRESS, "s3://news/lake")
    (tmp_path / "warehouse.toml").write_text(f'warehouse = "{ADDRESS}"\n')
    assert configured_lake(tmp_path) == parse_lake(ADDRESS)
    (tmp_path / "warehouse.toml").write_text('warehouse = "ducklake:sqlite:/srv/news.sqlite"\n')
    with pytest.raises(WarehouseError, match=f"/srv/news.sqlite, and NEWSLOOM_WAREHOUSE names {ADDRESS}. Remove one"):
        configured_lake(tmp_path)
    monkeypatch.setenv("NEWSLOOM_WAREHOUSE", "news.duckdb")
    with pytest.raises(WarehouseError, match=r"^NEWSLOOM_WAREHOUSE: the address of a warehouse is invalid"):
        configured_lake(tmp_path)


@pytest.mark.parametrize("data_path", [None, 's3://news/"lake"\\\n'])
def test_a_lake_is_written_as_it_is_read(tmp_path: Path, data_path: str | None) -> None:
    lake = Lake("postgres", "dbname=news password='it\\'s \"x\"'\nhost=db", data_path)
    (tmp_path / "warehouse.toml").write_text(lake_toml(lake), encoding="utf-8")
    assert configured_lake(tmp_path) == lake


def test_comments_of_the_file_stay() -> None:
    text = '# ours\nwarehouse = "ducklake:sqlite:/a"  # until May\ndata_path = "/a.files"\n'
    assert lake_toml(parse_lake(ADDRESS), text) == f'# ours\nwarehouse = "{ADDRESS}"  # until May\n'
