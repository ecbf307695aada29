# SPDX-License-Identifier: Apache-2.0
"""Who may: posts that people hold, looks at personal data, tokens for programs.

A person acts for a department within a region and everything below it. What a role may do is not
said here: registers and kinds of cases declare it. A post is given and ended with a date and a
reason, both acts are sealed, and either can be taken back; whoever looks at personal data says
why, and that is sealed too (个人信息保护法 第六条: for a stated purpose only).

Example: ``access.give(Appointment("zhang", "consumer.officer", "320500", ...), hand)``.
"""
