"""One round of sync: send, bring down, then attached files; after the log was read anew, what it lacked goes again."""

from collections.abc import Callable
from dataclasses import replace

from app.sync.blobs import Blobs
from app.sync.outcome import Outcome
from app.sync.pull import LOST, Pull
from app.sync.service import Push

IDLE = 300.0


class Rounds:
    """Runs push and pull in their order; `send_lost_again` puts out anew what the district turned out to lack.

    A quiet station asks again after `idle` seconds.  `files` has a turn when the rows are through; what keeps files
    from going never makes the state other than the rows left it, so that saved rows do not wait for them.
    """

    def __init__(
        self,
        push: Push,
        pull: Pull,
        send_lost_again: Callable[[], int],
        idle: float = IDLE,
        files: Blobs | None = None,
    ) -> None:
        self._push = push
        self._pull = pull
        self._send_lost_again = send_lost_again
        self._idle = idle
        self._files = files

    def run(self, stop: Callable[[], bool] = lambda: False) -> Outcome:
        """One round; never raises for what the line or the district does.

        Code FILES_LATER says that attached files are left and another round should follow at once.
        """
        outcome = self._run_rows(stop)
        if self._files is None or outcome.state != "idle":
            return outcome
        files = self._files.run(stop)
        outcome = replace(outcome, files_sent=files.files_sent, files_received=files.files_received)
        if files.state == "stopped":
            return replace(outcome, state="stopped", wait=None, code=files.code, sentence=files.sentence)
        if files.code:
            wait = self._idle if files.wait is None else min(files.wait, self._idle)
            return replace(outcome, wait=wait, code=files.code, sentence=files.sentence)
        return outcome

    def _run_rows(self, stop: Callable[[], bool]) -> Outcome:
        sent = received = merged = 0
        # Where the district lost something: once to learn of it, once to send it again, once to hear of it.
        for _ in range(3):
            if not self._pull.comes_first():
                outcome = self._push.run(stop)
                sent += outcome.sent
                if outcome.state != "idle":
                    break
            outcome = self._pull.run(stop)
            received += outcome.received
            merged += outcome.merged
            if outcome.state != "idle" or outcome.code != LOST:
                break
            self._send_lost_again()
            self._push.doubt()
        wait = self._idle if outcome.state == "idle" else outcome.wait
        return replace(outcome, sent=sent, received=received, merged=merged, wait=wait, code=outcome.code)
