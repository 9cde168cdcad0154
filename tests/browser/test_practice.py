"""Practice in Chromium: a photo, a recording from a microphone, and the trainer's answer."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import (
    DESKTOP,
    PHONE,
    axe_violations,
    chromium,
    sideways_overflow,
    small_targets,
    small_text,
)
from tests.browser.live import Live, serving
from tests.browser.walk import COOKIE, sign_in

pytestmark = pytest.mark.browser

FAKE_MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PLAYS = """one => new Promise((heard, failed) => {
    one.ontimeupdate = () => { if (one.currentTime > 0.2) { heard(); } };
    one.onerror = failed;
    one.play().catch(failed);
})"""
GPS, ORIENTATION, ARTIST = 0x8825, 0x0112, 0x013B


@pytest.fixture(scope="module")
def academy(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(demo_academy, tmp_path_factory.mktemp("practice") / "academy") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(*FAKE_MICROPHONE) as started:
        yield started


def ask(academy: Live, query: str, *values: object) -> tuple:
    with closing(sqlite3.connect(academy.folder / "academy.sqlite", timeout=30)) as database:
        return database.execute(query, values).fetchone()


def participant(academy: Live, order: int, *, skip: int = 0) -> tuple[int, str]:
    """Return the enrolment and mailbox of somebody who has not handed in lesson `order`."""
    return ask(
        academy,
        """
        select enrolment.id, account.mailbox from enrolment
        join cohort on cohort.id = enrolment.cohort_id
        join account on account.person_id = enrolment.person_id
        where cohort.source_id = 'C04' and enrolment.state = 'active'
        and account.mailbox is not null and not exists (
            select 1 from practice_submission join practice_assignment
            on practice_assignment.id = practice_submission.assignment_id
            join module on module.id = practice_assignment.module_id
            where practice_submission.enrolment_id = enrolment.id and module."order" = ?
        ) order by enrolment.id limit 1 offset ?""",
        order,
        skip,
    )


def trainer(academy: Live) -> str:
    """Return the mailbox of who trains that group."""
    (mailbox,) = ask(
        academy,
        """
        select account.mailbox from cohort
        join cohort_trainer on cohort_trainer.cohort_id = cohort.id
        join account on account.person_id = cohort_trainer.person_id
        where cohort.source_id = 'C04' and account.mailbox is not null limit 1""",
    )
    return mailbox


def come_in(
    academy: Live, browser: Browser, mailbox: str, *, width: int = PHONE, strict: bool = False
) -> Page:
    """Open a page; `strict` keeps the content policy, as in life, but leaves no room for axe."""
    context = browser.new_context(
        viewport={"width": width, "height": 780},
        bypass_csp=not strict,
        accept_downloads=True,
    )
    token = sign_in(academy.folder, mailbox)
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    return context.new_page()


def check(page: Page) -> None:
    """Look at the opened page."""
    assert axe_violations(page) == [], page.url
    assert sideways_overflow(page) == 0, page.url
    if page.viewport_size["width"] > PHONE:
        return
    assert small_targets(page) == [], page.url
    assert small_text(page) == [], page.url


def choose(page: Page, words: str) -> None:
    page.get_by_role("radio", name=words, exact=True).check(force=True)


def photo_with_a_place(path: Path) -> Path:
    """Write a photo as a telephone does: lying on its side, with maker and place."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[ARTIST] = "Canary Maker"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (52.0, 22.0, 12.0)
    picture = Image.new("RGB", (2400, 1800), "darkgreen")
    picture.save(path, "JPEG", exif=exif, comment=b"Canary Comment")
    with Image.open(path) as written:
        assert written.getexif().get_ifd(GPS)[1] == "N"
    return path


def content_of_last_file(academy: Live) -> tuple[str, bytes]:
    return ask(academy, "select media_type, content from practice_file order by id desc limit 1")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_photo_loses_its_place_and_its_maker(academy, browser, tmp_path, has_scripts):
    enrolment_id, mailbox = participant(academy, 7, skip=0 if has_scripts else 1)
    context = browser.new_context(
        viewport={"width": PHONE, "height": 780}, java_script_enabled=has_scripts
    )
    token = sign_in(academy.folder, mailbox)
    context.add_cookies([{"name": COOKIE, "value": token, "url": academy.url}])
    page = context.new_page()
    page.goto(f"{academy.url}/leergang/{enrolment_id}/opdracht/7")
    choose(page, "Ik stuur een foto")
    page.get_by_label("Je foto").set_input_files(photo_with_a_place(tmp_path / "IMG_2041.jpg"))
    if has_scripts:
        expect(page.get_by_text("Deze foto stuur je.")).to_be_visible()
        assert page.evaluate("document.getElementById('photo').files[0].name") == "foto.jpg"
    choose(page, "Niemand is te herkennen")
    page.get_by_role("button", name="Lever in").click()
    expect(page.get_by_text("Ingeleverd. De trainer kijkt ernaar.")).to_be_visible()
    picture = page.get_by_alt_text("De foto bij deze opdracht")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.complete && one.naturalWidth") == 1200
    _media_type, content = content_of_last_file(academy)
    kept = Image.open(io.BytesIO(content))
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (1200, 1600), {})
    assert b"Canary" not in content
    assert b"Exif" not in content
    context.close()


def test_somebody_speaks_listens_back_and_sends_it(academy, browser):
    enrolment_id, mailbox = participant(academy, 8)
    page = come_in(academy, browser, mailbox, strict=True)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{academy.url}/leergang/{enrolment_id}/opdracht/8")
    choose(page, "Ik spreek het in")
    page.get_by_role("button", name="Begin met inspreken").click()
    expect(page.get_by_text("Wij nemen op.")).to_be_visible()
    expect(page.locator("[data-record-time]")).to_have_text(re.compile("0:0[2-9]"))
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Luister terug.")).to_be_visible()
    player = page.locator("[data-record-back]")
    expect(player).to_be_visible()
    player.evaluate(PLAYS)
    page.get_by_role("button", name="Lever in").click()
    expect(page.get_by_text("Ingeleverd. De trainer kijkt ernaar.")).to_be_visible()
    assert refused == []
    media_type, content = content_of_last_file(academy)
    assert media_type == "audio/webm"
    assert b"Chrome" not in content
    (seconds,) = ask(academy, "select seconds from practice_file order by id desc limit 1")
    assert 2 <= seconds < 10
    kept = page.get_by_label("De opname bij deze opdracht")
    kept.evaluate(PLAYS)
    with page.expect_download() as download:
        page.evaluate("location.href = document.querySelector('.evidence audio').src")
    assert download.value.suggested_filename == "opdracht-8.webm"
    page.context.close()


def test_the_microphone_is_for_the_page_that_records_only(academy, browser):
    enrolment_id, mailbox = participant(academy, 6)
    page = come_in(academy, browser, mailbox, strict=True)
    allowed = "document.featurePolicy.allowsFeature('microphone')"
    page.goto(f"{academy.url}/leergang/{enrolment_id}/opdracht/6")
    assert page.evaluate(allowed) is True
    page.goto(f"{academy.url}/vandaag")
    assert page.evaluate(allowed) is False
    page.context.close()


def test_the_pages_are_fit_for_everybody_on_a_phone(academy, browser):
    enrolment_id, mailbox = participant(academy, 4)
    page = come_in(academy, browser, mailbox)
    page.goto(f"{academy.url}/leergang/{enrolment_id}/opdracht/4")
    check(page)
    ways = (
        "Ik schrijf het op",
        "Ik stuur een foto",
        "Ik spreek het in",
        "Ik vertel het mijn trainer",
    )
    for way in ways:
        choose(page, way)
        check(page)
    choose(page, "Ik stuur een foto")
    page.get_by_role("button", name="Lever in").click()
    expect(page.get_by_text("Maak of kies eerst een foto.").first).to_be_visible()
    check(page)
    page.context.close()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_trainer_answers_one_after_another_with_a_tap(academy, browser, width):
    page = come_in(academy, browser, trainer(academy), width=width)
    page.goto(f"{academy.url}/opdrachten")
    check(page)
    page.locator("main").get_by_role(
        "link", name=re.compile("^Bekijk de opdracht van")
    ).first.click()
    first = page.url
    check(page)
    choose(page, "Klaar")
    check(page)
    choose(page, "Knap dat je dit durfde. Ga zo door.")
    page.get_by_role("button", name="Stuur en ga naar de volgende").click()
    expect(page.get_by_text("kan het nu lezen.")).to_be_visible()
    assert re.fullmatch(r".*/opdrachten/\d+", page.url)
    assert page.url != first
    choose(page, "Voeg iets toe")
    check(page)
    page.context.close()
