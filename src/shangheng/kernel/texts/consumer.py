# SPDX-License-Identifier: Apache-2.0
"""Texts about what the law gives a buyer."""

TEXTS: dict[str, tuple[str, str]] = {
    "consumer.no_such_reading": (
        "{name} 应为 {known} 之一；请在 decisions.yaml 中改正",
        "{name} must be one of {known}; correct it in decisions.yaml",
    ),
    "consumer.price_not_positive": (
        "价款应大于零，现为 {price}",
        "The price must be more than nothing, not {price}",
    ),
}  # fmt: skip
