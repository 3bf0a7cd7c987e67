"""Token counts of one call, by the price they have. Pure; used by Usage and by the prices of the models."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    input: int = 0
    output: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            input=self.input + other.input,
            output=self.output + other.output,
            cache_write_5m=self.cache_write_5m + other.cache_write_5m,
            cache_write_1h=self.cache_write_1h + other.cache_write_1h,
            cache_read=self.cache_read + other.cache_read,
        )

    @property
    def prompt(self) -> int:
        """All that was sent, cached or not."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read

    @property
    def cached_share(self) -> int:
        """How much of the prompt was read from the cache, in percent."""
        return round(100 * self.cache_read / self.prompt) if self.prompt else 0
