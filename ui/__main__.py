"""Entry point of the `jawab` command."""

import sys


def main() -> None:
    """Run the command line; Arabic prints right whatever the console's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    from ui.cli.app import run

    run()


if __name__ == "__main__":
    main()
