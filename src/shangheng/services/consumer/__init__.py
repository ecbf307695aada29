# SPDX-License-Identifier: Apache-2.0
"""Consumer protection 消费维权: from a complaint to the money, with every clock shown.

Serves consumers, market regulators, mediators, sellers and platforms. One kind of case,
``complaint``, goes the whole way: a station inside the platform (``rights-station-12315``),
acceptance, dispatch, investigation and review (``online-complaint-management``), mediation with
both sides in an asynchronous room and a settlement that both sign (``dispute-mediation``), the
advance payment from a guarantee (``advance-compensation-guarantee``) and the record on the
seller's file. What complaints and samples tell becomes warnings, and how many each reached is
counted (``consumption-warning-education``); what platforms promise is compared with what they do
(``return-refund-promotion-compliance``).

Basis: Hunan 2015 (十一) (二十五), Jiangsu 2015 (十)3, Qinghai 2016 (二十二).
"""
