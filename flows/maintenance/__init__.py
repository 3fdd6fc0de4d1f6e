"""Checks, repairs, rebuilds, packs and removes stored data."""
