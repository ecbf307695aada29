# SPDX-License-Identifier: Apache-2.0
"""Registers (名录): what is on file: a station, a permit, a warehouse, a filed rule.

A register is one declaration, ``concept.kinds.RegisterKind``: its fields, its key, where an entry
stands in the tree of regions, who may enter, confirm and see it, and what of it is public. An
entry is a chain of dated versions: ``queries.as_at`` answers for any day, and a correction puts a
version beside the wrong one, it never destroys it. Basis: 电子商务法 第二十七条 and 第二十八条
(files on operators are kept up to date).

Also here: how a form's texts become values (``concept.forms``) and who acts (``concept.actors``),
since cases need the same.
"""
