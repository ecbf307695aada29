# SPDX-License-Identifier: Apache-2.0
"""The addresses of retention."""

from django.urls import path

from shangheng.services.retention import views

urlpatterns = [
    path("retention/", views.periods, name="periods"),
    path("retention/due/<slug:name>/", views.due, name="due"),
    path("retention/disposals/", views.disposals, name="disposals"),
    path("retention/holds/", views.holds, name="holds"),
    path("retention/holds/<str:number>/release/", views.release, name="release"),
    path("retention/answers/", views.answers, name="answers"),
    path("retention/answers/<str:number>/", views.answer, name="answer"),
    path("retention/gaps/", views.gaps, name="gaps"),
]
