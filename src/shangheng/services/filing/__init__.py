# SPDX-License-Identifier: Apache-2.0
"""Filing of platforms' rules 平台规则备案: what a platform demands is on file.

Serves the commerce department, trading platforms, merchants and the public. A platform files its
rules as a case; what is taken goes into a public register in which every version stays readable,
with its differences; each text is screened for unfair terms with the provision that speaks
against them; what was captured on the platform is compared with what it filed.

Delivers ``platform-rule-filing``.

Basis: Jiangsu 2015 (七)2, Qinghai 2016 (二十二).
"""
