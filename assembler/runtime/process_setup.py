"""Configure libraries for a process of ours.

Called where a process starts (command line, fork server, worker), never on import: a program that
only imports this package keeps its own settings.
"""

from __future__ import annotations

import os

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
