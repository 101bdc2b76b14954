"""One round of sync: send, then bring down; after the log was read anew, what it lacked goes out again."""

from collections.abc import Callable
from dataclasses import replace

from app.sync.outcome import Outcome
from app.sync.pull import LOST, Pull
from app.sync.service import Push

IDLE = 300.0


class Rounds:
    """Runs push and pull in their order; `send_lost_again` puts out anew what the district turned out to lack.

    A quiet station asks again after `idle` seconds.
    """

    def __init__(
        self, push: Push, pull: Pull, send_lost_again: Callable[[], int], idle: float = IDLE
    ) -> None:
        self._push = push
        self._pull = pull
        self._send_lost_again = send_lost_again
        self._idle = idle

    def run(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One round; never raises for what the line or the district does."""
        sent = received = 0
        # Where the district lost something: once to learn of it, once to send it again, once to hear of it.
        for _ in range(3):
            if not self._pull.comes_first():
                outcome = self._push.run(stop)
                sent += outcome.sent
                if outcome.state != "idle":
                    break
            outcome = self._pull.run(stop)
            received += outcome.received
            if outcome.state != "idle" or outcome.code != LOST:
                break
            self._send_lost_again()
            self._push.doubt()
        wait = self._idle if outcome.state == "idle" else outcome.wait
        return replace(outcome, sent=sent, received=received, wait=wait, code=outcome.code)
