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
    "publication.embargo": (
        "指标 {indicator} 这一时段的数据待发布，发布前不能另行公布；请等发布，或先撤回发布申请",
        "{indicator} of this period is to be released and cannot be published before; wait, or withdraw the release",
    ),
    "release.past": (
        "发布时刻 {due} 已过；请填写将来的时刻",
        "{due} has passed; give a time that is still to come",
    ),
    "release.late": (
        "按规定最迟在 {last} 发布（统计期结束后 {days} 日内）；请提早，或填写晚于时限的理由",
        "The rule asks for release by {last}, {days} days after the period; be earlier, or say why not",
    ),
    "release.twice": (
        "同一数据正在办理发布：{number}；请等它办结，或先撤回",
        "The same figure is being released in {number}; wait until it ends, or withdraw it",
    ),
    "release.known": (
        "这一数据已经发布：{number}；要更正，请填写它的发布号和错在哪里",
        "This figure is released as {number}; to correct it give that number and what was wrong",
    ),
    "release.corrects_another": (
        "{number} 不是现在有效的同一数据（{question}）；请核对发布号、指标、分组和统计期",
        "{number} is no standing release of {question}; check number, indicator, split and period",
    ),
    "release.what_was_wrong": (
        "更正必须写明错在哪里；请填写更正说明",
        "A correction has to say what was wrong; please write it",
    ),
    "release.empty": (
        "{question} 没有数据，不能发布；请换统计期或分组",
        "There is no data of {question}; choose another period or split",
    ),
    "release.too_large": (
        "数据表有 {size} 个字符，最多 {most}；请缩短统计期或减少分组",
        "The table has {size} characters, at most {most} fit; shorten the period or split less",
    ),
    "release.no_figures": (
        "此处不能计算数据；请在装好账本的平台上办理",
        "Figures cannot be computed here; take this step where the ledger is",
    ),
    "release.embargo": (
        "发布时刻 {due} 未到；请到时再发布，到时平台也会自动发布",
        "It is to be released at {due}; wait until then, the platform does it by itself",
    ),
    "release.being_corrected": (
        "{number} 正在更正（{case}）；请先办结或撤回更正",
        "{number} is being corrected in {case}; end or withdraw that first",
    ),
    "release.no_such_version": (
        "{number} 没有第 {version} 版；现有 {known}",
        "{number} has no version {version}; there are {known}",
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
