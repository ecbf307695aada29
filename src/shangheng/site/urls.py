# SPDX-License-Identifier: Apache-2.0
"""Which address is which page."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from shangheng.site import metrics
from shangheng.site.api.door import api
from shangheng.site.office import OFFICE
from shangheng.site.pages import frame, indicators, intake, kinds, records
from shangheng.site.registry import REGISTRY

handler400 = "shangheng.site.errors.bad_request"
handler403 = "shangheng.site.errors.not_permitted"
handler404 = "shangheng.site.errors.not_found"
handler500 = "shangheng.site.errors.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("indicators/", indicators.index, name="indicators"),
    path("indicators/<slug:name>/", indicators.detail, name="indicator"),
    path("indicators/<slug:name>/figures.<str:form>", indicators.figures, name="figures"),
    path("indicators/<slug:name>/chart.<str:form>", indicators.chart, name="chart"),
    path("indicators/<slug:name>/records/", indicators.behind, name="behind"),
    path("kinds/", kinds.index, name="kinds"),
    path("kinds/<slug:name>/", kinds.detail, name="kind"),
    path("kinds/<slug:name>/schema.json", kinds.schema, name="kind-schema"),
    path("kinds/<slug:name>/template.<str:form>", kinds.template, name="kind-template"),
    path("send/", intake.send, name="send"),
    path("uploads/", intake.uploads, name="uploads"),
    path("uploads/<str:name>/", intake.upload, name="upload"),
    path("uploads/<str:name>/progress.json", intake.progress, name="progress"),
    path("reporters/", records.reporters, name="reporters"),
    path("reporters/<str:code>/", records.reporter, name="reporter"),
    path("receipts/", records.receipts, name="receipts"),
    path("receipts/<str:reporter>/<str:batch>/", records.receipt, name="receipt"),
    path("receipts/<str:reporter>/<str:batch>/rejects", records.rejects, name="rejects"),
    path("receipts/<str:reporter>/<str:batch>/warnings", records.warnings, name="warnings"),
    path("help/", frame.help_page, name="help"),
    path("help/errors", frame.error_codes, name="error-codes"),
    path("speak/<str:language>", frame.speak, name="speak"),
    path("manifest.webmanifest", frame.manifest, name="manifest"),
    path("sign-in/", LoginView.as_view(template_name="site/sign_in.html"), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("healthz", metrics.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", api.urls),
    *(
        path("", include((each.urls, each.name)), {"office": OFFICE})
        for each in REGISTRY.services
        if each.urls
    ),
]
