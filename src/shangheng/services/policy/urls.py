# SPDX-License-Identifier: Apache-2.0
"""The addresses of the policy library."""

from django.urls import path

from shangheng.services.policy import views

urlpatterns = [
    path("policy/", views.library, name="library"),
    path("policy/documents/<slug:name>/", views.document, name="document"),
    path("policy/targets/", views.targets, name="targets"),
    path("policy/duties/", views.duties, name="duties"),
    path("policy/duties/matrix/", views.matrix, name="matrix"),
    path("policy/compare/", views.compare, name="compare"),
]
