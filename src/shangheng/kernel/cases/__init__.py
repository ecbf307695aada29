# SPDX-License-Identifier: Apache-2.0
"""Cases (办件): what must be brought to an end: a complaint, an application, a finding.

A kind of case is one declaration, ``concept.kinds.CaseKind``: its form, its life cycle as a table
of steps, who may take them, and its clocks. Clocks count working days by the official calendar,
calendar days or hours, and every deadline can say day by day how it came about (民法典 第二百条
to 第二百零四条). A period that no document prints is a ``Parameter`` that the authority decides.

``actions`` opens a case and takes steps, each in one transaction and only for those whom the
declaration names; ``queries`` answers what lies in whose inbox, what is late, and what a citizen
with a number and a code may see.
"""
