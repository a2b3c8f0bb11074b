"""What a process of ours sets for the libraries it uses. Called where a process starts (command line,
fork server, worker), never on import: a program that only imports this package keeps its own settings.
"""

from __future__ import annotations

import os


def limit_threads() -> None:
    """Keep numpy and Tesseract to one thread; must be called before they are loaded.

    A process handles one page at a time, and every core has a process: more threads take longer
    than they save.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["OMP_THREAD_LIMIT"] = "1"


def lift_picture_limit() -> None:
    """Let Pillow open pictures of any size: 200-megapixel photos are legitimate.

    Our readers check sizes of their own, and a worker has a memory limit.
    """
    import PIL.Image

    PIL.Image.MAX_IMAGE_PIXELS = None
