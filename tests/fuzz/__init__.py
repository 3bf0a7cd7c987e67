"""A long search for what breaks a reply: `python -m tests.fuzz --help`, or `make fuzz`."""
