"""Makes word-rarity.npz from the word lists of wordfreq, which is not among the requirements of newsloom.

usage: pip install wordfreq==3.1.1; python -m flows.dedup.text.make_word_rarity

wordfreq (Robyn Speer, 2023, https://github.com/rspeer/wordfreq) counts words in subtitles, encyclopaedias, news, social
media and other text. Its data is licensed under CC BY-SA 4.0, and so is word-rarity.npz.
"""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import numpy as np

from flows.dedup.text.lexicon import STEM, word_hash
from flows.dedup.text.rarity import COMMON, LEVELS, rarity_of
from flows.dedup.text.terms import language_seed
from flows.dedup.text.tokens import normalise

WORDS = 400  # of an article: a word of frequency f is in 1 - exp(-f * WORDS) of them
# The language codes of articles, by those of wordfreq. Chinese, Japanese and Korean are missing: its words there are
# not the terms of newsloom.
LANGUAGES = {
    "ar": ["ar"], "bg": ["bg"], "bn": ["bn"], "ca": ["ca"], "cs": ["cs"], "da": ["da"], "de": ["de"], "el": ["el"],
    "en": ["en"], "es": ["es"], "fa": ["fa"], "fi": ["fi"], "fil": ["tl"], "fr": ["fr"], "he": ["he"], "hi": ["hi"],
    "hu": ["hu"], "id": ["id"], "is": ["is"], "it": ["it"], "lt": ["lt"], "lv": ["lv"], "mk": ["mk"], "ms": ["ms"],
    "nb": ["no", "nb"], "nl": ["nl"], "pl": ["pl"], "pt": ["pt"], "ro": ["ro"], "ru": ["ru"],
    "sh": ["bs", "hr", "sr"], "sk": ["sk"], "sl": ["sl"], "sv": ["sv"], "ta": ["ta"], "tr": ["tr"], "uk": ["uk"],
    "ur": ["ur"], "vi": ["vi"],
}  # fmt: skip


def main() -> None:
    """Write the file."""
    import wordfreq  # type: ignore[import-not-found, unused-ignore]

    levels: dict[int, int] = {}
    for listed, codes in LANGUAGES.items():
        frequencies: defaultdict[str, float] = defaultdict(float)
        for word, frequency in wordfreq.get_frequency_dict(listed, "best").items():
            if not any(character.isdigit() for character in word):
                frequencies[normalise(word).casefold()[:STEM]] += frequency
        shares = {stem: 1 - math.exp(-frequency * WORDS) for stem, frequency in frequencies.items()}
        common = {stem: share for stem, share in shares.items() if share >= COMMON}
        for code in codes:
            seed = int(language_seed(code))
            for stem, share in common.items():
                term = (word_hash(stem) ^ seed) & 0xFFFFFFFF
                levels[term] = min(levels.get(term, LEVELS), round(rarity_of(share) * LEVELS))
        print(listed, len(common))
    terms = np.array(sorted(levels), np.uint32)
    found = np.array([levels[term] for term in terms.tolist()], np.uint8)
    np.savez_compressed(Path(__file__).with_name("word-rarity.npz"), terms=terms, levels=found)
    print(len(terms), "terms")


if __name__ == "__main__":
    main()
