# SPDX-License-Identifier: Apache-2.0
"""Texts about regions."""

TEXTS: dict[str, tuple[str, str]] = {
    "region.unknown": (
        "没有区划代码 {code}",
        "There is no region with code {code}",
    ),
    "region.not_valid_then": (
        "{name}（{code}）在 {year} 年无效",
        "{name} ({code}) was not valid in {year}",
    ),
    "region.no_successor": (
        "{name}（{code}）自 {until} 年后撤销，去向不明",
        "{name} ({code}) ended after {until}; its successor is not known",
    ),
    "region.divided": (
        "{name}（{code}）对应多个区划：{candidates}",
        "{name} ({code}) corresponds to several regions: {candidates}",
    ),
    "region.no_predecessor": (
        "{name}（{code}）在 {year} 年尚无对应区划",
        "{name} ({code}) had no known code in {year}",
    ),
    "region.no_history": (
        "县级以下没有历史区划：{code}",
        "There is no history below the county: {code}",
    ),
    "region.ambiguous": (
        "“{name}”可指多个地方：{candidates}；请写全称或代码",
        "“{name}” may be several places: {candidates}; write the full name or the code",
    ),
    "region.unknown_name": (
        "没有名为“{name}”的地方",
        "There is no place named “{name}”",
    ),
}  # fmt: skip
