"""Runs one of the peers; this file is run by the Python of .venv-peers, which has no newsloom.

usage: run.py trafilatura|news-please|newspaper4k PAGES.warc.gz [--processes N] [--most N]
       run.py minhash RECORDS.jsonl
       run.py words N
       run.py versions

The first three extract every page of a web archive, in a pool of processes, write nothing, and print
{"pages": …, "articles": …, "seconds": …}. `minhash` prints the URL of the earlier text that each text repeats, by
datasketch's MinHash LSH with its usual settings. `words` prints the commonest words of English, by wordfreq.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import time
import warnings
from importlib.metadata import version
from itertools import islice
from multiprocessing import Pool
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Page = tuple[str, bytes]
VERSIONS = ("trafilatura", "news-please", "newspaper4k", "datasketch")
SHINGLE, PERMUTATIONS, JACCARD = 5, 128, 0.7


def pages(file: str) -> Iterator[Page]:
    """URL and body of each page of a web archive."""
    from fastwarc import ArchiveIterator, WarcRecordType

    with open(file, "rb") as stream:  # noqa: PTH123
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            yield record.headers["WARC-Target-URI"], record.reader.read()


def trafilatura(page: Page) -> bool:
    from trafilatura import bare_extraction

    found = bare_extraction(page[1], url=page[0], with_metadata=True, include_comments=False)
    return found is not None and bool(found.text)


def news_please(page: Page) -> bool:
    from newsplease import NewsPlease

    try:
        found = NewsPlease.from_html(page[1].decode("utf-8", "replace"), url=page[0], fetch_images=False)
    except Exception:  # noqa: BLE001  its own from_warc does the same
        return False
    return bool(found is not None and getattr(found, "maintext", None))


def newspaper4k(page: Page) -> bool:
    from newspaper import Article

    article = Article(page[0], fetch_images=False)
    try:
        article.download(input_html=page[1].decode("utf-8", "replace"))
        article.parse()
    except Exception:  # noqa: BLE001
        return False
    return bool(article.text)


def quiet() -> None:
    """Nothing that a library logs is printed."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


EXTRACTORS = {"trafilatura": trafilatura, "news-please": news_please, "newspaper4k": newspaper4k}


def extract(name: str, file: str, processes: int, most: int | None) -> dict[str, float]:
    start, done, articles = time.perf_counter(), 0, 0
    with Pool(processes, quiet) as pool:
        for found in pool.imap_unordered(EXTRACTORS[name], islice(pages(file), most), chunksize=4):
            done += 1
            articles += found
    return {"pages": done, "articles": articles, "seconds": time.perf_counter() - start}


def minhash(file: str) -> dict[str, str | None]:
    """For each URL that of the earliest text with a Jaccard similarity of at least 0.7; None for an original."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=JACCARD, num_perm=PERMUTATIONS)
    hashes: list[MinHash] = []
    answer: dict[str, str | None] = {}
    with open(file, encoding="utf-8") as lines:  # noqa: PTH123
        records = sorted(map(json.loads, lines), key=lambda record: record["published_at"])
    for number, record in enumerate(records):
        words = re.findall(r"\w+", record["text"].lower())
        runs = {" ".join(words[at : at + SHINGLE]).encode() for at in range(max(1, len(words) - SHINGLE + 1))}
        found = MinHash(num_perm=PERMUTATIONS)
        found.update_batch(sorted(runs))
        alike = [at for at in index.query(found) if hashes[at].jaccard(found) >= JACCARD]
        answer[record["url"]] = records[min(alike)]["url"] if alike else None
        index.insert(number, found)
        hashes.append(found)
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=[*EXTRACTORS, "minhash", "words", "versions"])
    parser.add_argument("what", nargs="?", default="")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--most", type=int, help="pages to read")
    arguments = parser.parse_args()
    if arguments.peer == "versions":
        print(", ".join(f"{name} {version(name)}" for name in VERSIONS))
    elif arguments.peer == "words":
        import wordfreq

        print("\n".join(wordfreq.top_n_list("en", int(arguments.what))))
    elif arguments.peer == "minhash":
        json.dump(minhash(arguments.what), sys.stdout)
    else:
        json.dump(extract(arguments.peer, arguments.what, arguments.processes, arguments.most), sys.stdout)


if __name__ == "__main__":
    main()
