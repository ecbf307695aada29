# SPDX-License-Identifier: Apache-2.0
"""The addresses of filed rules."""

from django.urls import path

from shangheng.services.filing import views

urlpatterns = [
    path("filing/rules/<str:number>/", views.rule, name="rule"),
    path("filing/alarms/", views.alarms, name="alarms"),
    path("filing/desk/<str:number>/", views.desk, name="desk"),
]
