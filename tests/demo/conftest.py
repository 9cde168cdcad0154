"""One loaded demo academy for all tests here that only look."""

from tests.demo.loaded import demo, loaded

__all__ = ["demo", "loaded"]
