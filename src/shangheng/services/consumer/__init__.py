# SPDX-License-Identifier: Apache-2.0
"""Consumer protection 消费维权: from a complaint to a settlement, with every clock shown.

Serves consumers, market regulators, mediators and platforms. Declares the kind of case
``complaint``, the register ``rights_station`` and the calculators of what the law gives a buyer.

Delivers ``online-complaint-management`` and, of ``return-refund-promotion-compliance``, the two
calculators; of ``rights-station-12315`` the register of stations.

Basis: Hunan 2015 (十一) (二十五), Jiangsu 2015 (十)3, Qinghai 2016 (二十二).
"""
