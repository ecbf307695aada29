# SPDX-License-Identifier: Apache-2.0
"""What runs by itself: officers are told once of each page that departs from what was filed."""

from datetime import datetime
from urllib.parse import urlencode

from shangheng.kernel.cases.store import House
from shangheng.kernel.notices import actions as notices
from shangheng.kernel.notices.concept import Notice
from shangheng.services.filing import queries
from shangheng.services.filing.queries import Alarm


def raise_alarms(_: House, at: datetime) -> int:
    """Tell the officers of every alarm that they were not told of; return how many there were."""
    return notices.tell_once([_notice(each) for each in queries.alarms(at.date())], at=at)


def _notice(alarm: Alarm) -> Notice:
    capture, (zh, en) = alarm.capture, queries.WHY[alarm.why]
    platform, title = str(capture.values["platform"]), str(capture.values["title"])
    return Notice(
        key=f"{capture.number}/{capture.holds}/{alarm.why}", channel="inbox",
        role="filing.officer", region=capture.region, zh=f"平台 {platform}《{title}》：{zh}",
        en=f"Platform {platform}, “{title}” {en}",
        link=f"/filing/alarms/?{urlencode({'platform': platform})}",
    )  # fmt: skip
