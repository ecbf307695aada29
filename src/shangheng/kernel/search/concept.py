# SPDX-License-Identifier: Apache-2.0
"""How text is cut into the tokens of a full-text index, and how a search is put to it.

Chinese is written without spaces. Each run of characters becomes its overlapping pairs and, at its
end, the last character alone: 快递车辆 gives 快递 递车 车辆 辆. Several characters are a phrase of
pairs, found wherever they stand; a single one is the beginning of a token. Latin words and figures
are tokens as they are, found by their beginning. Width of signs and case do not matter (NFKC).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")


def folded(text: str) -> str:
    """Return a text as it is compared: width of signs and case do not matter."""
    return unicodedata.normalize("NFKC", text).casefold()


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in their order."""
    found: list[str] = []
    for run in _RUN.findall(folded(text)):
        found += [*_pairs(run), run[-1]] if _IS_HAN.match(run) else [run]
    return found


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand side by side; with ``begins`` the only one is the start of a token."""

    tokens: tuple[str, ...]
    begins: bool


def phrases(text: str) -> tuple[Phrase, ...]:
    """Return what a search wants, every phrase of it."""
    return tuple(
        Phrase(tuple(_pairs(run)), begins=False)
        if _IS_HAN.match(run) and len(run) > 1
        else Phrase((run,), begins=True)
        for run in dict.fromkeys(_RUN.findall(folded(text)))
    )


def as_fts5(wanted: Iterable[Phrase]) -> str:
    """Return a search in the words of SQLite's FTS5."""
    return " AND ".join(f'"{" ".join(each.tokens)}"{" *" * each.begins}' for each in wanted)


def as_tsquery(wanted: Iterable[Phrase]) -> str:
    """Return a search in the words of PostgreSQL's tsquery."""
    parts = (
        " <-> ".join(f"'{token}'{':*' * each.begins}" for token in each.tokens) for each in wanted
    )
    return " & ".join(f"({part})" for part in parts)


def as_tsvector(words: Iterable[str]) -> str:
    """Return tokens as the literal of a tsvector, each at its place."""
    return " ".join(f"'{token}':{min(place, 16_383)}" for place, token in enumerate(words, 1))
