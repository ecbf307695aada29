# SPDX-License-Identifier: Apache-2.0
"""Which jurisdictions there are and what they say: the one place that reads their folders.

They lie in one's own folder (``SHANGHENG_JURISDICTIONS``) and beside the program. What was read
stays until a file changes.
"""

import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from shangheng.kernel.policies import queries as policies
from shangheng.kernel.policies.concept import Department, Jurisdiction, Library
from shangheng.kernel.policies.store import JURISDICTION as HEAD
from shangheng.kernel.policies.store import Head

_reading = threading.Lock()


class Place(NamedTuple):
    """Whose platform this is."""

    zh: str
    en: str
    region: str


NOWHERE = Place("全国", "China", "")


def places() -> dict[str, Place]:
    """Return every jurisdiction that there is a folder of, by its name; one's own come first.

    Every page asks it, that of an error too: a folder that is missing is told by ``library``.
    """
    there = [folder for folder in folders() if folder.is_dir()]
    with _reading:
        listed = [each for folder in there for each in _heads(folder, _changed_heads(folder))]
    found: dict[str, Place] = {}
    for each in listed:
        found.setdefault(each.id, Place(each.zh, each.en, each.region))
    return found


def place() -> Place:
    """Return the province or city of this installation."""
    return places().get(settings.JURISDICTION, NOWHERE)


def folders() -> tuple[Path, ...]:
    """Return the folders in which jurisdictions lie: one's own, then that of the program."""
    own = settings.JURISDICTIONS
    return (*((Path(own),) if own else ()), policies.shipped())


def _changed_heads(folder: Path) -> tuple[int, int]:
    times = [
        (folder / name / HEAD).stat().st_mtime_ns
        for name in policies.names(folder)
        if (folder / name / HEAD).is_file()
    ]
    return len(times), max(times, default=0)


@lru_cache(maxsize=4)
def _heads(folder: Path, changed: tuple[int, int]) -> tuple[Head, ...]:  # noqa: ARG001 - its key
    return policies.heads(folder)


def library() -> Library:
    """Return the policies that pages show: one's own folder, then what came with the program.

    Reading takes a second, so it is done again only when a file has changed.
    """
    with _reading:
        return policies.together(*(_policies(each, _changed(each)) for each in folders()))


def departments() -> tuple[Department, ...]:
    """Return the bodies that this installation's own documents name."""
    home = library().jurisdictions.get(settings.JURISDICTION)
    return home.departments if home else ()


def departments_by_form() -> dict[str, Department]:
    """Return the bodies of this installation's documents by every form in which they stand."""
    return {form: each for each in departments() for form in each.forms}


def jurisdiction(name: str, folder: Path | None = None) -> Jurisdiction:
    """Return one jurisdiction read by itself: of a folder, else of the first that has it."""
    library = policies.load(folder_with(name, folder), (name,))
    return policies.jurisdiction(library, name)


def folder_with(name: str | None, folder: Path | None = None) -> Path:
    """Return the folder that is named, else the first of ours that holds a jurisdiction."""
    ours = (folder,) if folder else folders()
    holding = (each for each in ours if name is None or name in policies.names(each))
    return next(holding, ours[0])


def _changed(folder: Path) -> tuple[int, int]:
    """Return how many files a folder of policies has, and when the last of them changed."""
    times = [
        os.stat(os.path.join(parent, name)).st_mtime_ns  # noqa: PTH116, PTH118 - on every page
        for parent, _, names in os.walk(folder)
        for name in names
        if name.endswith(".yaml")
    ]
    return len(times), max(times, default=0)


@lru_cache(maxsize=4)
def _policies(folder: Path, changed: tuple[int, int]) -> Library:  # noqa: ARG001 - part of the key
    return policies.load_to_stay(folder)
