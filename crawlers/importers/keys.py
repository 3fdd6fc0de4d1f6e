"""Turn records with the keys of other tools, or those that the user names, into records with newsloom's keys."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawlers.errors import CrawlersError
from crawlers.importers.tools import EXPORTED, FIELDS, NEWSLOOM, TOOLS
from crawlers.importers.values import list_of_texts, yes_or_no

if TYPE_CHECKING:
    from crawlers.importers.tools import Tool

Record = Mapping[str, object]

MAX_LAYOUTS = 1000
"""Sets of keys that are remembered; records of one tool have a handful."""
_DEEPEST = 5
"""Objects around the records of an answer; Elasticsearch has two, GraphQL three."""
_MISSING = frozenset({"", "none", "null", "nan"})
_LISTS = frozenset({"authors", "tags"})


def plain_name(name: object) -> str:
    """A key or the name of a column without what people write in different ways: "Published At" as "published_at"."""
    return re.sub(r"[\W_]+", "_", str(name).casefold()).strip("_")


@cache
def _common_names() -> Mapping[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("common-names.toml").read_text(encoding="utf-8"))


def suggested_map(names: Iterable[str]) -> str:
    """What `--map` may say for records with these keys, such as "title=headline,url=link"; empty if no key is known."""
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(plain_name(name), name)
    found = {
        field: next((by_name[known] for known in listed if known in by_name), None)
        for field, listed in _common_names().items()
        if field not in by_name
    }
    return ",".join(f"{field}={name}" for field, name in found.items() if name and not set(name) & set(',="'))


def read_map(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The pairs (field, key) in texts such as "title=headline,url=link". Raises CrawlersError for anything else."""
    pairs = []
    for pair in ",".join(texts).split(","):
        field, equals, key = (part.strip() for part in pair.partition("="))
        if not (field and equals and key):
            raise CrawlersError(f'--map: found "{pair}"; expected FIELD=KEY, such as "title=headline,url=link"')
        if field not in FIELDS:
            raise CrawlersError(f'--map: unknown field "{field}"; allowed: {", ".join(FIELDS)}')
        pairs.append((field, key))
    return tuple(pairs)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What to do with records that have certain keys: the tool, the key of each field, and the keys not kept."""

    tool: Tool
    keys: tuple[tuple[str, tuple[str, ...]], ...]
    unknown: tuple[str, ...]
    verbatim: bool


class Translator:
    """Turns records into records with newsloom's keys. `mapped` has pairs (field, key) that come before the tools' own.

    A mapped key may be a path into nested objects: `title=headline.main`.
    """

    def __init__(self, mapped: tuple[tuple[str, str], ...] = ()) -> None:
        self._mapped = mapped
        self._layouts: dict[frozenset[str], _Layout] = {}

    def translate(self, given: Record, *, texts: bool = False) -> Record:
        """A record with newsloom's keys; the same object if it has them already. With `texts`, as in a CSV file, all
        values are texts."""
        layout = self._layout(given)
        if layout.verbatim and not texts:
            return given
        foreign = layout.tool is not NEWSLOOM
        record: dict[str, object] = {}
        for field, keys in layout.keys:
            values = (_value(given, key) for key in keys)
            value = next((value for value in values if not _is_missing(value, foreign)), None)
            if value is not None:
                record[field] = _converted(field, value, foreign=foreign, texts=texts)
        if foreign:
            _complete(record, layout.tool)
        else:
            record |= {key: given[key] for key in EXPORTED & given.keys() if given[key] not in (None, "")}
        return record

    def records_in(self, name: str | None, value: object) -> Iterator[tuple[str | None, object]]:
        """The records in a value: those in the lists and objects of an object that is no record itself, such as the
        answer of a search engine (`{"hits": {"hits": [{"_source": {…}}]}}`), each with the name of its list; else the
        value itself."""
        found = list(self._within(name, value, _DEEPEST))
        yield from found or [(name, value)]

    def _within(self, name: str | None, value: object, depth: int) -> Iterator[tuple[str | None, object]]:
        if not isinstance(value, Mapping) or not {"title", "text"} <= set(self.missing(value)):
            return
        lists = {key: each for key, each in value.items() if isinstance(each, list) and each}
        objects = {key: each for key, each in value.items() if isinstance(each, Mapping)}
        if lists and all(isinstance(one, Mapping) for each in lists.values() for one in each):
            for key, each in lists.items():
                for one in each:
                    within = list(self._within(key, one, depth - 1)) if depth else []
                    yield from within or [(key, one)]
            return
        for key, one in objects.items():
            if not {"title", "text"} <= set(self.missing(one)):
                yield name, one
            elif depth:
                yield from self._within(key, one, depth - 1)

    def with_publisher(self, value: object, name: str | None) -> object:
        """A record of Fundus with the publisher in whose list it is; any other value as it is."""
        if name is None or not isinstance(value, Mapping) or self._layout(value).tool.name != "Fundus":
            return value
        return {"publisher": name, **value}

    def not_kept(self, given: Record) -> list[str]:
        """The keys of a record that have a value which is no field of an article."""
        return [key for key in self._layout(given).unknown if given[key] not in (None, "", [], {}, "None", "null")]

    def missing(self, names: Iterable[str]) -> list[str]:
        """The required fields that records with these keys cannot have."""
        names = frozenset(names)
        layout = self._layout(dict.fromkeys(names))
        fields = {field for field, keys in layout.keys if any(key.partition(".")[0] in names for key in keys)}
        required = ("title", "text") if layout.tool.name == "Fundus" else ("url", "title", "text")
        return [field for field in required if field not in fields]

    def _layout(self, given: Record) -> _Layout:
        names = frozenset(given)
        layout = self._layouts.get(names)
        if layout is None:
            if len(self._layouts) >= MAX_LAYOUTS:
                self._layouts.clear()
            layout = self._layouts[names] = self._new_layout(names)
        return layout

    def _new_layout(self, names: frozenset[str]) -> _Layout:
        tool = next((tool for tool in TOOLS if any(sign <= names for sign in tool.signs)), NEWSLOOM)
        alike: dict[str, str] = {}
        for name in sorted(names, key=str, reverse=True):
            alike[plain_name(name)] = name
        keys = {field: tuple(key for key in keys if key in names) for field, keys in tool.keys.items()}
        if tool is NEWSLOOM:  # "Published At" in the head of a table
            keys |= {field: (alike[field],) for field, found in keys.items() if not found and field in alike}
        is_own = all(found in ((), (field,)) for field, found in keys.items())
        for field, key in self._mapped:
            stated = key if key in names or "." in key else alike.get(plain_name(key), key)
            keys[field] = (stated, *keys.get(field, ()))
        used = {key if key in names else key.partition(".")[0] for each in keys.values() for key in each}
        unknown = tuple(sorted(names - used - tool.same))
        return _Layout(tool, tuple(keys.items()), unknown, verbatim=tool is NEWSLOOM and is_own and not self._mapped)


def _value(given: Record, key: str) -> object:
    if key in given:
        return given[key]
    value: object = given
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _is_missing(value: object, foreign: bool) -> bool:
    return value is None or value == "" or (foreign and isinstance(value, str) and value.strip().lower() in _MISSING)


def _converted(field: str, value: object, *, foreign: bool, texts: bool) -> object:
    if field in _LISTS and isinstance(value, str) and (foreign or texts):
        return list_of_texts(value, commas=field == "tags")
    if field == "is_free" and isinstance(value, str):
        return yes_or_no(value)
    if field == "published_utc_offset" and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return value
    return value


def _complete(record: dict[str, object], tool: Tool) -> None:
    """What other tools say in a way of their own."""
    if isinstance(source := record.get("source"), str):
        record["source"] = source.removeprefix("www.")
    if tool.name == "trafilatura" and isinstance(section := record.get("section"), str):
        record["section"] = next(iter(list_of_texts(section, commas=False)), None)
    if tool.name == "Fundus":
        record["text"] = _fundus_text(record.get("text"))
        record["image_url"] = _fundus_image(record.get("image_url"))
        if "url" not in record:  # the same article gets the same one in every file
            content = f"{record.get('title')}\n{record['text']}"
            record["url"] = f"urn:sha256:{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()}"


def _fundus_text(body: object) -> object:
    """A body as Fundus prints it: the summary, then headline and paragraphs of each section."""
    if not isinstance(body, Mapping):
        return body
    lines = [*_texts(body.get("summary"))]
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else ():
        if isinstance(section, Mapping):
            lines += [*_texts(section.get("headline")), *_texts(section.get("paragraphs"))]
    return "\n\n".join(lines)


def _fundus_image(images: object) -> object:
    """The URL of the cover, or else the first image, in its last and largest version."""
    found = [image for image in images if isinstance(image, Mapping)] if isinstance(images, list) else []
    for image in sorted(found, key=lambda image: not image.get("is_cover")):
        versions = image.get("versions")
        if isinstance(versions, list) and versions and isinstance(versions[-1], Mapping):
            return versions[-1].get("url")
    return None


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
