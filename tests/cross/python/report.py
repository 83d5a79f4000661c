"""What a suite counts and prints. The same seed gives the same schemas and values again:

  CAAS_CROSS_SEED    a number; without it one of the clock, printed in the first line
  CAAS_CROSS_VALUES  values for each schema or pair, in percent of what the suite takes (100)
"""

import os
import random
import sys
import time

MOST_SHOWN = 5
LONGEST = 2_000


class Report:
    def __init__(self, suite: str):
        self.suite = suite
        self.seed = int(os.environ.get("CAAS_CROSS_SEED") or time.time_ns() % 1_000_000_007)
        self.percent = int(os.environ.get("CAAS_CROSS_VALUES") or 100)
        self.began = time.monotonic()
        self.counts: dict[str, int] = {}
        self.failures = 0
        print(f"{suite}: CAAS_CROSS_SEED={self.seed}", flush=True)

    def rng(self, *what) -> random.Random:
        """One for each part, so that a part alone repeats itself too."""
        return random.Random(":".join(map(str, (self.seed, *what))))

    def values(self, wanted: int) -> int:
        return max(1, wanted * self.percent // 100)

    def count(self, what: str, more: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + more

    def fail(self, what: str, **parts) -> None:
        self.failures += 1
        if self.failures > MOST_SHOWN:
            return
        print(f"\nFAILED: {what}   (CAAS_CROSS_SEED={self.seed})")
        for name, part in parts.items():
            text = part.hex() if isinstance(part, bytes) else str(part)
            more = f"… ({len(text)} characters)" if len(text) > LONGEST else ""
            print(f"  {name:>10}: {text[:LONGEST]}{more}")
        sys.stdout.flush()

    def check(self, good: bool, what: str, **parts) -> bool:
        if not good:
            self.fail(what, **parts)
        return good

    def end(self) -> int:
        for what, count in self.counts.items():
            print(f"  {count:>9,}  {what}")
        seconds = time.monotonic() - self.began
        print(f"{self.suite}: {self.failures} failed, {seconds:.0f} s")
        return 1 if self.failures else 0
