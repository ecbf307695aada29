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
    "party.reason_missing": (
        "请写明理由，例如：同一企业被两个平台各报一次",
        "Say why, for instance: one firm reported twice by two platforms",
    ),
    "party.id_unreadable": (
        "“{text}”不是主体编号；请从对方页面复制，例如 0190f3a0-5c1e-7c3b-9d2e-1a2b3c4d5e6f",
        "{text} is no number of a party; copy it from the other party's page",
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
