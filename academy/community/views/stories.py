"""Pages of the public story bank."""

from __future__ import annotations

from flask import render_template, request

from academy.community import forms
from academy.community.queries import stories as queries
from academy.community.views.blueprint import bp
from academy.kernel.policy import PUBLIC


@bp.page("/verhalen", needs=PUBLIC)
def stories() -> str:
    """Show the story bank."""
    page = queries.story_rows(cursor=request.args.get("na"))
    return render_template("community/stories.html", page=page, assets=forms.ASSET_LABELS)


@bp.page("/verhalen/<int:story_id>", needs=PUBLIC)
def story(story_id: int) -> str:
    """Show one story."""
    return render_template(
        "community/story.html", story=queries.get_story(story_id), assets=forms.ASSET_LABELS
    )
