# SPDX-License-Identifier: Apache-2.0
"""The addresses of the statistics service."""

from django.urls import path

from shangheng.services.statistics import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
]
