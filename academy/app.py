"""Composition root: the one module that knows every feature and makes the application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Request, request
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from academy.coaching.feature import FEATURE as COACHING
from academy.community.feature import FEATURE as COMMUNITY
from academy.contact.feature import FEATURE as CONTACT
from academy.kernel import demo_clock, events, queue
from academy.kernel.db import db, engine_options, set_reading
from academy.kernel.feature import Feature
from academy.kernel.i18n import init_i18n
from academy.kernel.logs import log_as_json
from academy.kernel.messages import declared, texts
from academy.kernel.periods import periods
from academy.kernel.policy import NOBODY, Actor
from academy.kernel.resources import folder
from academy.kernel.settings import Settings, SettingsError, read_settings
from academy.kernel.web import contract, pages, shell
from academy.kernel.web.access import init_access
from academy.kernel.web.addresses import IdConverter, comes_from_here, is_for_programs
from academy.kernel.web.assets import asset
from academy.kernel.web.blueprint import (
    ProgramBlueprint,
    allow_large_body,
    testing_header,
    undeclared,
)
from academy.kernel.web.errors import init_errors
from academy.kernel.web.headers import file_headers, init_headers
from academy.kernel.web.metrics import init_metrics
from academy.people.adapters.bearer import actor_of_bearer
from academy.people.adapters.cookie import actor_of_request
from academy.people.feature import FEATURE as PEOPLE
from academy.privacy.feature import FEATURE as PRIVACY
from academy.reporting.feature import FEATURE as REPORTING
from academy.research.feature import FEATURE as RESEARCH
from certificates.feature import FEATURE as CERTIFICATES
from courses.feature import FEATURE as COURSES

FEATURES: tuple[Feature, ...] = (
    PEOPLE,
    COURSES,
    CERTIFICATES,
    COACHING,
    RESEARCH,
    COMMUNITY,
    CONTACT,
    PRIVACY,
    REPORTING,
)
MAX_REQUEST_BYTES = 6 * 1024 * 1024
SAFE = ("GET", "HEAD", "OPTIONS")


def create_app(settings: Settings | None = None, *, testing: bool = False) -> Flask:
    """Make the application. Raises SettingsError, or RuntimeError for an undeclared route."""
    settings = settings or read_settings()
    _check_periods(settings)
    app = Flask("academy", template_folder=str(folder("templates")), static_folder=None)
    app.testing = testing
    app.extensions["academy.settings"] = settings
    _configure(app, settings)
    app.url_map.converters["int"] = IdConverter
    log_as_json(settings.log_level)
    init_access(app)
    db.init_app(app)
    Migrate(app, db, directory=str(folder("migrations")), render_as_batch=True)
    _init_sign_in(app)
    app.before_request(allow_large_body)
    CSRFProtect(app)
    app.before_request(_refuse_other_sites)
    init_i18n(app)
    init_headers(app)
    init_errors(app)
    app.before_request(_begin_request)
    app.teardown_request(lambda _error: set_reading(False))
    app.after_request(testing_header)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = asset
    app.context_processor(lambda: shell.page_frame(FEATURES))
    app.extensions["academy.features"] = FEATURES
    _compose(app)
    if forgotten := undeclared(app):
        raise RuntimeError(f"routes without a capability: {', '.join(forgotten)}")
    static = str(folder("static"))
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=static,
        prefix="static/",
        max_age=31_536_000,
        autorefresh=testing,
        allow_all_origins=False,
        add_headers_function=file_headers(is_https=settings.is_https),
    )
    if settings.is_https:  # then a proxy ends TLS, and only it knows who asks
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    return app


def _check_periods(settings: Settings) -> None:
    try:
        periods(settings.keep)
    except ValueError as error:
        raise SettingsError(f"ACADEMY_KEEP: {error} is no kind with its period") from None


def _configure(app: Flask, settings: Settings) -> None:
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    secure = settings.is_https
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME="__Host-form" if secure else "form",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer; `_refuse_other_sites` asks for less
    )


def _init_sign_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.anonymous_user = lambda: NOBODY
    manager.session_protection = None  # our sign-ins live in the database, not in the cookie
    manager.request_loader(_who_asks)


def _who_asks(request: Request) -> Actor | None:
    """Pages know people by their cookie, the API knows them by their key; never the other way."""
    return actor_of_bearer(request) if is_for_programs(request.path) else actor_of_request(request)


def _refuse_other_sites() -> None:
    """Beside the token in every form: a change must come from a page of ours.

    The API needs neither: a browser does not send a key along by itself.
    """
    if is_for_programs(request.path):
        return
    if request.method not in SAFE and not comes_from_here():
        raise CSRFError


def _begin_request() -> None:
    demo_clock.follow()
    set_reading(request.method in SAFE)


def _compose(app: Flask) -> None:
    app.register_blueprint(pages.bp)
    app.register_blueprint(contract.bp)
    init_metrics(app, FEATURES)
    queue.before_job(demo_clock.follow)
    for feature in FEATURES:
        for blueprint in feature.blueprints:
            app.register_blueprint(blueprint)
            if isinstance(blueprint, ProgramBlueprint):
                app.extensions["csrf"].exempt(blueprint)
        for name, job in feature.jobs.items():
            queue.register(name, job)
        for kind, listeners in feature.listeners.items():
            events.register(kind, listeners)
    _compose_messages()


def _compose_messages() -> None:
    """Let the engine know what goes out by itself, and how people want to be reached."""
    texts.register_digest()
    for feature in FEATURES:
        if feature.recipients is not None:
            declared.use_recipients(feature.recipients)
        for message in feature.messages:
            if declared.register(message):
                texts.register(message)
