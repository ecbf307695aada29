# SPDX-License-Identifier: Apache-2.0
"""The addresses of express outlets."""

from django.urls import path

from shangheng.services.express import views

urlpatterns = [path("express/coverage/", views.coverage, name="coverage")]
