"""How a peer talks to `ldctbench bench`: JSON lines, one answer a request (see README.md)."""

import ctypes
import json
import math
import os
import sys
import time

# Of glibc's mallopt.
M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8
# Longer than OpenMP's threads spin before they sleep: who measures next shall have the cores for himself.
REST_SECONDS = 0.05

# Libraries that print do not disturb the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(message):
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def missing(problem):
    return {"error": f"{problem}; install it with: pip install -r bench/peers/requirements.txt"}


def keep_memory():
    """Has the process keep what it frees.

    Else glibc hands an activation back to the system at the end of every step and the next step's pages are faulted in anew,
    which in a virtual machine can take longer than all of the arithmetic. Frameworks advise their users to prevent this, by
    such settings or by another allocator.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, -1)
        mallopt(M_ARENA_MAX, 1)  # other threads' arenas hand back blocks above 64 MiB all the same


def open_settings(names, open_setting, framework):
    """Tells which settings this machine can run and returns them by name.

    open_setting(name) returns a setting and the number that it comes to. One that fails, or comes to no number, is named, not
    fatal.
    """
    settings, values, skipped = {}, {}, {}
    for name in names:
        try:
            setting, value = open_setting(name)
            if not math.isfinite(value):
                raise ArithmeticError(f"it comes to {value}")
            settings[name], values[name] = setting, value
        except Exception as problem:
            skipped[name] = str(problem).splitlines()[0][:200] if str(problem) else type(problem).__name__
    say({"settings": values, "skipped": skipped, "framework": framework})
    return settings


def milliseconds(setting, steps):
    """Time of a step, or of one of the things that a step handles where the setting counts them.

    A setting on a device only queues its steps; its finish() waits until they are done.
    """
    finish = getattr(setting, "finish", lambda: None)
    finish()
    start = time.perf_counter()
    for _ in range(steps):
        setting.step()
    finish()
    return (time.perf_counter() - start) * 1000 / steps / getattr(setting, "count", 1)


def serve(open_case):
    """Answers requests until the input ends; open_case(request) tells about a case and returns its settings by name."""
    settings = {}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["do"] == "open":
                settings = open_case(request)
            else:
                ms = milliseconds(settings[request["setting"]], request["steps"])
                time.sleep(REST_SECONDS)
                say({"ms": ms})
        except ImportError as problem:
            say(missing(problem))
        except Exception as problem:
            say({"error": f"{type(problem).__name__}: {problem}"})
