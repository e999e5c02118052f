"""What a log line says, and what it never says."""

import asyncio
import io
import json
import logging

from shared.telemetry import JsonFormatter


async def test_a_task_that_nobody_waited_for_is_logged_without_the_words_of_its_failure() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter("tests"))
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)

    async def fails() -> None:
        raise ValueError("Lena Peeters, 85073099932")

    try:
        task = asyncio.create_task(fails())
        await asyncio.wait({task})
        del task
    finally:
        logger.removeHandler(handler)

    line = json.loads(written.getvalue())
    assert "Peeters" not in written.getvalue()
    assert line["message"] == "Task exception was never retrieved"
    assert line["exception"] == "builtins.ValueError"


def test_a_callback_that_failed_is_logged_without_its_arguments() -> None:
    message = "Exception in callback keep('Lena Peeters')\nhandle: <Handle keep('Lena Peeters')>"
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, message, None, None)

    assert json.loads(JsonFormatter("tests").format(record))["message"] == "Exception in callback"
