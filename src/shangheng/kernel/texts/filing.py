# SPDX-License-Identifier: Apache-2.0
"""Texts about the filing of platforms' rules."""

TEXTS: dict[str, tuple[str, str]] = {
    "filing.procedure": (
        "规则制定程序有缺陷：{flaws}（{basis}）。请退回，或勾选“仍予备案”并说明理由",
        "The rule was not made as the law asks: {en} ({basis}). Return it, or file it despite and say why",
    ),
    "filing.no_such_version": (
        "规则 {number} 没有这一版；现有 {known}",
        "Rule {number} has no such version; there are {known}",
    ),
}  # fmt: skip
