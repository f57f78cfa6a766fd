"""How fast the strategy answers, on the city as it is and ten times as large."""

from rivulus.house.benches.strategy.matrix import matrix_part
from rivulus.house.benches.strategy.optimiser import optimiser_part
from rivulus.house.benches.strategy.report import report_part

SCALES = (1, 10)
PARTS = {"matrix": matrix_part, "optimiser": optimiser_part, "report": report_part}


def run(arguments: list[str]) -> int:
    """Run the parts named, or all of them, at each scale; return the exit status."""
    wanted = arguments or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        print(f"There is no part “{', '.join(sorted(unknown))}”. There are: {', '.join(PARTS)}.")
        return 2
    for name in wanted:
        for scale in SCALES:
            PARTS[name](scale)
    return 0
