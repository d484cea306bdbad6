"""Threads of the desk share one heap of the C library."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SEVERAL_ASK = """
import ctypes, sys, threading
from sms_desk.ui import one_heap

if sys.argv[1] == "shared":
    assert one_heap.share()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
together = threading.Barrier(4)

def ask():
    together.wait()
    assert libc.malloc(100)
    together.wait()

threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fclose(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has several heaps")
def test_threads_share_a_heap() -> None:
    assert heaps("shared") == 1
    assert heaps("as it was") > 1


def heaps(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL_ASK, how],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.count("<heap nr=")
