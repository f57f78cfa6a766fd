"""How fast the atlas draws tiles and answers questions about features."""

from importlib import import_module

PARTS = ("tiles", "items", "base")


def run(arguments: list[str]) -> int:
    """Run one part (the first word) with the words after it, or all parts; return the exit status."""
    wanted = [arguments[0]] if arguments and not arguments[0].startswith("-") else list(PARTS)
    if wanted[0] not in PARTS:
        print(f"There is no part “{wanted[0]}”. There are: {', '.join(PARTS)}.")
        return 2
    rest = arguments[1:] if len(wanted) == 1 else arguments
    statuses = [import_module(f"{__name__}.{name}").run(rest) for name in wanted]
    return max(status or 0 for status in statuses)
