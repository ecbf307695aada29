# SPDX-License-Identifier: Apache-2.0
"""The addresses of the policy library."""

from django.urls import path

from shangheng.services.policy.views import duties, library, targets, tasks

urlpatterns = [
    path("policy/", library.library, name="library"),
    path("policy/documents/<slug:name>/", library.document, name="document"),
    path("policy/for-me/", library.for_me, name="for-me"),
    path("policy/citations/", library.citations, name="citations"),
    path("policy/targets/", targets.targets, name="targets"),
    path("policy/brief/", targets.brief, name="brief"),
    path("policy/duties/", duties.duties, name="duties"),
    path("policy/duties/matrix/", duties.matrix, name="matrix"),
    path("policy/tasks/", tasks.tasks, name="tasks"),
    path("policy/compare/", library.compare, name="compare"),
]
