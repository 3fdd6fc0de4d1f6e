"""Tries changed inputs on every parser for as long as you like, and keeps those that fail in tests/fuzzing/found.

usage: python -m tests.fuzzing.run [--minutes 5] [PARSER…]      (or: make fuzz MINUTES=5)

Exit code 1: an input failed. It is kept in its smallest form, and is a test from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import sys
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzzing.changes import inputs
from tests.fuzzing.parsers import PARSERS, read

FOUND = Path(__file__).with_name("found")
SECONDS, MEGABYTES = 10.0, 500
EXAMPLES = 200
"""At a time; then it is the next parser's turn."""


class CostsTooMuchError(Exception):
    """An input took more time or memory than any may."""


def peak() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read_within_limits(name: str, body: bytes) -> None:
    """Read an input; raises CostsTooMuchError, or whatever is no answer."""
    start, before = time.process_time(), peak()
    read(name, body)
    if time.process_time() - start > SECONDS or peak() - before > MEGABYTES:
        raise CostsTooMuchError(f"{time.process_time() - start:.1f} s, {peak() - before} MB")


def attempt(name: str, number: int) -> bytes | None:
    """Try some inputs on a parser; the smallest that fails, or None."""
    last = b""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @seed(number)
    @given(inputs(name) | st.binary(max_size=200))
    def check(body: bytes) -> None:
        nonlocal last
        last = body
        read_within_limits(name, body)

    try:
        check()
    except Exception:
        traceback.print_exc(limit=-4)
        return last  # the last input that Hypothesis tries is the smallest
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("parsers", nargs="*", metavar="PARSER", help=", ".join(PARSERS))
    arguments = parser.parse_args()
    names = [name for name in PARSERS if not arguments.parsers or name in arguments.parsers]
    end = time.monotonic() + arguments.minutes * 60
    failed: dict[str, int] = dict.fromkeys(names, 0)
    tried = 0
    while time.monotonic() < end and names:
        for name in list(names):
            if time.monotonic() > end:
                break
            tried += EXAMPLES
            if (body := attempt(name, random.SystemRandom().getrandbits(32))) is not None:
                file = FOUND / name / hashlib.sha256(body).hexdigest()[:16]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(body)
                failed[name] += 1
                print(f"{name}: {len(body)} bytes are kept in {file.relative_to(FOUND.parents[2])}", flush=True)
                names.remove(name)  # until that is mended, it would find the same again
    print(f"about {tried:,} inputs; failed: {', '.join(name for name in failed if failed[name]) or 'none'}")
    return 1 if any(failed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
