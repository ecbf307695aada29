# SPDX-License-Identifier: Apache-2.0
"""Express permits and outlets 快递许可与末端网点: one is approved, the other only filed.

Serves express firms, the postal administration and whoever looks for an outlet. A permit is an
approval with a clock; an outlet without legal personality is filed and gets its receipt at once.
Which level keeps the file follows from the address; an outlet near another one is asked about;
what is on file feeds the coverage of counties.

Delivers ``express-licence-outlet-filing``.

Basis: Hunan 2015 (四), Jiangsu 2015 (十六)3, Qinghai 2016 (十九).
"""
