"""What the certificate of a course must agree on with itself: its end, its window, its grace."""

from __future__ import annotations

from datetime import date

from courses.adapters.curriculum.documents import Document


def check_certificate(course: Document) -> None:
    """Note every fault in when a certificate ends and when it can be renewed."""
    if course.sound("certificate"):
        _check_expiry(course)
        if course.sound("renewal_rule"):
            _check_window(course)


def _check_expiry(course: Document) -> None:
    certificate = course.value["certificate"]
    expiry, months = certificate.get("expiry"), certificate["validity_months"]
    if expiry is None:
        return
    if months is None:
        course.fault(
            ("certificate", "expiry"),
            "Dit certificaat verloopt niet: validity_months is null. Haal expiry weg.",
            en="This certificate does not expire: validity_months is null. Remove expiry.",
        )
    elif expiry["method"] == "fixed_date":
        _check_fixed_date(course, months)


def _check_fixed_date(course: Document, months: int) -> None:
    expiry = course.value["certificate"]["expiry"]
    try:
        date.fromisoformat(expiry["last_day"])
    except ValueError:
        course.fault(
            ("certificate", "expiry", "last_day"),
            f"De dag {expiry['last_day']} bestaat niet.",
            en=f"The day {expiry['last_day']} does not exist.",
        )
    if expiry["minimum_months"] > months:
        course.fault(
            ("certificate", "expiry", "minimum_months"),
            f"Het minimum is {expiry['minimum_months']} maanden."
            f" Dat is langer dan de geldigheid van {months} maanden.",
            en=f"The minimum is {expiry['minimum_months']} months."
            f" That is longer than the validity of {months} months.",
        )


def _check_window(course: Document) -> None:
    rule, months = course.value["renewal_rule"], course.value["certificate"]["validity_months"]
    if rule is None:
        return
    if months is None:
        course.fault(
            ("renewal_rule",),
            "Dit certificaat verloopt niet: validity_months is null. Zet renewal_rule op null.",
            en="This certificate does not expire: validity_months is null. Make renewal_rule null.",
        )
    elif rule["window_opens_months_before"] > months:
        course.fault(
            ("renewal_rule", "window_opens_months_before"),
            "Verlengen kan al voordat het certificaat er is. Maak dit getal kleiner.",
            en="Renewal would open before the certificate exists. Make this number smaller.",
        )
