"""Changes to stories: telling one, counting who confirms it, publishing, withdrawing."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from academy.community import policies, rules
from academy.community.models import Story
from academy.community.queries.stories import may_tell_for
from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from certificates.services.evidence import drop_renewal_evidence, record_renewal_evidence


@dataclass(frozen=True, slots=True)
class NewStory:
    """A solution, where it works and what made it work. `may_share` is the tellers' yes."""

    title: str
    text: str
    place_id: int
    asset: str
    may_share: bool
    told_by_id: int | None = None
    source_id: str | None = None


def tell_story(new: NewStory, *, by: Actor) -> int:
    """Write down a story, not yet public: one's own, of whom one helps, or of the place.

    Returns its id. Raises NotFoundError for the story of anybody else.
    """
    if new.told_by_id is None or not may_tell_for(new.told_by_id, by=by):
        where = Reach(person_id=new.told_by_id, place_id=new.place_id)
        policy.require(by, policies.TELL, where)
    if not new.title.strip() or not new.text.strip():
        raise InvalidInputError(_("Een verhaal heeft een titel en minstens één zin."))
    story = Story(
        source_id=new.source_id,
        title=new.title.strip(),
        text=new.text.strip(),
        place_id=new.place_id,
        asset=new.asset,
        may_share=new.may_share,
        told_by_id=new.told_by_id,
        confirmed_by=0,
    )
    db.session.add(story)
    db.session.flush()  # the audit names the row
    teller = new.told_by_id
    behalf = audit.on_behalf(by, teller) if teller is not None else None
    _record_story(story, "told", by, on_behalf_of=behalf)
    return story.id


def count_confirmations(story_id: int, confirmed_by: int, *, by: Actor) -> None:
    """Note how many residents say that the story is true. Raises ConflictError once published."""
    story = _get_story(story_id, by=by)
    if confirmed_by < 0:
        raise InvalidInputError(_("Het aantal bewoners kan niet lager zijn dan nul."))
    if story.published_on is not None:
        raise ConflictError(_("Dit verhaal is al te lezen."))
    story.confirmed_by = confirmed_by
    _record_story(story, "confirmed", by)


def publish_story(story_id: int, *, by: Actor) -> None:
    """Let everybody read a story, from today. Raises ConflictError with what is in the way."""
    story = _get_story(story_id, by=by)
    sentences = {
        "too_few": _("Nog geen drie bewoners zeggen dat dit verhaal klopt."),
        "not_shared": _("Wie het vertelde, wil het niet delen."),
    }
    in_the_way = rules.obstacles(confirmed_by=story.confirmed_by, may_share=story.may_share)
    if in_the_way:
        raise ConflictError(" ".join(sentences[one] for one in in_the_way))
    if story.published_on is not None:
        raise ConflictError(_("Dit verhaal is al te lezen."))
    story.published_on = clock.today()
    _record_story(story, "published", by)
    if story.told_by_id is not None:
        day, source = story.published_on, _source(story)
        record_renewal_evidence(
            story.told_by_id, rules.STORY_REQUIREMENT, on=day, source=source, by=by
        )


def withdraw_story(story_id: int, *, by: Actor) -> None:
    """Let nobody else read a story any more.

    Who told it takes back their yes, and what counted for renewal stays: a yes is free. Whoever
    publishes takes it off as not right after all, and then it counts no more.
    """
    story = db.session.get(Story, story_id, with_for_update=True)
    if story is None:
        raise NotFoundError
    if story.told_by_id is not None and story.told_by_id == by.person_id:
        policy.require_right(by, policies.TELL)
        _take_back(story, otherwise=_("Dit verhaal is al van jou alleen."))
    else:
        policy.require(by, policies.PUBLISH, Reach(place_id=story.place_id))
        _take_off(story, by)
    story.published_on = None
    _record_story(story, "withdrawn", by)


def take_back_for(story_id: int, person_id: int, *, by: Actor) -> None:
    """Take back the yes of who told a story, because they asked: their own act, passed on.

    Also before it is published, and what counted for renewal stays. Raises NotFoundError for the
    story of another or of who is out of reach, ConflictError when nobody else reads it.
    """
    story = db.session.get(Story, story_id, with_for_update=True)
    if story is None or story.told_by_id != person_id or person_id == by.person_id:
        raise NotFoundError
    if not may_tell_for(person_id, by=by):
        raise NotFoundError
    _take_back(story, otherwise=_("Niemand anders leest dit verhaal."))
    story.published_on = None
    _record_story(story, "withdrawn", by, on_behalf_of=person_id)


def _take_back(story: Story, *, otherwise: str) -> None:
    if not story.may_share:
        raise ConflictError(otherwise)
    story.may_share = False


def _take_off(story: Story, by: Actor) -> None:
    if story.published_on is None:
        raise ConflictError(_("Dit verhaal is niet te lezen."))
    if story.told_by_id is not None:
        requirement, source = rules.STORY_REQUIREMENT, _source(story)
        drop_renewal_evidence(story.told_by_id, requirement, source=source, by=by)


def _source(story: Story) -> tuple[str, str]:
    return ("story", story.source_id or str(story.id))


def _get_story(story_id: int, *, by: Actor) -> Story:
    policy.require_right(by, policies.PUBLISH)
    story = db.session.get(Story, story_id, with_for_update=True)
    if story is None:
        raise NotFoundError
    policy.require(by, policies.PUBLISH, Reach(place_id=story.place_id))
    return story


def _record_story(story: Story, action: str, by: Actor, *, on_behalf_of: int | None = None) -> None:
    audit.record(
        f"community:story:{action}",
        ("story", story.id),
        by=by,
        subject_id=story.told_by_id,
        on_behalf_of=on_behalf_of,
    )
