"""Figures for coordinator and board: charts with their table, and nobody in them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.web.blueprint import actor
from academy.reporting.policies import SEE_FIGURES
from academy.reporting.queries.figures import Count, Figures, figures
from academy.reporting.rules.figures import Share, share
from academy.reporting.views.blueprint import bp


@dataclass(frozen=True, slots=True)
class Line:
    """One quarter of a table: its counts, and the share of the first."""

    label: str
    counts: tuple[Count, ...]
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One chart with its table. `is_about`: the counts are to the nearest five."""

    key: str
    title: str
    why: str
    names: tuple[str, ...]
    rows: tuple[Line, ...]
    share_name: str = ""
    is_about: bool = False

    @property
    def has_share(self) -> bool:
        """Whether the table has a column for the share."""
        return bool(self.share_name)


@bp.page("/cijfers", needs=SEE_FIGURES)
def show_figures() -> str:
    """Show the figures of the last quarters, for who oversees a region or sits on the board."""
    found = figures(actor(), clock.today())
    parts = (_contacts(found), _energy(found), _guided(found), _came(found), _renewals(found))
    return render_template("reporting/figures.html", parts=parts)


def _label(one: Figures) -> str:
    return str(_("kw. %(number)d %(year)d", number=one.quarter.number, year=one.quarter.year))


def _contacts(found: tuple[Figures, ...]) -> Part:
    return Part(
        key="contacts",
        title=_("Gesprekken op tijd"),
        why=_(
            "Op tijd is: binnen het ritme van nu, met een week speling. Was er geen gesprek? Dan"
            " telt het als later. Na een stop en in een pauze die loopt, telt het niet. Pauzes van"
            " eerder kennen we niet meer."
        ),
        names=(_("Op tijd"), _("Later")),
        rows=tuple(Line(_label(one), one.contacts, share(one.contacts, 0)) for one in found),
        share_name=_("Op tijd, van alle"),
    )


def _energy(found: tuple[Figures, ...]) -> Part:
    return Part(
        key="energy",
        title=_("Energie"),
        why=_("Het laatste cijfer dat mensen zelf gaven. Laag is 1 of 2, hoog is 4 of 5."),
        names=(_("Laag"), _("Midden"), _("Hoog")),
        rows=tuple(Line(_label(one), one.energy) for one in found),
    )


def _guided(found: tuple[Figures, ...]) -> Part:
    return Part(
        key="guided",
        title=_("Mensen met begeleiding"),
        why=_("Op de laatste dag van het kwartaal, in vijftallen geteld."),
        names=(_("Mensen"),),
        rows=tuple(Line(_label(one), (one.guided,)) for one in found),
        is_about=True,
    )


def _came(found: tuple[Figures, ...]) -> Part:
    return Part(
        key="came",
        title=_("Mensen op terugkommiddagen"),
        why=_("Wie kwam, telt één keer per kwartaal. In vijftallen geteld."),
        names=(_("Mensen"),),
        rows=tuple(Line(_label(one), (one.came,)) for one in found),
        is_about=True,
    )


def _renewals(found: tuple[Figures, ...]) -> Part:
    return Part(
        key="renewals",
        title=_("Certificaten verlengd"),
        why=_("Van de certificaten die in dat kwartaal afliepen."),
        names=(_("Verlengd"), _("Niet verlengd")),
        rows=tuple(Line(_label(one), one.renewals, share(one.renewals, 0)) for one in found),
        share_name=_("Verlengd, van alle"),
    )
