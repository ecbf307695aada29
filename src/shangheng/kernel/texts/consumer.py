# SPDX-License-Identifier: Apache-2.0
"""Texts about consumer protection."""

TEXTS: dict[str, tuple[str, str]] = {
    "consumer.no_such_reading": (
        "{name} 应为 {known} 之一；请在 decisions.yaml 中改正",
        "{name} must be one of {known}; correct it in decisions.yaml",
    ),
    "consumer.price_not_positive": (
        "价款应大于零，现为 {price}",
        "The price must be more than nothing, not {price}",
    ),
    "consumer.not_for_the_fast_track": (
        "不符合快速处理条件：须{lacks}；请按一般程序调解",
        "Not for the fast track, which asks that {en}; mediate it in the ordinary way",
    ),
    "consumer.conflict_of_interest": (
        "调解员{mediator}与本案有利害关系（{ties}）；请另选一位",
        "{mediator} is tied to a side of this dispute ({ties}); choose another mediator",
    ),
    "consumer.not_this_mediator": (
        "{by} 不是这位调解员（登录名 {mediator}）；请填写本人的登记号",
        "{by} is not this mediator (account {mediator}); give your own number on the roster",
    ),
    "consumer.nothing_owed": (
        "和解约定不付款，或和解与投诉都没有写明金额，不能先行赔付；请先达成写明金额的和解",
        "Settled with nothing, or no amount is named; settle on an amount before an advance",
    ),
    "consumer.nobody_asked_first": (
        "受理时没有确定首问经营者，不能从保证金赔付",
        "No operator was pinned as asked first when the complaint was accepted; no guarantee pays",
    ),
    "consumer.not_the_first_asked": (
        "首问经营者是 {first}，不能由 {fund} 的保证金赔付；请改用首问经营者的保证金",
        "{first} was asked first; the guarantee of {fund} cannot pay. Use that of {first}",
    ),
    "consumer.advance_of_nothing": (
        "先行赔付金额须大于零，且不超过应付的 {most} 元；请改正",
        "Advance more than nothing, and at most the {most} owed",
    ),
    "consumer.advance_too_much": (
        "先行赔付 {advance} 元超过应付的 {most} 元；请改正",
        "{advance} is more than the {most} owed; advance at most that",
    ),
    "consumer.other_movement": (
        "{number} 登记的是“{move}”；请用对应的复核步骤",
        "{number} was noted as “{move}”; take the step that belongs to it",
    ),
    "consumer.no_such_outlier": (
        "没有 {place} 这一项，情况可能已经变化；请刷新页面再提出",
        "There is no item {place}; things may have changed. Reload the page and try again",
    ),
    "consumer.claim_known": (
        "同一商家、同一订单的投诉已有办件 {number}；请在该办件中补充",
        "This order of this seller has a complaint already, {number}; add to that one",
    ),
    "consumer.no_station": (
        "平台 {platform} 没有登记12315站；请先在名录中登记",
        "Platform {platform} has no 12315 station on file; enter one in the register first",
    ),
    "consumer.claim_unreadable": (
        "请求不是有效的 JSON 对象；请按接口说明发送",
        "The request is no JSON object; send it as the API says",
    ),
}  # fmt: skip
