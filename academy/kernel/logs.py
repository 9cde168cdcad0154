"""Lines of what happens as JSON on standard error, from every part, with the moment in UTC."""

from __future__ import annotations

import logging
import sys

import structlog

from academy.kernel import disk

PACKAGES = ("academy", "courses", "certificates")


def log_as_json(level: str) -> None:
    """Let web and worker write the same kind of line, whichever logger they use."""
    number = logging.getLevelNamesMapping()[level]
    stream = disk.log_stream(sys.stderr)
    written: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*written, as_json],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setLevel(number)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=written,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, as_json],
        )
    )
    for name in PACKAGES:
        logging.getLogger(name).handlers = [handler]
