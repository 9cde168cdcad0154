"""What people do in the academy, as steps on a phone of 360 pixels: one function per thing done."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import PHONE, sideways_overflow
from tests.browser.live import Live

PATIENCE = 15_000
"""Milliseconds that a page may take on a busy machine."""
SCREENS = Path(__file__).resolve().parents[2] / "screenshots" / "journeys"


@dataclass
class House:
    """The academy with everybody's phone in it. Whoever came in once stays in.

    All phones share one address, from which ten people may come in within five minutes.
    """

    live: Live
    browser: Browser
    phones: dict[str, Page] = field(default_factory=dict)

    def stranger(self) -> Page:
        """Return the phone of somebody who is not signed in."""
        if "" not in self.phones:
            self.phones[""] = self._phone()
        return self.phones[""]

    def phone_of(self, mailbox: str) -> Page:
        """Return somebody's phone; the first time they come in with a code from their mail."""
        if mailbox not in self.phones:
            self.phones[mailbox] = self._phone()
            self.live.sign_in(self.phones[mailbox], mailbox)
        return self.phones[mailbox]

    def _phone(self) -> Page:
        context = self.browser.new_context(
            viewport={"width": PHONE, "height": 780},
            locale="nl-NL",
            has_touch=True,
            base_url=self.live.url,
        )
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    @contextmanager
    def watched(self, name: str) -> Iterator[None]:
        """Keep a picture of every phone when the block fails."""
        try:
            yield
        except BaseException:
            self._keep(SCREENS / name)
            raise

    def _keep(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for mailbox, page in self.phones.items():
            who = mailbox.partition("@")[0] or "stranger"
            page.screenshot(path=folder / f"{who}.png", full_page=True)
            (folder / f"{who}.html").write_text(f"<!-- {page.url} -->\n{page.content()}")
        (folder / "serve.log").write_bytes((self.live.folder / "serve.log").read_bytes())


# --- small movements -------------------------------------------------------------------------


def go(page: Page, path: str) -> int:
    """Open an address of the academy and return the status."""
    answer = page.goto(path)
    assert answer is not None
    _fits(page)
    return answer.status


def press(page: Page, name: str | re.Pattern[str], *, on: str = "button") -> None:
    """Press the first button (or, with `on`, the link) of this name."""
    page.get_by_role(on, name=name).first.click()  # type: ignore[arg-type]
    page.wait_for_load_state()
    _fits(page)


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Follow the link of this name."""
    press(page, name, on="link")


def choose(page: Page, group: str | re.Pattern[str], option: str) -> None:
    """Choose an option of a row of choices."""
    options = page.get_by_role("group", name=group).locator("label")
    options.filter(has=page.get_by_text(option, exact=True)).first.click()


def select(page: Page, label: str, words: str) -> None:
    """Select the option that holds these words."""
    box = page.get_by_label(label)
    option = box.locator("option", has_text=words).first
    box.select_option(value=option.get_attribute("value"))


def told(page: Page, words: str) -> None:
    """Expect to read these words."""
    expect(page.locator("body")).to_contain_text(words, timeout=PATIENCE)


def silent_about(page: Page, *words: str) -> None:
    """Expect that the page, with all that is folded, holds none of these words."""
    content = page.content()
    assert not [one for one in words if one in content], page.url


def number_in(page: Page, pattern: str) -> int:
    """Return the number in the address of the page."""
    found = re.search(pattern, page.url)
    assert found, page.url
    return int(found[1])


def forced(page: Page, path: str, **fields: str) -> int:
    """Send a form that the page does not offer, with the page's own token; return the status."""
    token = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
    answer = page.request.post(path, form={"csrf_token": token, **fields}, max_redirects=0)
    return answer.status


def status_of(page: Page, path: str) -> int:
    """Ask for an address as the person of this phone and return the status."""
    return page.request.get(path, max_redirects=0).status


def _fits(page: Page) -> None:
    assert sideways_overflow(page) == 0, f"{page.url} scrolls sideways"


# --- the stranger ----------------------------------------------------------------------------


def write_to_us(page: Page, *, name: str, reach: str, place: str, message: str) -> None:
    """Write through the contact form."""
    go(page, "/contact")
    page.get_by_label("Hoe heet je?").fill(name)
    page.get_by_label("Telefoon of e-mail").fill(reach)
    page.get_by_label("Jouw buurt, wijk of flat").fill(place)
    page.get_by_label("Wat wil je vertellen?").fill(message)
    press(page, "Verstuur je bericht")
    told(page, "Binnen vijf werkdagen neemt een mens contact met je op.")


def verify_typed(page: Page, typed: str) -> None:
    """Check a certificate by what stands on the paper."""
    go(page, "/controleer")
    page.get_by_label("Nummer of code op het certificaat").fill(typed)
    press(page, re.compile("^Controleer$"))


def verify_file(page: Page, file: Path) -> None:
    """Check a certificate by its file."""
    go(page, "/controleer")
    page.get_by_label("Het bestand (pdf)").set_input_files(file)
    press(page, "Controleer het bestand")


# --- the coordinator -------------------------------------------------------------------------


def take_up_message(page: Page, name: str, *, place: str, talk_on: date) -> None:
    """Find a message in the inbox, say where it belongs and plan the talk."""
    go(page, "/berichten")
    follow(page, f"Open het bericht van {name}")
    choose(page, "Wat voor bericht is het?", "bewoner")
    page.get_by_label("Bij welke plek hoort het?").select_option(label=place)
    press(page, "Sla op")
    page.get_by_label("Dag van het gesprek").fill(f"{talk_on:%d-%m-%Y}")
    press(page, "Plan het gesprek")
    told(page, "Het gesprek staat gepland.")


def make_application(page: Page, cohort: str) -> int:
    """Make an application of the open message and return the enrolment's id."""
    follow(page, "Maak er een aanmelding van")
    select(page, "Groep", cohort)
    press(page, "Meld aan")
    return number_in(page, r"/deelname/(\d+)")


def admit(page: Page, enrolment_id: int, call_name: str) -> None:
    """Record the introduction talk with the code of conduct, and give a chair."""
    go(page, f"/deelname/{enrolment_id}")
    page.get_by_label("Wij lazen de gedragscode samen").check()
    press(page, "Ik voerde het gesprek")
    press(page, f"Geef {call_name} een plaats")
    told(page, "Gevoerd door")


def cohort_id_of(page: Page, cohort: str) -> int:
    """Open a cohort from the list and return its id."""
    go(page, "/groepen")
    follow(page, cohort)
    return number_in(page, r"/groepen/(\d+)")


def change_cohort(page: Page, cohort_id: int, step: str) -> None:
    """Take the next step with a cohort."""
    go(page, f"/groepen/{cohort_id}")
    press(page, step)


def propose_coach(page: Page, person: str, coach: str) -> int:
    """Propose a coach for somebody whose plan is to be matched; return the plan's id."""
    go(page, "/begeleiding")
    while not page.get_by_role("link", name=person).count():
        follow(page, "Laat meer zien")
    follow(page, person)
    plan_id = number_in(page, r"/begeleiding/(\d+)/stand")
    follow(page, "Kies een begeleider")
    page.locator("label", has_text=coach).click()
    press(page, "Stel voor")
    told(page, "Nu zeggen ze allebei ja of nee.")
    return plan_id


# --- the administrator -----------------------------------------------------------------------


def find_for_rights(page: Page, name: str) -> None:
    """Open the page with somebody's rights."""
    go(page, "/rechten")
    page.get_by_label("Zoek iemand op naam").fill(name)
    press(page, "Zoek")
    follow(page, f"Geef {name} een recht")


def give_account(page: Page, name: str) -> None:
    """Let somebody come in with the address that the academy knows."""
    find_for_rights(page, name)
    press(page, "Laat deze persoon binnenkomen")
    told(page, "Deze persoon kan nu binnenkomen")


def give_cohort_right(page: Page, name: str, *, role: str, cohort: str, reason: str) -> None:
    """Give somebody a right over one cohort."""
    find_for_rights(page, name)
    page.get_by_label("Wat mag deze persoon?").select_option(label=role)
    select(page, "Waarover?", cohort)
    page.get_by_label("Waarom?").fill(reason)
    press(page, "Geef dit recht")
    told(page, "Het recht wacht nu op een tweede beheerder.")


def confirm_right(page: Page, name: str) -> None:
    """Confirm, as the second administrator, the right of somebody that waits on Vandaag."""
    go(page, "/vandaag")
    follow(page, "Bekijk de rechten")
    told(page, name)
    press(page, "Bevestig dit recht")
    told(page, "Het recht is bevestigd. Het geldt nu.")


# --- the participant -------------------------------------------------------------------------


def hand_in(page: Page, enrolment_id: int, lesson: int, *, way: str, text: str) -> None:
    """Hand in the assignment of a lesson."""
    go(page, f"/leergang/{enrolment_id}/opdracht/{lesson}")
    choose(page, "Hoe laat je het zien?", way)
    page.get_by_label("Wat deed je?").fill(text)
    press(page, "Lever in")
    told(page, "Ingeleverd. De trainer kijkt ernaar.")


def download_certificate(page: Page, folder: Path) -> tuple[str, Path]:
    """Wait until the certificate is made; return its number and the saved file."""
    go(page, "/certificaat")
    for _ in range(40):
        if page.get_by_role("link", name="Download (pdf)").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    found = re.search(r"SLHZ-B-\d{4}-\d{5}-\d{2}", page.content())
    assert found, "no certificate after twenty seconds"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download (pdf)").click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return found[0], file


# --- the trainer and the assessors -----------------------------------------------------------


def mark_register(
    page: Page, cohort_id: int, session_id: int, *, exceptions: dict[str, str] | None = None
) -> None:
    """Mark everyone present, then the exceptions; `exceptions` maps a name to minutes or a word."""
    go(page, f"/groepen/{cohort_id}/aanwezig/{session_id}")
    press(page, "Zet iedereen op aanwezig")
    for name, what in (exceptions or {}).items():
        choose(page, name, "Later" if what.isdigit() else what)
        if what.isdigit():
            line = page.locator("li.line", has_text=name)
            line.get_by_label("Hoeveel minuten later?").fill(what)
    press(page, "Sla op")
    told(page, "Opgeslagen.")


def session_ids(page: Page, cohort_id: int) -> list[int]:
    """Return the sessions of a cohort in their order, from the addresses on its pages."""
    go(page, f"/groepen/{cohort_id}/bijeenkomsten")
    links = page.locator(f"a[href*='/groepen/{cohort_id}/bijeenkomsten/']")
    return [
        int(href.rpartition("/")[2])
        for href in links.evaluate_all("all => all.map(one => one.getAttribute('href'))")
    ]


def answer_hand_in(page: Page, name: str, *, answer: str, sentence: str) -> None:
    """Answer the first hand-in of somebody that waits."""
    go(page, "/opdrachten")
    follow(page, f"Bekijk de opdracht van {name}")
    choose(page, "Wat vind je ervan?", answer)
    page.get_by_label("Of schrijf zelf één vriendelijke zin").fill(sentence)
    press(page, "Stuur en ga naar de volgende")


def plan_practical(page: Page, enrolment_id: int, *, first: str, second: str, on: date) -> int:
    """Plan a practical and return its id."""
    go(page, f"/deelname/{enrolment_id}")
    follow(page, "Plan de proeve")
    choose(page, "Eerste beoordelaar", first)
    choose(page, "Tweede beoordelaar", second)
    page.get_by_label("Op welke dag?").fill(f"{on:%d-%m-%Y}")
    press(page, "Plan de proeve")
    return number_in(page, r"/proeven/(\d+)")


def score_practical(page: Page, person: str, scores: list[tuple[int, str]]) -> None:
    """Score a practical from the list, criterion by criterion, and hand the scores in."""
    go(page, "/proeven")
    follow(page, f"Scoor de proeve van {person}")
    choose(page, "Ken je deze deelnemer?", "Ik ken deze deelnemer niet privé")
    press(page, "Sla op")
    follow(page, "Ga scoren")
    for step, (level, comment) in enumerate(scores, start=1):
        page.wait_for_url(f"**/score/{step}")
        page.locator(f"input[name=level][value='{level}']").check()
        page.get_by_label("Waaraan zag je dat?").fill(comment)
        press(page, "Naar het overzicht" if step == len(scores) else "Volgende")
    press(page, "Lever je scores in")
    told(page, "Ingeleverd. Je scores staan nu vast.")


def propose(page: Page, name: str) -> int:
    """Propose somebody for the certificate; return the decision's id."""
    go(page, "/certificaten")
    follow(page, f"Draag voor: {name}")
    press(page, "Draag voor")
    told(page, "Het bestuur beslist.")
    return number_in(page, r"/voorstel/(\d+)")


# --- the board -------------------------------------------------------------------------------


def grant(page: Page, name: str, *, live: Live, mailbox: str) -> None:
    """Grant what was proposed, after showing once more who one is with a code of the app."""
    go(page, "/certificaten")
    follow(page, f"Bekijk: {name}")
    follow(page, "Beslis")
    live.show_again(page, mailbox)
    choose(page, "Wat besluit je?", "Toekennen")
    press(page, "Leg het besluit vast")
    told(page, "Je hebt het certificaat toegekend.")


def forget_step_ups(live: Live) -> None:
    """Let ten minutes pass since anybody showed who they are."""
    with closing(sqlite3.connect(live.folder / "academy.sqlite")) as database, database:
        database.execute("update sign_in set stepped_up_at = '2020-01-01 00:00:00.000000'")


# --- the coach -------------------------------------------------------------------------------


@dataclass
class Hand:
    """A hand on a phone that counts its taps on links and buttons, and what it fills in."""

    page: Page
    taps: int = 0
    inputs: int = 0

    def tap(self, name: str, *, on: str = "link") -> None:
        """Tap a link or a button."""
        self.taps += 1
        press(self.page, name, on=on)

    def write(self, label: str, words: str) -> None:
        """Fill in a text."""
        self.inputs += 1
        self.page.get_by_label(label).fill(words)

    def pick(self, group: str | re.Pattern[str], option: str) -> None:
        """Choose one of a row."""
        self.inputs += 1
        choose(self.page, group, option)


def rows_of(live: Live, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Read what stands in the database."""
    with closing(sqlite3.connect(live.folder / "academy.sqlite")) as database:
        return list(database.execute(query, values))
