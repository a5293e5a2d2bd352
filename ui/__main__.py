"""Run the command line: what `jawab` does once its packages are known to be its own."""

import sys


def main() -> None:
    """Run it; Arabic prints right whatever the console's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    from ui.cli.app import run

    run()


if __name__ == "__main__":
    main()
