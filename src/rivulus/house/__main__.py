"""`python -m rivulus.house`: where the launcher goes when everything is set up."""

import sys

from rivulus.house.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
