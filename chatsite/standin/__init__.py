"""A stand-in for Anthropic's Messages API on loopback. README.md lists the markers that control it."""
