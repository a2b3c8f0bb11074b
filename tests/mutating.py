"""Ways to change a finished bundle so that only its proof can tell: for tests of the proof."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Pdf, String

from assembler.model import Proof
from assembler.model.manifest import MANIFEST_FILE
from assembler.proof import prove
from assembler.runtime.workshop import Workshop

PACKET = "build/child"


def proved(case: Path, *, sources: bool = True) -> Proof:
    """Prove the packet as `verify` does."""
    with Workshop(case / ".verify", jobs=2, temporary=True) as shop:
        return prove(case / PACKET, case if sources else None, shop)


def rewrite(case: Path, change: Callable[[Pdf], None]) -> None:
    """Change the bundle and set its hash in the manifest right."""
    path = case / PACKET / "bundle.pdf"
    with Pdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    believe(case)


def believe(case: Path) -> None:
    """Set the hashes of all outputs right, as after a defect of our own."""
    packet = case / PACKET
    data = json.loads((packet / MANIFEST_FILE).read_text())
    for one in data["outputs"]:
        content = (packet / one["path"]).read_bytes()
        one["size"], one["sha256"] = len(content), hashlib.sha256(content).hexdigest()
    (packet / MANIFEST_FILE).write_text(json.dumps(data))


def failed(proof: Proof) -> set[str]:
    """Names of the checks that failed."""
    return {check.name for check in proof.checks if not check.ok}


def details(proof: Proof) -> str:
    """What the failed checks say."""
    return " | ".join(check.detail for check in proof.checks if not check.ok)


def own_content(pdf: Pdf, index: int) -> list[ContentStreamInstruction]:
    """What a page draws, without its stamp."""
    page = pdf.pages[index]
    middle = b"\n".join(stream.read_bytes() for stream in list(page.Contents)[1:-1])
    holder = pdf.make_stream(middle)
    return list(pikepdf.parse_content_stream(holder))


def set_own_content(pdf: Pdf, index: int, instructions: list[ContentStreamInstruction]) -> None:
    """Put other content under a page's stamp."""
    page = pdf.pages[index]
    first, *_, last = list(page.Contents)
    page.Contents = Array(
        [first, pdf.make_stream(pikepdf.unparse_content_stream(instructions)), last]
    )


def draw_over(pdf: Pdf, index: int, drawing: bytes) -> None:
    """Draw on a page, below its stamp."""
    page = pdf.pages[index]
    *rest, last = list(page.Contents)
    page.Contents = Array([*rest, pdf.make_stream(b"\nq " + drawing + b" Q\n"), last])


def codes(font: Dictionary) -> dict[str, bytes]:
    """Letter → two-byte code of a font."""
    text = font.ToUnicode.read_bytes().decode("latin1")
    pairs = re.findall(r"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>", text)
    return {chr(int(letter, 16)): bytes.fromhex(code) for code, letter in pairs}


def strings(
    pdf: Pdf, index: int
) -> Iterator[tuple[list[ContentStreamInstruction], int, int, Dictionary]]:
    """Each printed string of a page: all instructions, place of the instruction, place in its
    array, the font it is set in."""
    instructions, font = own_content(pdf, index), None
    for place, instruction in enumerate(instructions):
        operator = str(instruction.operator)
        if operator == "Tf":
            font = pdf.pages[index].Resources.Font[str(instruction.operands[0])]
        if operator in ("Tj", "TJ") and font is not None:
            items = [instruction.operands[0]] if operator == "Tj" else list(instruction.operands[0])
            for number, item in enumerate(items):
                if isinstance(item, String):
                    yield instructions, place, number, font


def replace_letter(pdf: Pdf, index: int, old: str, new: str, nth: int = 0) -> None:
    """Print another letter in the place of one; both must be in the font."""
    for instructions, place, number, font in strings(pdf, index):
        known = codes(font)
        if old not in known or new not in known:
            continue
        operator = str(instructions[place].operator)
        items = (
            [instructions[place].operands[0]]
            if operator == "Tj"
            else list(instructions[place].operands[0])
        )
        data = bytes(items[number])
        at = [n for n in range(0, len(data), 2) if data[n : n + 2] == known[old]]
        if nth < len(at):
            items[number] = String(data[: at[nth]] + known[new] + data[at[nth] + 2 :])
            operands = [items[0]] if operator == "Tj" else [Array(items)]
            instructions[place] = ContentStreamInstruction(operands, instructions[place].operator)
            set_own_content(pdf, index, instructions)
            return
        nth -= len(at)
    raise AssertionError(f"there is no {old!r} on the page")


def swap_glyphs(pdf: Pdf, index: int, one: str, other: str) -> None:
    """Exchange the outlines of two letters in a page's font; its text stays."""
    from fontTools.ttLib import TTFont

    for font in pdf.pages[index].Resources.Font.values():
        if font.Subtype != Name.Type0 or not {one, other} <= set(codes(font)):
            continue
        descriptor = font.DescendantFonts[0].FontDescriptor
        face = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
        names = [
            face.getGlyphOrder()[int.from_bytes(codes(font)[letter])] for letter in (one, other)
        ]
        outlines = face["glyf"]
        outlines[names[0]], outlines[names[1]] = outlines[names[1]], outlines[names[0]]
        out = io.BytesIO()
        face.save(out)
        descriptor.FontFile2 = pdf.make_stream(out.getvalue(), Length1=len(out.getvalue()))
        return
    raise AssertionError("no font of the page has both letters")


def read_otherwise(pdf: Pdf, index: int, old: str, new: str) -> None:
    """Let a font of the page say that a code means another letter; its look stays."""
    for font in pdf.pages[index].Resources.Font.values():
        if "/ToUnicode" not in font or "STAMPS" in str(font.BaseFont):
            continue
        text = font.ToUnicode.read_bytes()
        before, after = f"<{ord(old):04X}>".encode(), f"<{ord(new):04X}>".encode()
        changed = re.sub(
            re.escape(before) + rb"(?=\s*(?:<[0-9A-Fa-f]+>|end))", after, text, count=1
        )
        if changed != text:
            font.ToUnicode = pdf.make_stream(changed)
            return
    raise AssertionError(f"no font of the page knows {old!r}")
