# SPDX-License-Identifier: Apache-2.0
"""The addresses of incentives."""

from django.urls import path

from shangheng.services.incentives.views import asking, awards

urlpatterns = [
    path("incentives/", asking.may_receive, name="may_receive"),
    path("incentives/publicity/", awards.publicity, name="publicity"),
    path("incentives/deserving/", awards.deserving, name="deserving"),
    path("incentives/effect/", awards.effect, name="effect"),
    path("incentives/funds/", awards.funds, name="funds"),
]
