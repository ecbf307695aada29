# SPDX-License-Identifier: Apache-2.0
"""Whether a rule was made as the law asks, and which of its terms may be unfair.

A finding is a question to the officer, never a verdict: it shows the sentence and the provision.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shangheng.kernel.formulas.parameters import Configuration, Dated, Parameter
from shangheng.kernel.registers.concept.wording import sentences

ECOMMERCE_LAW = date(2019, 1, 1)
NOTICE_DAYS = Parameter(
    name="filing.notice_days",
    zh="修改规则的公示天数",
    en="days between publication and force of a rule",
    unit="calendar days",
    clause="jiangsu-2015 (七)2",
    question_zh="修改规则应在实施前至少几日公示？",
    question_en="How many days before it takes force must a changed rule be published?",
    values=(Dated(ECOMMERCE_LAW, 7, "电子商务法 第三十四条"),),
)


@dataclass(frozen=True)
class Term:
    """A kind of term that a provision speaks against, and how it is usually worded."""

    name: str
    zh: str
    en: str
    words: str
    basis: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """A sentence that may hold such a term."""

    term: Term
    sentence: str
    place: int


CONSUMER_26 = "消费者权益保护法 第二十六条"
CIVIL_497 = "民法典 第四百九十七条"
TERMS = (
    Term("last_word", "单方享有最终解释权", "the last word on what the rule means",
         r"最终解释权|(?:解释权|解释的权利).{0,8}(?:归|属于|由).{0,12}(?:平台|本公司|我方|商家)",
         (CONSUMER_26, "网络交易监督管理办法 第二十一条")),
    Term("no_liability", "免除自身责任", "the trader's own liability is excluded",
         r"(?:不承担|概不|免除|免于承担|不负).{0,6}(?:任何|一切|全部|相关|法律|赔偿)?(?:责任|负责)",
         (CONSUMER_26, CIVIL_497)),
    Term("no_return", "排除退换货的权利", "returns are excluded",
         r"(?:不退不换|概不退换|不予退(?:货|换|款)|不支持.{0,6}退(?:货|换|款)|售出.{0,4}不退)",
         ("消费者权益保护法 第二十五条", CONSUMER_26)),
    Term("no_recourse", "限制投诉、起诉的权利", "complaint or suit is restricted",
         r"(?:不得|放弃|无权).{0,8}(?:投诉|举报|起诉|诉讼|仲裁|索赔|维权|差评)",
         (CONSUMER_26, "网络交易监督管理办法 第二十一条")),
    Term("at_will", "单方随时变更而不公示", "changed at will, without notice",
         r"(?:有权|可以|可)?(?:随时|单方).{0,8}(?:修改|变更|调整|终止).{0,24}"
         r"(?:无需|不必|不另行|恕不)?(?:通知|公示|征求)?",
         ("电子商务法 第三十四条", CONSUMER_26)),
    Term("not_concluded", "付款后合同仍不成立", "no contract although paid",
         r"(?:付款|支付|下单).{0,12}(?:合同|订单|契约).{0,6}(?:不成立|未成立|可以?取消)",
         ("电子商务法 第四十九条",)),
    Term("exclusive", "限制商家与他人交易", "merchants may not trade elsewhere",
         r"(?:不得|禁止).{0,10}(?:其他|其它|竞争|第三方)平台.{0,10}(?:经营|开店|销售|促销|入驻|活动)"
         r"|独家(?:合作|经营|销售)|二选一",
         ("电子商务法 第三十五条",)),
    Term("heavy_penalty", "加重对方责任", "an unreasonable penalty",
         r"(?:没收|不予退还).{0,8}(?:全部|所有|保证金|货款|余额|押金)",
         (CONSUMER_26, CIVIL_497)),
    Term("bundled_consent", "一揽子同意个人信息处理", "consent to all use of personal data",
         r"(?:视为|即表示|默认).{0,6}同意.{0,20}(?:个人信息|隐私|通讯录|位置)",
         ("个人信息保护法 第十四条", "个人信息保护法 第十六条")),
)  # fmt: skip
_WORDS = {term.name: re.compile(term.words) for term in TERMS}


def screened(text: str) -> tuple[Finding, ...]:
    """Return the sentences of a rule that may hold an unfair term, in their order."""
    return tuple(
        Finding(term, sentence, place)
        for place, sentence in enumerate(sentences(text), start=1)
        for term in TERMS
        if _WORDS[term.name].search(sentence)
    )


@dataclass(frozen=True)
class Flaw:
    """Something that the making of a rule lacks, with the provision that asks for it."""

    name: str
    zh: str
    en: str
    basis: str


def flaws(
    rule: Mapping[str, Any], *, is_change: bool, configuration: Configuration
) -> tuple[Flaw, ...]:
    """Return what the procedure lacks; comments are asked for where a rule is changed."""
    published, effective = _day(rule["published_on"]), _day(rule["effective_on"])
    days, source = NOTICE_DAYS.sourced(effective, configuration)
    return (
        *_notice(published, effective, int(days), source),
        *(_comments(rule, published) if is_change else ()),
    )


def _notice(published: date, effective: date, days: int, source: str) -> Iterator[Flaw]:
    if (effective - published).days < days:
        yield Flaw(
            "notice", f"公示到实施只有 {(effective - published).days} 日，应至少 {days} 日",
            f"published {(effective - published).days} days before force, {days} are asked for",
            source,
        )  # fmt: skip


def _comments(rule: Mapping[str, Any], published: date) -> Iterator[Flaw]:
    asked = "电子商务法 第三十四条"
    begun, until = rule.get("comments_from"), rule.get("comments_until")
    if not begun or not until or not rule.get("comments_at"):
        yield Flaw(
            "comments", "没有公开征求意见的凭据（起止日期和网址）",
            "no evidence that comments were asked for (days and address)", asked,
        )  # fmt: skip
        return
    if _day(until) < _day(begun):
        yield Flaw("comments_backwards", "征求意见的截止日早于开始日",
                   "comments end before they begin", asked)  # fmt: skip
    if _day(until) > published:
        yield Flaw("comments_late", "征求意见尚未结束就已公示",
                   "published before the time for comments was over", asked)  # fmt: skip
    if rule.get("comments_count") and not rule.get("comments_answer"):
        yield Flaw("comments_unanswered", "收到意见但没有说明采纳情况",
                   "comments came, and how they were answered is not told", asked)  # fmt: skip


def _day(text: object) -> date:
    return date.fromisoformat(str(text))
