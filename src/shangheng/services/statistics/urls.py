# SPDX-License-Identifier: Apache-2.0
"""The addresses of the statistics service."""

from django.urls import path

from shangheng.services.statistics.views import frame, overview, survey

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("reconciliation/", overview.reconciliation, name="reconciliation"),
    path("frame/", frame.frame, name="frame"),
    path("survey/", survey.survey, name="survey"),
]
