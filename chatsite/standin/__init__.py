"""A stand-in for Anthropic's Messages API on loopback; the markers it obeys are listed in README.md."""
