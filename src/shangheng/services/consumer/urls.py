# SPDX-License-Identifier: Apache-2.0
"""The addresses of consumer protection."""

from django.urls import path

from shangheng.services.consumer import views

urlpatterns = [path("consumer/rights/", views.rights, name="rights")]
