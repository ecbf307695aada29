# SPDX-License-Identifier: Apache-2.0
"""Mappings that this installation keeps by name, and those that come as text with an upload."""

import re
from pathlib import Path

import yaml
from django.conf import settings

from shangheng.kernel.errors import Invalid, NotFound

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def find(name: str) -> object:
    """Return the mapping ``mappings/<name>.yaml`` of the home."""
    path = Path(settings.HOME) / "mappings" / f"{name}.yaml"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("mapping.unknown", mapping=name)
    return read(path.read_text(encoding="utf-8"))


def read(text: str) -> object:
    """Return what a YAML text declares, as plain values; intake says whether it is a mapping."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Invalid("mapping.unreadable", why=str(error)) from error
