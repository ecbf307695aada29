# SPDX-License-Identifier: Apache-2.0
"""Incentives 惠企政策兑现: what a firm may receive under the documents, and why.

Serves finance clerks, the bodies that decide and pay, and firms that ask what is in it for them.
From a facts file (or the same facts of all firms at once, from the ledger) each provision gives
yes, no, or what is missing, with the amount, the clause and the readings that were used. An
application is judged, reviewed by two, public, decided, paid from the funds of the treasuries
(``accounts``), inspected, claimed back. Provides the register ``incentive_finding`` and the cases
``incentive_application``, ``incentive_objection`` and ``service_voucher``; others may add guards
to their steps.

Delivers ``tax-preference-calculator``, ``incentive-application-engine``, ``special-fund-ledger``,
``sales-threshold-awards``, ``rent-fibre-subsidy``, ``brand-demonstration-awards``,
``stacking-disqualification-guard``, ``utility-store-cost-relief``, ``sme-service-voucher``,
``land-use-support``, ``training-subsidy-settlement`` and ``project-subsidies``.

Basis: Ganzhou 2015 四(一) 四(二) 四(四) 四(五)3, Jiangsu 2015 (四) (五) (六) (八) (九) (二十)
(二十八) (三十二), Jiangsu 2016 十 十一 十三, Hunan 2015 (五) (六) (八) (九) (十) (十九),
Qinghai 2016 (九) (十) (十一) (十七) (十八) (二十).
"""
