"""A child process forked from one that has everything loaded, and strace put upon it before it does anything."""

import ctypes
import os
import subprocess
import traceback
from collections.abc import Callable, Sequence

# Linux, sys/prctl.h: any process of this user may trace this one, where the system leaves that to the process.
PR_SET_PTRACER, PR_SET_PTRACER_ANY = 0x59616D61, ctypes.c_ulong(-1)
FAILED = 70


class Child:
    """Waits until told to begin, then runs one function and ends."""

    def __init__(self, act: Callable[[], None]) -> None:
        begin, self._begin = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(begin)
            return
        status = FAILED
        try:
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0)
            os.close(self._begin)
            os.read(begin, 1)
            act()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def begin(self) -> None:
        """Let it run."""
        os.write(self._begin, b"1")
        os.close(self._begin)

    def ended(self) -> int:
        """Wait for its end; 0 when the function returned."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class NotAttached(Exception):
    """strace may not trace processes here."""


def run_traced(act: Callable[[], None], options: Sequence[str]) -> int:
    """Run `act` in a child with strace upon it; answers how the child ended.  Raises NotAttached."""
    child = Child(act)
    tracer = subprocess.Popen(
        ["strace", "-p", str(child.pid), *options],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    with tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        child.begin()
        # Kept empty, or the tracer would wait for room to write.
        said += tracer.stderr.read()
        ended = child.ended()
    if "attached" not in said:
        raise NotAttached(said.strip())
    return ended
