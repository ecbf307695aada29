# SPDX-License-Identifier: Apache-2.0
"""Formulas 算式: what is computed from the records, always from the same words.

An *indicator* is a plain function from tables to a value, with its declaration beside it: name,
titles, unit, clauses, the kinds it reads, the dimensions it may be asked by. It never names an
engine. ``concept`` holds the declarations, ``spans`` the periods of a question, ``parameters`` the
dated numbers, ``plans`` turns a question into queries and their rows into cells, ``queries``
answers, ``store`` keeps answers by ledger version.

    @indicator("parcels", zh="快递件数", en="parcels", unit=PARCELS, reads=("shipment",), …)
    def parcels(shipment):
        return Measure(shipment, Count(), kind="shipment")
"""
