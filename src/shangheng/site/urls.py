# SPDX-License-Identifier: Apache-2.0
"""Which address is which page."""

from allauth.account.views import login
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from shangheng.site import access_urls, log_urls, metrics
from shangheng.site.api.door import api
from shangheng.site.office import OFFICE
from shangheng.site.pages import (
    accounts,
    cases,
    cases_work,
    exchange,
    frame,
    indicators,
    intake,
    interest,
    kinds,
    letters,
    notices,
    parties,
    reach,
    reconciling,
    records,
    registers,
    registers_work,
    room,
)
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
    *log_urls.urlpatterns,
    path("exchange/", exchange.index, name="exchange"),
    path("exchange/deliveries/", exchange.deliveries, name="deliveries"),
    path("exchange/received.csv", exchange.received, name="received"),
    path("exchange/trace/", exchange.trace, name="record-trace"),
    path("exchange/agreements/<slug:name>/ask/", exchange.ask, name="agreement-ask"),
    path("exchange/kinds/<slug:name>/", exchange.kind, name="exchange-kind"),
    path("exchange/agreements/<slug:name>/", exchange.agreement, name="agreement"),
    path("send/", intake.send, name="send"),
    path("uploads/", intake.uploads, name="uploads"),
    path("uploads/<str:name>/", intake.upload, name="upload"),
    path("uploads/<str:name>/progress.json", intake.progress, name="progress"),
    *(
        path(f"uploads/<str:name>/{which}", intake.trial_rows, {"which": which}, f"trial-{which}")
        for which in intake.ROWS
    ),
    path("reporters/", records.reporters, name="reporters"),
    path("reporters/<str:code>/", records.reporter, name="reporter"),
    path("receipts/", records.receipts, name="receipts"),
    path("receipts/<str:reporter>/<str:batch>/", records.receipt, name="receipt"),
    path(
        "receipts/<str:reporter>/<str:batch>/receipt.json", records.sealed, name="sealed-receipt"
    ),
    path("receipts/<str:reporter>/<str:batch>/rejects", records.rejects, name="rejects"),
    path("receipts/<str:reporter>/<str:batch>/warnings", records.warnings, name="warnings"),
    path("cases/", cases.index, name="cases"),
    path("cases/<slug:name>/", cases.about, name="case-kind"),
    path("cases/<slug:name>/life-cycle.svg", cases.life_cycle, name="life-cycle"),
    path("cases/<slug:name>/new/", cases.new, name="case-new"),
    path("follow/", cases.follow, name="follow"),
    path("follow/case/", cases.followed, name="followed"),
    path("follow/case/files/<str:digest>", cases.followed_file, name="followed-file"),
    path("verify-a-letter/", letters.ask, name="verify-letter"),
    path("verify-a-letter/<str:code>/", letters.letter, name="letter"),
    path("verify-a-letter/<str:code>/letter.pdf", letters.paper, name="letter-pdf"),
    path("verify-a-letter/<str:code>/evidence.zip", letters.evidence, name="letter-evidence"),
    path("notices/", notices.index, name="notices"),
    path("room/<str:token>/", room.room, name="room"),
    path("room/<str:token>/files/<str:digest>", room.room_file, name="room-file"),
    path("inbox/", cases_work.inboxes, name="inboxes"),
    path("inbox/<slug:name>/", cases_work.inbox, name="inbox"),
    path("inbox/<slug:name>/statistics/", cases_work.statistics, name="case-statistics"),
    path("inbox/<slug:name>/<str:number>/", cases_work.detail, name="case"),
    path("inbox/<slug:name>/<str:number>/act/", cases_work.act, name="case-act"),
    path(
        "inbox/<slug:name>/<str:number>/files/<str:digest>",
        cases_work.case_file,
        name="case-file",
    ),
    path("registers/", registers.index, name="registers"),
    path("registers/<slug:name>/", registers.entries, name="entries"),
    path("registers/<slug:name>/about/", registers.about, name="register-about"),
    path("registers/<slug:name>/new/", registers_work.new, name="entry-new"),
    path("registers/<slug:name>/import/", registers_work.load, name="register-load"),
    path(
        "registers/<slug:name>/template.<str:form>",
        registers_work.template,
        name="register-template",
    ),
    path("registers/<slug:name>/map/", registers.on_map, name="register-map"),
    path("registers/<slug:name>/reach/", reach.listed, name="register-reach"),
    path("registers/<slug:name>/<str:number>/", registers.entry, name="entry"),
    path("registers/<slug:name>/<str:number>/look/", registers_work.look, name="entry-look"),
    *(
        path(
            f"registers/<slug:name>/<str:number>/{act}/",
            registers_work.change,
            {"act": act},
            name=f"entry-{act}",
        )
        for act in ("amend", "correct", "end", "confirm")
    ),
    path("parties/", parties.index, name="parties"),
    path("parties/<uuid:party>/", parties.detail, name="party"),
    path("accounts/", accounts.index, name="accounts"),
    path("accounts/kinds/", accounts.kinds, name="account-kinds"),
    path("accounts/check/", accounts.check, name="statement-check"),
    path("accounts/<path:code>/reconcile/", reconciling.reconcile, name="reconcile"),
    path("accounts/<path:code>/interest/", interest.reckon, name="interest"),
    path("accounts/<path:code>/statement/", accounts.statement, name="statement"),
    path("help/", frame.help_page, name="help"),
    path("help/errors", frame.error_codes, name="error-codes"),
    path("speak/<str:language>", frame.speak, name="speak"),
    path("manifest.webmanifest", frame.manifest, name="manifest"),
    *access_urls.urlpatterns,
    path("sign-in/", login, name="sign-in"),
    path("sign-in/", login, name="account_login"),
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
