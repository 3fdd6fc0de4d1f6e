"""Files to import."""

from __future__ import annotations

import gc
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.end_to_end.conftest import article

if TYPE_CHECKING:
    from pathlib import Path


def record(number: int, **changes: Any) -> dict[str, Any]:
    text = " ".join(f"Item {number * 1000 + n} was counted." for n in range(20))
    return {"url": f"http://town.example/{number}", "title": f"Report {number}", "text": text} | changes


def write_lines(file: Path, *lines: object) -> Path:
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return file


def web_archive(pages: int) -> bytes:
    """A WARC file of article pages, with a request and metadata to each."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    for number in range(pages):
        url = f"http://town.example/{number}"
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        body = BytesIO(article(number).body)
        writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=headers))
        writer.write_record(writer.create_warc_record(url, "metadata", payload=BytesIO(b"fetchTimeMs: 5")))
    content = buffer.getvalue()
    del writer
    gc.collect()
    return content
