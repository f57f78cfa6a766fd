"""What the server of the gate runs: ``granian --interface asgi rivulus.observations.standards.gate.asgi:application``."""

import gc
import os
from typing import Any

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy comes: its products here are small
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rivulus.config.settings")
django.setup(set_prefix=False)

from rivulus.kernel.memory import keep_what_was_freed  # noqa: E402 (Django comes first)
from rivulus.observations.standards import live  # noqa: E402 (Django comes first)
from rivulus.observations.standards.gate.gate import Gate, Message, Receive, Send  # noqa: E402

pages: Any = ASGIHandler()


async def elsewhere(scope: Message, receive: Receive, send: Send) -> None:
    """Answer what is not an observation: the live stream, and every page of Django's."""
    is_stream = scope["type"] == "http" and scope["path"] == "/live/stream" and scope["method"] == "GET"
    await (live.stream if is_stream else pages)(scope, receive, send)


application = Gate(elsewhere)
# What is there now stays, and what comes in makes no circles: it is rarely worth looking for garbage.
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 20, 20)
keep_what_was_freed()
