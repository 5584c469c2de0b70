"""`python -m app` and the command `inhouse`."""

from __future__ import annotations

import sys


def main() -> None:
    """Confine this process before anything else is imported, then run the command line."""
    from app.traces import hide_values
    from app.workers.confine import confine

    confine()
    hide_values()
    from app.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
