# SPDX-License-Identifier: Apache-2.0
"""Parties (主体): who acts: enterprise, sole trader, shop, platform, cooperative, department.

A party is identified by any number of dated codes (unified social credit code, organisation code,
registration number, shop number on a platform, shop address) and linked to others with dates: a
shop is *operated by* a company and stands *on* a platform. Legal basis: 电子商务法 第二十八条 (a
platform reports the identity of its merchants) and GB 32100-2015.

One company that five platforms report is one party: it is recognised by its codes, also by the
organisation code inside its unified social credit code, and never by its name alone.

``queries.find("uscc", "91110000600037341L", on=day)`` returns the party; ``actions.learn`` takes
a platform's roster, thousands of merchants at once.
"""
