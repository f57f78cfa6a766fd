"""How fast the catalog is searched, written and asked."""

from importlib import import_module
from pkgutil import iter_modules


def run(arguments: list[str]) -> int:
    """Run the parts named, or all of them; return the exit status. A part is a module here with ``measure()``."""
    parts = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    wanted = arguments or parts
    unknown = set(wanted) - set(parts)
    if unknown:
        print(f"There is no part “{', '.join(sorted(unknown))}”. There are: {', '.join(parts)}.")
        return 2
    for name in wanted:
        import_module(f"{__name__}.{name}").measure()
    return 0
