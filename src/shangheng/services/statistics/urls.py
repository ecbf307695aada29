# SPDX-License-Identifier: Apache-2.0
"""The addresses of the statistics service."""

from django.urls import path

from shangheng.services.statistics.views import frame, overview, releases, survey

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("reconciliation/", overview.reconciliation, name="reconciliation"),
    path("frame/", frame.frame, name="frame"),
    path("survey/", survey.survey, name="survey"),
    path("releases/", releases.index, name="releases"),
    path("releases/calendar/", releases.calendar, name="release-calendar"),
    path("releases/feed.xml", releases.ReleaseFeed(), name="release-feed"),
    path("releases/desk/<str:number>/", releases.desk, name="release-desk"),
    path("releases/<str:number>/", releases.release, name="release"),
    path("releases/<str:number>/table.<str:form>", releases.table, name="release-table"),
    path("releases/<str:number>/chart.<str:form>", releases.chart, name="release-chart"),
]
