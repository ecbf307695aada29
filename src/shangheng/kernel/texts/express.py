# SPDX-License-Identifier: Apache-2.0
"""Texts about express permits and outlets."""

TEXTS: dict[str, tuple[str, str]] = {
    "express.no_such_level": (
        "{name} 应为 {known} 之一；请在 decisions.yaml 中改正",
        "{name} must be one of {known}; correct it in decisions.yaml",
    ),
    "express.not_competent": (
        "这项许可由{competent}决定（{basis}）；请用“转上级”",
        "This permit is decided on by {en} ({basis}); pass it on",
    ),
    "express.ends_before_it_begins": (
        "有效期止须晚于有效期起 {since}；请改正",
        "A permit must end after it begins on {since}; correct it",
    ),
    "express.outlet_near": (
        "{metres} 米以内已有同品牌网点：{candidates}。请核实；确非同一网点的，勾选“已核实”",
        "Within {metres} m there are outlets of this brand: {candidates}. Check, and tick if it is another",
    ),
}  # fmt: skip
