# SPDX-License-Identifier: Apache-2.0
"""How Chinese text is cut into the tokens of a full-text index, and how a search reads them.

Chinese is written without spaces. Each run of characters becomes its overlapping pairs and, at
its end, the last character alone: 快递车辆 gives 快递 递车 车辆 辆. A word of several is a phrase
of pairs and found wherever it stands; a single character is the beginning of a token.
Latin words and figures are tokens as they are and found by their beginning. Width of signs and
case do not matter (NFKC). The same tokens go into SQLite's FTS5 and PostgreSQL's tsvector.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

FOLDED_KEPT = 4096
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN = rf"[^\W_{_HAN}]"
_RUN = re.compile(rf"[{_HAN}]+|\d+(?:\.\d+)+|{_LATIN}+")


@lru_cache(maxsize=FOLDED_KEPT)
def folded(text: str) -> str:
    """Return a text as it is compared: width of signs and case do not matter.

    Folding takes most of the time of a comparison, and the texts of clauses stay the same.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def says(text: str, parts: Iterable[str | None]) -> bool:
    """Return whether every word of a text stands somewhere in the parts."""
    wanted = folded(text).split()
    if not wanted:
        return True
    whole = folded("\n".join(part for part in parts if part))
    return all(word in whole for word in wanted)


def _is_han(run: str) -> bool:
    return re.match(f"[{_HAN}]", run) is not None


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in their order."""
    found: list[str] = []
    for run in _RUN.findall(folded(text)):
        found += [*_pairs(run), run[-1]] if _is_han(run) else [run]
    return found


@dataclass(frozen=True)
class Phrase:
    """Tokens that stand side by side; with ``begins`` the only one is the start of a token."""

    run: str
    tokens: tuple[str, ...]
    begins: bool


def phrases(text: str) -> tuple[Phrase, ...]:
    """Return what a search wants, every phrase of it."""
    return tuple(
        Phrase(run, tuple(_pairs(run)), begins=False)
        if _is_han(run) and len(run) > 1
        else Phrase(run, (run,), begins=True)
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


def as_tsvector(said: str, beside: str) -> str:
    """Return two texts as a tsvector's literal; the first weighs more (A) than the second (C)."""
    placed = [(token, "A") for token in tokens(said)] + [(token, "C") for token in tokens(beside)]
    return " ".join(f"'{token}':{at}{weight}" for at, (token, weight) in enumerate(placed, 1))


def marked(text: str, wanted: Iterable[Phrase]) -> list[tuple[str, bool]]:
    """Return a text in parts, each with whether a search found it."""
    narrow, origin = "", [0]
    for at, sign in enumerate(text):
        piece = folded(sign)
        narrow += piece
        origin += [at + 1] * len(piece)
    hit = [False] * len(text)
    for each in wanted:
        pattern = re.escape(each.run)
        for found in re.finditer(
            pattern if _is_han(each.run) else rf"(?<!{_LATIN}){pattern}", narrow
        ):
            for at in range(origin[found.start() + 1] - 1, origin[found.end()]):
                hit[at] = True
    parts: list[tuple[str, bool]] = []
    for sign, is_hit in zip(text, hit, strict=True):
        if parts and parts[-1][1] == is_hit:
            parts[-1] = (parts[-1][0] + sign, is_hit)
        else:
            parts.append((sign, is_hit))
    return parts
