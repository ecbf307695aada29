# SPDX-License-Identifier: Apache-2.0
"""A request for retained data: filed by an investigator, approved by a lead, then answered.

qinghai-2016 (二十三) has operators keep records for those who investigate; no document prints how
long an answer may take, so that there is no clock before the authority sets one.
"""

from shangheng.kernel.cases.concept.kinds import CaseKind, Step
from shangheng.kernel.records.concept.fields import Text
from shangheng.kernel.registers.concept.forms import Files

OFFICER, LEAD = "retention.officer", "retention.lead"
APPROVED = "approved"
REASON = Text("reason", zh="说明", en="explanation", max=1000)
DATA_REQUEST = CaseKind(
    name="data_request",
    zh="数据调取",
    en="Request for retained data",
    serves=("record-retention-ledger",),
    basis=("qinghai-2016 (二十三)", "hunan-2015 (二十四)"),
    initial="filed",
    opens=(OFFICER,),
    form=(
        Text("agency", zh="调取机关", en="Agency that asks", max=120),
        Text("paper", zh="法律文书号", en="Number of the legal document", max=80),
        Text("ground", zh="法律依据", en="Legal ground", max=200),
        Text("purpose", zh="调取用途", en="Purpose", max=500),
        Text("scope", zh="需要哪些数据", en="Which data", max=1000),
        Files("document", zh="文书扫描件", en="Scan of the document", optional=True),
    ),
    states={
        "filed": ("待批准", "to be approved"),
        APPROVED: ("已批准", "approved"),
        "refused": ("不予调取", "refused"),
        "closed": ("已办结", "closed"),
    },
    outcomes={"answered": ("已答复", "answered"), "refused": ("不予调取", "refused")},
    steps=(
        Step("approve", "filed", APPROVED, by=LEAD, zh="批准", en="Approve", needs=(REASON,)),
        Step(
            "refuse", "filed", "refused", by=LEAD, zh="不予调取", en="Refuse", needs=(REASON,),
            outcome="refused",
        ),
        Step(
            "close", APPROVED, "closed", by=OFFICER, zh="办结", en="Close", needs=(REASON,),
            outcome="answered",
        ),
    ),
    leads=(LEAD,),
    title="agency",
    alike=("paper",),
    number="DJ-{year}-{sequence:06}",
)  # fmt: skip
CASES = (DATA_REQUEST,)
