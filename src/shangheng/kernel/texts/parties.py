# SPDX-License-Identifier: Apache-2.0
"""Texts about parties."""

TEXTS: dict[str, tuple[str, str]] = {
    "party.unknown": (
        "没有代码为 {value} 的主体（{scheme}）",
        "No party has the code {value} ({scheme})",
    ),
    "party.unknown_id": (
        "没有主体 {party}",
        "There is no party {party}",
    ),
    "party.kind_unknown": (
        "没有主体类别 {kind}",
        "There is no kind of party {kind}",
    ),
    "party.scheme_unknown": (
        "没有代码种类 {scheme}",
        "There is no code scheme {scheme}",
    ),
    "party.code_invalid": (
        "{scheme} {value} 不正确",
        "{value} is not a valid code ({scheme})",
    ),
    "party.code_taken": (
        "代码 {value}（{scheme}）已属于主体 {party}",
        "Code {value} ({scheme}) belongs to party {party} already",
    ),
    "party.relation_unknown": (
        "没有关系 {relation}",
        "There is no relation {relation}",
    ),
    "party.link_unknown": (
        "主体 {party} 没有现行关系 {relation}",
        "Party {party} has no current link {relation}",
    ),
    "party.cannot_merge": (
        "主体 {duplicate} 不能并入 {into}",
        "Party {duplicate} cannot be merged into {into}",
    ),
    "party.not_merged": (
        "主体 {party} 未被并入",
        "Party {party} was not merged",
    ),
    "party.learned_twice": (
        "{reporter} 的名册正被同时写入，请重试",
        "The roster of {reporter} was written at the same time; try again",
    ),
}  # fmt: skip
