"""What the web server imports: `academy.wsgi:app`."""

from academy.app import create_app

app = create_app()
