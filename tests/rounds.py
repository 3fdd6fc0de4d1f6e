"""How often tests repeat what chance decides: kills, orders of arrival, mutations."""

from __future__ import annotations

import os

ROUNDS = int(os.environ.get("NEWSLOOM_TEST_ROUNDS", "1"))
"""A few repetitions by default; NEWSLOOM_TEST_ROUNDS multiplies them."""
