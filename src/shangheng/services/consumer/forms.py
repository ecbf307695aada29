# SPDX-License-Identifier: Apache-2.0
"""What becomes of a case on paper: the draft of a warning, the pack for a court."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from shangheng.kernel.cases.concept.kinds import CaseKind
from shangheng.kernel.cases.concept.views import CaseFile
from shangheng.kernel.cases.store import House, file_path
from shangheng.kernel.regions import queries as regions
from shangheng.services.consumer.records import COMPLAINT_GOODS, COMPLAINT_GROUNDS
from shangheng.services.consumer.rules.warnings import (
    EXPOSURES,
    Failing,
    Outlier,
    SamplingTerms,
    Terms,
)

PRODUCTS_SHOWN = 10

READ_ME = """投诉 {number} 移送材料

case.json     办件内容、每一步及其封存摘要（seal）和在存证日志中的序号（leaf）
attachments/  附件，文件名为其 SHA-256，名称见 case.json
核验：每一步的封存可在存证日志 /log/ 按序号取得证明；附件可重新计算 SHA-256 比对。

Case {number}, for a court or an arbitrator

case.json     what was filed and every step, with its seal and its position (leaf) in the log
attachments/  attached files named by their SHA-256; their names stand in case.json
To check: the log under /log/ proves each step by its position; hash the files again.
"""


def warning_of(outlier: Outlier, decided: Terms) -> dict[str, Any]:
    """Return the draft of a warning for where complaints stand out; an officer words it anew."""
    region, goods, ground = outlier.key
    what = COMPLAINT_GOODS.get(goods, ("网购商品", "goods"))[0]
    wrong = COMPLAINT_GROUNDS.get(ground, ("问题", "trouble"))[0]
    place = regions.name_or_code(region)
    return {
        "title": f"{place}：{what}“{wrong}”投诉明显增多",
        "goods": goods,
        "ground": ground,
        "region": region,
        "facts": f"最近 {decided.days} 天收到此类投诉 {outlier.now} 件，"
        f"此前 {decided.windows * decided.days} 天共 {outlier.before} 件。",
        "advice": "购买前查看商家的投诉办理结果；保留订单和聊天记录；遇到问题可以在这里投诉。",
        "computation": (
            f"观察期 {decided.days} 天，与此前 {decided.windows} 个同样长的时期比较"
            f"（{EXPOSURES[decided.exposure][0]}）。本期 {outlier.now} 件，"
            f"此前 {outlier.before} 件，"
            f"按比重 {outlier.share:.4f} 预期 {outlier.expected:.2f} 件；"
            f"偶然达到或超过本期件数的概率 {outlier.chance:.2e}，上限 {decided.tail:g}；"
            f"最少 {decided.least} 件。依据：{'；'.join(decided.sources)}"
        ),
    }


def warning_of_samples(found: Failing, decided: SamplingTerms) -> dict[str, Any]:
    """Return the draft of a warning for goods of which too many samples failed."""
    what = COMPLAINT_GOODS[found.goods][0]
    shown = "、".join(found.products[:PRODUCTS_SHOWN])
    more = f"等 {len(found.products)} 种" if len(found.products) > PRODUCTS_SHOWN else ""
    return {
        "title": f"{regions.name_or_code(found.region)}：{what}抽检不合格较多",
        "goods": found.goods,
        "ground": "quality",
        "region": found.region,
        "facts": f"最近 {decided.days} 天抽检此类商品 {found.tested} 批次，"
        f"不合格 {found.failed} 批次：{shown}{more}。",
        "advice": "已经购买的请停止使用，保留商品和订单，向商家要求退货退款；也可以在这里投诉。",
        "computation": (
            f"观察期 {decided.days} 天，抽检 {found.tested} 批次，不合格 {found.failed} 批次，"
            f"不合格率 {found.percent:.1f}%；达到 {decided.failed} 批次且 {decided.percent}%"
            f"即提出。依据：{'；'.join(decided.sources)}"
        ),
    }


def referral_pack(kind: CaseKind, file: CaseFile, house: House) -> bytes:
    """Return the zip of a case: what was filed, every step with its seal, the attached files."""
    open_ = {field.name for field in kind.form if field.sensitivity != "personal"}
    case = file.case
    told = {
        "number": case.number, "kind": kind.name, "state": case.state, "outcome": case.outcome,
        "region": case.region, "opened_at": case.opened_at.isoformat(),
        "values": {name: value for name, value in case.values.items() if name in open_},
        "steps": [
            {"number": step.number, "act": step.act, "step": step.name, "to": step.target,
             "at": step.at.isoformat(), "by": step.by, "role": step.role,
             "values": dict(step.values) if step.act == "step" else {},
             "seal": step.seal, "leaf": step.leaf}
            for step in file.steps
        ],
        "letters": [
            {"name": each.name, "code": each.code, "digest": each.digest, "leaf": each.leaf}
            for each in file.letters
        ],
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("README.txt", READ_ME.format(number=case.number))
        pack.writestr("case.json", json.dumps(told, ensure_ascii=False, indent=1))
        for digest, path in _attached(file, house).items():
            pack.write(path, f"attachments/{digest}")
    return out.getvalue()


def _attached(file: CaseFile, house: House) -> dict[str, Path]:
    """Return the attached files of a case, by their digests."""
    if house.files is None:
        return {}
    values = [file.case.values, *(step.values for step in file.steps)]
    listed = [each for told in values for value in told.values() if isinstance(value, list)
              for each in value if isinstance(each, dict) and "digest" in each]  # fmt: skip
    return {each["digest"]: file_path(house.files, each["digest"]) for each in listed}
