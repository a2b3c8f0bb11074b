"""Draw the pictures of docs/tutorial.md: `python -m scripts.draw_tutorial`.

Runs the commands of the tutorial in a terminal of 80 columns, in a temporary folder, and writes what
it shows to docs/images/*.svg; with Chromium installed, also the beginning of the review page as PNG.
Needs a POSIX system.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images"
AS_OF = "--as-of 2026-11-23"
COLUMNS, ROWS = 80, 60
# name of the picture, and the command whose standard output it shows
STEPS = (
    ("validate-new-case", f"assembler validate first-case {AS_OF}"),
    ("check", f"assembler check my-case {AS_OF}"),
    ("bundle", f"assembler bundle my-case {AS_OF}"),
    ("verify", "assembler verify my-case"),
)


def main() -> None:
    """Run the tutorial and write its pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "samples/family-of-three", home / "my-case")
        run_in_terminal("assembler init first-case --reason urgent-medical", home)
        for name, command in STEPS:
            draw_terminal(command, run_in_terminal(command, home), IMAGES / f"{name}.svg")
        draw_review_page(home / "my-case/build/child/review.html", IMAGES / "review.png")


def run_in_terminal(command: str, folder: Path) -> str:
    """Return what a command prints to standard output, a terminal of 80 columns, with its colors;
    its progress bars go to standard error and are left out."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        f"{command} 2>/dev/null",
        shell=True,
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        env={**os.environ, "PATH": programs, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"},
    )
    os.close(theirs)
    printed = io.BytesIO()
    try:
        while data := os.read(ours, 65536):
            printed.write(data)
    except OSError:  # the other end is closed: the command has ended
        pass
    os.close(ours)
    process.wait()
    return printed.getvalue().decode().replace("\r\n", "\n")


def draw_terminal(command: str, printed: str, target: Path) -> None:
    """Write a picture of a terminal with a command and what it printed."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {command}"))
    console.print(Text.from_ansi(printed))
    svg = console.export_svg(title="Terminal", theme=DEFAULT_TERMINAL_THEME, unique_id=target.stem)
    target.write_text(svg, encoding="utf8")


def draw_review_page(page: Path, target: Path) -> None:
    """Write a picture of the beginning of the review page, if Chromium is installed."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        view = browser.new_page(viewport={"width": 1000, "height": 760}, color_scheme="light")
        view.goto(page.as_uri())
        view.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main()
