"""Configure libraries for a process of ours.

Called where a process starts (command line, fork server, worker), never on import: a program that
only imports this package keeps its own settings.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

_REQUESTS = ("SIGTERM", "SIGHUP")  # to end the program
_STREAM_BYTES = 1_000_000_000  # compressed or not: a quarter of a worker's memory
_ENTRIES = 5_000_000  # of an array or a dictionary
_PAGES = 1_000_000  # of a file, and of its bookmarks and named destinations: a manifest's maximum


def limit_threads() -> None:
    """Keep numpy and Tesseract to one thread; call this before they are loaded.

    A process handles one page at a time and every core has a process: more threads cost more time
    than they save.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["OMP_THREAD_LIMIT"] = "1"


def lift_picture_limit() -> None:
    """Let Pillow open pictures of any size, since 200-megapixel photos are legitimate.

    Our readers check sizes themselves, and a worker has a memory limit.
    """
    import PIL.Image

    PIL.Image.MAX_IMAGE_PIXELS = None


def lift_reader_limits() -> None:
    """Let pypdf read as much as the memory of a worker allows.

    pypdf's limits are meant for programs without any, and large scans and long packets exceed them.
    A worker has limits on memory and time, which cost one item only; the limits set here still end
    unbounded growth. They belong to the calling thread, which must be the one that works.
    """
    from pypdf import overwrite_configuration

    overwrite_configuration(
        maximum_declared_stream_length=_STREAM_BYTES,
        array_based_stream_maximum_output_length=_STREAM_BYTES,
        zlib_maximum_output_length=_STREAM_BYTES,
        lzw_maximum_output_length=_STREAM_BYTES,
        run_length_maximum_output_length=_STREAM_BYTES,
        stream_decoding_work_maximum_length=2 * _STREAM_BYTES,
        array_maximum_element_count=_ENTRIES,
        dictionary_maximum_element_count=_ENTRIES,
        outline_maximum_entries=_PAGES,
        page_tree_maximum_entries=_PAGES,
        page_tree_maximum_page_entries=20 * _PAGES,
        form_fields_maximum_entries=_PAGES,
        named_destinations_maximum_entries=_PAGES,
    )


@contextmanager
def interrupt_on_request() -> Iterator[None]:
    """Treat a request to end (SIGTERM, a closed terminal) like ^C, so that work folders, which hold
    client pages, are removed. A second request does not interrupt that.

    Only the main thread can do this; elsewhere nothing changes. A request that was ignored when the
    program was started (nohup) stays ignored.
    """
    with _handle_signals(_REQUESTS, _interrupt_once, lambda old: old == signal.SIG_DFL):
        yield


def _interrupt_once(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def defer_interrupts() -> Iterator[None]:
    """Finish a short step, such as a cleanup, before ^C or a request to end takes effect.

    May be nested: then it takes effect after the outermost step. Only the main thread can do this;
    elsewhere nothing changes.
    """
    received: list[int] = []
    # what is ignored, or left to the system, stays so
    with _handle_signals(
        ("SIGINT", *_REQUESTS), lambda number, _frame: received.append(number), callable
    ):
        yield
    if received:
        signal.raise_signal(received[0])  # of the handler there was: ours, if this is an inner step


@contextmanager
def _handle_signals(
    names: Sequence[str],
    handler: Callable[[int, FrameType | None], object],
    should_replace: Callable[[object], bool],
) -> Iterator[None]:
    """Handle signals of these names, where the system has them and `should_replace` accepts the
    handler there is; give that back at the end. In any other thread than the main one, which alone
    can do this, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    replaced = {number: old for number, old in handlers.items() if should_replace(old)}
    for number in replaced:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in replaced.items():
            signal.signal(number, old)
