# SPDX-License-Identifier: Apache-2.0
"""The addresses of incentives."""

from django.urls import path

from shangheng.services.incentives import views

urlpatterns = [path("incentives/", views.may_receive, name="may_receive")]
