# SPDX-License-Identifier: Apache-2.0
"""Texts about the statistical frame, surveys and publication."""

TEXTS: dict[str, tuple[str, str]] = {
    "frame.class_unknown": (
        "decisions.yaml 的 listing-thresholds 中没有这些企业类型：{classes}；可选：{known}",
        "listing-thresholds in decisions.yaml names unknown classes {classes}; there are {known}",
    ),
    "frame.nothing_to_do": (
        "{year} 年对 {code} 没有列入或退出的建议，名录不变",
        "Nothing is proposed for {code} in {year}; the register stays as it is",
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
