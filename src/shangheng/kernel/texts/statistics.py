# SPDX-License-Identifier: Apache-2.0
"""Texts about the statistical frame, surveys and publication."""

TEXTS: dict[str, tuple[str, str]] = {
    "frame.class_without_threshold": (
        "类别 {kind} 没有规模以上标准，已知：{known}",
        "No threshold is declared for {kind}; known are {known}",
    ),
    "publication.parties_unknown": (
        "指标 {indicator} 未知每格的主体数，不能公布",
        "{indicator} does not tell how many parties stand behind a cell, so it cannot be published",
    ),
    "publication.too_many_dimensions": (
        "公开的指标 {indicator} 除时间外只能按一个维度分组，现有：{by}",
        "In public {indicator} is split by time and one dimension more, not by {by}",
    ),
    "survey.more_answers_than_platforms": (
        "层“{stratum}”的答复多于名录中的 {register} 家",
        "Stratum {stratum} has more answers than the {register} platforms of its register",
    ),
    "survey.stratum_not_on_register": (
        "名录中没有这些层：{strata}",
        "These strata are not on the register: {strata}",
    ),
    "survey.stratum_silent": (
        "层“{stratum}”的 {register} 家无一答复，不能推算",
        "None of the {register} platforms of stratum {stratum} answered; nothing can be estimated",
    ),
    "survey.stratum_too_small": (
        "层“{stratum}”只有一份答复（名录 {register} 家），无法估计误差",
        "Stratum {stratum} has one answer out of {register}; its error cannot be estimated",
    ),
}
