"""``python -m regiongeo`` is the command ``regiongeo``."""

from regiongeo.cli import main

if __name__ == "__main__":
    main()
