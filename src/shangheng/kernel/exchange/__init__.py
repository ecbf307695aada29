# SPDX-License-Identifier: Apache-2.0
"""What is shared between departments and regions (交换): agreements, parcels, subscriptions.

An *agreement* is a declaration: which fields of which kind, for which period, on what basis, from
whom to whom, masked how. From it follows a view over the ledger. What changes in the view is cut
into numbered *parcels*; a *subscription* is a receiver's place in that sequence. A parcel says
only which commits of the ledger it covers, so that it can be made again from the ledger at any
time and compared with the digest that was sealed: there is no second store of what was shared
(docs/decisions/0011). Delivery is at least once, in order; receivers are idempotent by number.

Basis: jiangsu-2015 (三十), hunan-2015 十六 and their like in the other documents, which all ask
that departments and regions share information. Delivers ``interdepartment-exchange-bus``.

    agreement = declared.read_agreement(path, kinds)   # store: the declaration
    actions.cut(house, agreement, at=now)      # new parcels, sealed
    actions.deliver(house, now=clock.now)      # to everyone whose turn it is
"""
