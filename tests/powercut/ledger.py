"""The ledger of acknowledgements: what the service promised and when, kept outside the disk that loses power.

The driver takes one step after the other.  Before a step it notes `try`, after the service has returned it notes
`ok` with everything that changed, and syncs both.  So at any moment the file must stand where the last `ok` left it
or, when a step is under way, where that step leads.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

State = dict[str, Any]
# The driver may break fsync to show that it is noticed; the ledger keeps the real one.
_FSYNC = os.fsync


class Ledger:
    """The driver's side: lines appended and synced one by one."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._last: State = {}
        self.begun = False
        self._step = 0
        self._acknowledged = 0

    def begin(self, state: State, dek: str) -> None:
        """Where the driver starts, and the key a check needs to open the file without a password."""
        self._last, self.begun = state, True
        self._line({"phase": "start", "state": state, "dek": dek})

    def attempt(self, *, whole: bool) -> None:
        """A step begins; `whole` when it promises all of its changes or none."""
        self._step += 1
        self._line({"phase": "try", "step": self._step, "whole": whole})

    def acknowledge(self, state: State, contents: dict[str, str]) -> None:
        """The service has returned.  `contents` are the digests of what it said it stored, by record."""
        if self._acknowledged == self._step:
            return
        self._acknowledged = self._step
        changes = {
            key: state.get(key)
            for key in self._last.keys() | state.keys()
            if self._last.get(key) != state.get(key)
        }
        self._last = state
        self._line({"phase": "ok", "step": self._step, "changes": changes, "contents": contents})

    def fail(self, sentence: str) -> None:
        """The service refused; the step may or may not be on the disk."""
        self._line({"phase": "failed", "step": self._step, "sentence": sentence})

    def _line(self, content: dict[str, Any]) -> None:
        os.write(self._file, orjson.dumps(content) + b"\n")
        _FSYNC(self._file)


@dataclass(frozen=True)
class Expected:
    """What must be found at one moment: the state last acknowledged, and the step under way, if any.

    Of a step that never ended in the whole run nobody knows where it leads; then `open_end` is set.
    """

    acknowledged: State
    older: Sequence[State]
    under_way: State | None
    open_end: bool
    whole: bool
    contents: dict[str, str]
    dek: str


class Account:
    """The ledger of a whole run, read back to tell what any moment of it promised."""

    def __init__(self, lines: Sequence[dict[str, Any]]) -> None:
        start = lines[0]
        self.dek: str = start["dek"]
        self.states: list[State] = [start["state"]]
        self.contents: list[dict[str, str]] = [{}]
        self._whole: list[bool] = [True]
        for line in lines:
            if line["phase"] == "try":
                self._whole.append(line["whole"])
            elif line["phase"] == "ok":
                merged = {**self.states[-1], **line["changes"]}
                self.states.append({key: value for key, value in merged.items() if value is not None})
                self.contents.append({**self.contents[-1], **line["contents"]})

    def at(self, noted: Sequence[dict[str, Any]]) -> Expected:
        """What the lines `noted` until some moment promise, `start` being the first of them."""
        acknowledged = sum(line["phase"] == "ok" for line in noted)
        tried = sum(line["phase"] == "try" for line in noted)
        under_way = tried > acknowledged
        return Expected(
            self.states[acknowledged],
            self.states[:acknowledged],
            self.states[tried] if under_way and tried < len(self.states) else None,
            tried >= len(self.states),
            self._whole[tried],
            self.contents[acknowledged],
            self.dek,
        )
