"""The public client of SensorThings by Fraunhofer IOSB (frost_sta_client), for tests.

It names a reader of JSON that has no wheel and is needed for nothing else: Python's own stands in for it.
"""

import json
import sys
import types
import warnings
from typing import Any


def load() -> Any:
    """Return the client's module."""
    stand_in: Any = types.ModuleType("demjson3")
    stand_in.encode, stand_in.decode = json.dumps, lambda text, **_options: json.loads(text)
    stand_in.JSONDecodeError = json.JSONDecodeError
    sys.modules.setdefault("demjson3", stand_in)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own words, not of ours
        import frost_sta_client
    return frost_sta_client
