"""Turns texts into numbers: tokens, shingles, terms."""
