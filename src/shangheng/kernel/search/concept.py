# SPDX-License-Identifier: Apache-2.0
"""How text is cut into the tokens of a full-text index, and how a search is put to it.

Chinese is written without spaces. Each run of characters becomes its overlapping pairs and, at its
end, the last character alone: 快递车辆 gives 快递 递车 车辆 辆. Several characters are a phrase of
pairs, found wherever they stand; a single one is the beginning of a token. Latin words and figures
are tokens as they are, found by their beginning. Width of signs and case do not matter (NFKC).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

FOLDED_KEPT = 4096
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LATIN = rf"[^\W_{_HAN}]"
"""A sign of a Latin word or a figure, as a pattern."""
_RUN = re.compile(rf"[{_HAN}]+|\d+(?:\.\d+)+|{LATIN}+")
_MARK = re.compile(r"\bm[0-9a-f]{12}\b")
_IS_HAN = re.compile(f"[{_HAN}]")


def is_han(run: str) -> bool:
    """Tell whether a run of signs is Chinese."""
    return _IS_HAN.match(run) is not None


@lru_cache(maxsize=FOLDED_KEPT)
def folded(text: str) -> str:
    """Return a text as it is compared: width of signs and case do not matter.

    Folding takes most of the time of a comparison, and many texts are compared again.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def mark_of(name: str, value: str) -> str:
    """Return a word that stands for a value of a field, so that the index finds it as well."""
    return f"m{hashlib.sha256(f'{name}={value}'.encode()).hexdigest()[:12]}"


def marks_in(text: str) -> list[str]:
    """Return the marks that a text has in it."""
    return list(dict.fromkeys(_MARK.findall(text)))


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in their order."""
    found: list[str] = []
    for run in _RUN.findall(folded(text)):
        found += [*_pairs(run), run[-1]] if is_han(run) else [run]
    return found


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand side by side; with ``begins`` the only one is the start of a token."""

    tokens: tuple[str, ...]
    begins: bool

    @property
    def run(self) -> str:
        """Return the signs that a text must have side by side."""
        return self.tokens[0] + "".join(token[-1] for token in self.tokens[1:])


def phrases(text: str) -> tuple[Phrase, ...]:
    """Return what a search wants, every phrase of it."""
    return tuple(
        Phrase(tuple(_pairs(run)), begins=False)
        if is_han(run) and len(run) > 1
        else Phrase((run,), begins=True)
        for run in dict.fromkeys(_RUN.findall(folded(text)))
    )


def as_fts5(wanted: Iterable[Phrase]) -> str:
    """Return a search in the words of SQLite's FTS5."""
    return " AND ".join(f'"{" ".join(each.tokens)}"{" *" * each.begins}' for each in wanted)


def own(scope: str) -> str:
    """Return the letters before every token of a scope in PostgreSQL.

    A word that is common elsewhere would make it read all rows of a scope that has none.
    """
    return hashlib.sha256(scope.encode()).hexdigest()[:6]


def as_tsquery(wanted: Iterable[Phrase], before: str = "") -> str:
    """Return a search in the words of PostgreSQL's tsquery, its tokens with letters ``before``."""
    parts = (
        " <-> ".join(f"'{before}{token}'{':*' * each.begins}" for token in each.tokens)
        for each in wanted
    )
    return " & ".join(f"({part})" for part in parts)


def as_tsvector(words: Iterable[str], before: str = "") -> str:
    """Return tokens with letters ``before`` as the literal of a tsvector, each at its place."""
    return " ".join(
        f"'{before}{token}':{min(place, 16_383)}" for place, token in enumerate(words, 1)
    )
