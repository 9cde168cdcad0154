"""The `academy` command. Commands load when they run, so that `academy --help` is quick."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import ScriptInfo

COMMANDS = {
    "serve": ("academy.running:serve", "Start web and worker together."),
    "worker": ("academy.running:worker", "Do the waiting jobs."),
    "db": ("academy.running:database", "Make and change the tables."),
    "check": ("academy.running:check", "Look whether everything is as it should be."),
    "backup": ("academy.keeping.cli:backup", "Copy everything into a folder, while all runs on."),
    "restore": ("academy.keeping.cli:restore", "Put a backup back and verify it."),
    "doctor": ("academy.keeping.cli:doctor", "Look whether the academy can do its work here."),
    "demo": ("academy.demo.cli:demo", "Load the fictional academy."),
    "messages": ("academy.kernel.messages.cli:messages", "What goes out by itself."),
    "people": ("academy.people.cli:people", "Persons and rights."),
    "courses": ("courses.cli:courses", "Course content and verdicts."),
    "certificates": ("certificates.cli:certificates", "Issue and verify certificates."),
    "keys": ("certificates.cli:keys", "Make and list the sealing keys."),
    "coaching": ("academy.coaching.cli:coaching", "Coaching logs."),
}


class LazyGroup(click.Group):
    """Lists commands from the table above and imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by importing its module."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _create_app() -> Flask:
    from academy.app import create_app
    from academy.kernel import demo_clock

    app = create_app()
    with app.app_context():
        demo_clock.follow()  # commands live on the same day as the pages
    return app


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Samen Lukt Het Zelf Academie."""


def main() -> None:
    """Run the command line; a wrong setting ends with one clear sentence."""
    from academy.kernel.settings import SettingsError

    try:
        cli(
            obj=ScriptInfo(create_app=_create_app, set_debug_flag=False, load_dotenv_defaults=False)
        )
    except SettingsError as error:
        raise SystemExit(f"academy: {error}") from None
