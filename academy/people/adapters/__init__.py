"""The sign-in cookie and the password hash."""
