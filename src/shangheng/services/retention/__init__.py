# SPDX-License-Identifier: Apache-2.0
"""Retention 留存管理: what is kept how long, held for a case, asked under one, disposed of.

Serves platforms, payment institutions, the communications administration and the police. Declares
the record kinds that are kept for investigators (``access_log``, ``transaction_log``,
``terminal``), the case ``data_request``, the minimum periods by class, and finds where a reporter
stopped keeping what it must.

Delivers ``record-retention-ledger``.

Basis: Qinghai 2016 (二十三), Jiangsu 2015 (二十五), Hunan 2015 (二十四).
"""
