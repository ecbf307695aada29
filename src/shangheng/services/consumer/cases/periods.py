# SPDX-License-Identifier: Apache-2.0
"""How long each part of a complaint may take: no document prints it, so the authority decides."""

from shangheng.kernel.formulas.parameters import Parameter


def _period(
    name: str, names: tuple[str, str], asks: tuple[str, str], *, unit: str, clause: str
) -> Parameter:
    return Parameter(
        name=f"consumer.{name}", zh=names[0], en=names[1], unit=unit, clause=clause,
        question_zh=f"{asks[0]}请连同文件依据一并填写", question_en=f"{asks[1]} By which rule?",
    )  # fmt: skip


COMPLAINTS, SPEED, PAY_FIRST = "hunan-2015 (二十五)", "jiangsu-2015 (十)3", "hunan-2015 (十一)"
ACCEPTANCE_DAYS = _period(
    "acceptance_days", ("投诉受理期限", "days to accept a complaint"),
    ("收到投诉后多少个工作日内决定是否受理？",
     "Within how many working days is a complaint accepted or refused?"),
    unit="working days", clause=COMPLAINTS,
)  # fmt: skip
SHOP_DAYS = _period(
    "shop_days", ("商家答复期限", "days for the shop to answer"),
    ("收到投诉后商家应在多少个工作日内答复？",
     "Within how many working days must the shop answer a complaint?"),
    unit="working days", clause=SPEED,
)  # fmt: skip
STATION_DAYS = _period(
    "station_days", ("12315站处理期限", "days for a station to settle a claim"),
    ("平台12315站收到投诉后多少个工作日内处理，逾期自动升级为投诉？",
     "Within how many working days does a station settle a claim before it becomes a complaint?"),
    unit="working days", clause=SPEED,
)  # fmt: skip
MEDIATION_DAYS = _period(
    "mediation_days", ("投诉办理期限", "days to bring a complaint to an end"),
    ("受理后多少日内办结（调解成功或终止调解）？",
     "Within how many days after acceptance must mediation end?"),
    unit="calendar days", clause=COMPLAINTS,
)  # fmt: skip
EXTENSION_DAYS = _period(
    "mediation_extension_days", ("办理期限可延长", "days by which mediation may be prolonged"),
    ("办理期限最多可延长多少日？", "By how many days may mediation be prolonged?"),
    unit="calendar days", clause=COMPLAINTS,
)  # fmt: skip
PERFORMANCE_DAYS = _period(
    "performance_days", ("和解履行期限", "days to perform a settlement"),
    ("达成和解后商家应在多少日内履行？", "Within how many days must a settlement be performed?"),
    unit="calendar days", clause=COMPLAINTS,
)  # fmt: skip
PERFORMANCE_REMINDER = _period(
    "performance_reminder_days", ("履行到期前几日提醒", "days before its end to remind"),
    ("履行期限届满前几日提醒？", "How many days before the end is the seller reminded?"),
    unit="calendar days", clause=COMPLAINTS,
)  # fmt: skip
ADVANCE_DAYS = _period(
    "advance_days", ("先行赔付期限", "days to pay in advance"),
    ("提出先行赔付后多少个工作日内赔付或驳回？",
     "Within how many working days is an advance paid or refused?"),
    unit="working days", clause=PAY_FIRST,
)  # fmt: skip
RECOVERY_DAYS = _period(
    "recovery_days", ("追偿期限", "days to recover an advance"),
    ("先行赔付后多少日内向责任人追偿完毕？", "Within how many days is an advance recovered?"),
    unit="calendar days", clause=PAY_FIRST,
)  # fmt: skip
