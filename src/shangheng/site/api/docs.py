# SPDX-License-Identifier: Apache-2.0
"""The page that documents the API, drawn from its OpenAPI description without any script."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


class PlainDocs(DocsBase):
    """Every operation with its parameters and answers, readable on paper."""

    def render_page(
        self,
        request: HttpRequest,
        api: NinjaAPI,
        **kwargs: Any,  # noqa: ANN401, ARG002 - ninja's signature
    ) -> HttpResponse:
        """Return the page."""
        schema = api.get_openapi_schema()
        operations = [
            {"path": path, "method": method.upper(), **operation}
            for path, methods in schema["paths"].items()
            for method, operation in methods.items()
        ]
        facts = {"info": schema["info"], "operations": operations}
        return render(request, "site/api.html", facts)
