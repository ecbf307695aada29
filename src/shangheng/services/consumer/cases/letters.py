# SPDX-License-Identifier: Apache-2.0
"""What is put on paper in the course of a complaint."""

from shangheng.kernel.cases.concept.letters import Letter

LETTERS = (
    Letter(
        name="refusal", zh="不予受理告知书", en="Notice of refusal",
        text_zh="""您于{case_opened_on}提交的投诉（{case_number}，被投诉商家：{seller}）收悉。

经审查，决定不予受理。理由：{refusal}。{reason}""",
        text_en="""Your complaint {case_number} of {case_opened_on} about {seller} has been read.

It is not taken up. Ground: {refusal}. {reason}""",
    ),
    Letter(
        name="agreement", zh="和解协议", en="Agreement",
        text_zh="""投诉编号：{case_number}。被投诉商家：{seller}。

订单编号：{order_no}。

调解员提出的和解内容：{terms}

商家支付：{pays}。

履行期限：{by_day}。

双方签署后生效；谁在何时签署了本文本，凭核验码查验。""",
        text_en="""Complaint {case_number} about {seller}.

Order {order_no}.

The mediator proposes: {terms}

The seller pays {pays}.

To be done by {by_day}.

It takes effect once both sides have signed; who signed this text, and when, is told by its
code.""",
    ),
    Letter(
        name="settlement", zh="消费争议调解书", en="Settlement",
        text_zh="""投诉编号：{case_number}。被投诉商家：{seller}。

订单编号：{order_no}。

经调解，双方自愿达成如下协议：{terms}

商家支付：{pays}。

履行期限：{by_day}。

投诉人签名：{signed_by}。

商家签名：{signed_for}。

双方的签名和本调解书均已封存，可凭核验码查验。逾期不履行的，投诉人可以申请先行赔付。""",
        text_en="""Complaint {case_number} about {seller}.

Order {order_no}.

In mediation both sides agreed: {terms}

The seller pays {pays}.

To be done by {by_day}.

Signed by whoever complained: {signed_by}.

Signed for the seller: {signed_for}.

Both signatures and this paper are sealed and can be checked by its code. If it is not performed,
an advance payment may be asked for.""",
    ),
    Letter(
        name="referral", zh="终止调解告知书", en="Notice that mediation has ended",
        text_zh="""投诉 {case_number}（被投诉商家：{seller}）经调解未达成一致，调解终止。{reason}

您可以向人民法院起诉，或按约定申请仲裁；本告知书及办件证据可一并提交。""",
        text_en="""Mediation of complaint {case_number} about {seller} has ended without agreement.
{reason}

You may go to court, or to arbitration where that was agreed; take this notice with you.""",
    ),
    Letter(
        name="payment", zh="先行赔付通知书", en="Notice of advance payment",
        text_zh="""投诉 {case_number}（被投诉商家：{seller}）：首问经营者 {first_operator}
负责先行赔付。

已从保证金 {fund} 中向您赔付 {advance}。赔付后由首问经营者向责任人追偿。""",
        text_en="""Complaint {case_number} about {seller}: {first_operator} was asked first and
pays.

{advance} have been paid to you from the guarantee {fund}, which recovers them from whoever is
liable.""",
    ),
    Letter(
        name="answer", zh="投诉办结答复", en="Answer to the complaint",
        text_zh="""您的投诉 {case_number}（被投诉商家：{seller}）已办结：{case_outcome}。

{summary}""",
        text_en="""Your complaint {case_number} about {seller} has been closed: {case_outcome}.

{summary}""",
    ),
)  # fmt: skip
