"""What the worker does for the atlas without being asked, and when (in UTC): one module per noun."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
