# SPDX-License-Identifier: Apache-2.0
"""How two texts differ, sentence by sentence: two versions of a rule, a rule and its practice."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_SENTENCES = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]?")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of two texts: in both, only in the later, only in the earlier, or worded anew."""

    what: Literal["same", "added", "removed", "changed"]
    before: str
    after: str


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, without the spaces around them."""
    return tuple(found for each in _SENTENCES.findall(text) if (found := each.strip()))


def _plain(sentence: str) -> str:
    """Return a sentence without what does not change what it says: widths and spaces."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", sentence))


def compared(before: str, after: str) -> tuple[Passage, ...]:
    """Return the sentences of two texts side by side, in their order."""
    old, new = sentences(before), sentences(after)
    matcher = SequenceMatcher(None, [*map(_plain, old)], [*map(_plain, new)], autojunk=False)
    return tuple(
        passage
        for _, i1, i2, j1, j2 in matcher.get_opcodes()
        for passage in _passages(old[i1:i2], new[j1:j2])
    )


def _passages(old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Passage]:
    for one, other in zip(old, new, strict=False):
        yield Passage("same" if _plain(one) == _plain(other) else "changed", one, other)
    for one in old[len(new) :]:
        yield Passage("removed", one, "")
    for other in new[len(old) :]:
        yield Passage("added", "", other)


def departures(filed: str, found: str) -> tuple[Passage, ...]:
    """Return where what was found departs from what was filed; nothing where they agree."""
    return tuple(each for each in compared(filed, found) if each.what != "same")
