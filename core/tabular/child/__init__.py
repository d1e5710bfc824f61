"""What opens a sender's file: a process of its own, short-lived and bounded.

A hostile workbook can exhaust memory, spin or crash the parser; here that costs nobody anything.
The job's options come as one line of JSON before the file on standard input; the answer goes to
standard output. Exit status 0: the answer is the result; `REFUSED`: it is `{"code", "message"}`
for the sender. Nothing of Django is imported: starting must cost milliseconds.
"""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

from core.tabular import wire
from core.tabular.errors import Unreadable

REFUSED = 3


def limit(seconds: int, memory: int) -> None:
    """Bound this process's CPU time and address space (bytes) for good, and leave no core dump."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(work: Callable[[bytes, dict[str, Any]], bytes]) -> None:
    """Run `work(file, options)` under the limits that the parent sent."""
    job = wire.loads(sys.stdin.buffer.readline())
    limit(job["seconds"], job["memory"])
    content = sys.stdin.buffer.read()
    try:
        answer, status = work(content, job), 0
        if len(answer) > job["max_answer"]:
            raise MemoryError
    except Unreadable as error:
        answer = json.dumps({"code": error.code, "message": error.message}).encode()
        status = REFUSED
    except MemoryError:
        answer = b'{"code": "too_large", "message": ""}'
        status = REFUSED
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    sys.exit(status)
