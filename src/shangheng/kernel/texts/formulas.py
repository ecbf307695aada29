# SPDX-License-Identifier: Apache-2.0
"""Texts about formulas and their questions."""

TEXTS: dict[str, tuple[str, str]] = {
}  # fmt: skip
