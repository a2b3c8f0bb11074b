"""Kinds of files that are refused: how a person knows each, and what to do with it."""

from __future__ import annotations

_PRINT = "print it to PDF"
_PICTURE = "save the picture as PNG or JPEG"
_UNPACK = "unpack it, and list its files"
_EXPORT = "open it in the program that made it, and export it as PDF"

REFUSED = {
    # written with office programs
    "docm": ("a Word file with macros", "save it as .docx, or print it to PDF"),
    "word-other": ("another kind of Word file", "save it as .docx, or print it to PDF"),
    "word-lock": (
        "Word's lock file for an open document",
        "close the document, and list the document itself",
    ),
    "visio": ("a Visio drawing", _PRINT),
    "publisher": ("a Publisher file", _PRINT),
    "office-other": ("an Office file of an unsupported type", _PRINT),
    "locked-office": (
        "a password-protected Word or Excel file",
        "open it with the password, and print it to PDF",
    ),
    "cut-office": (
        "a Word, Excel or PowerPoint file that is cut off or damaged",
        "ask for the file again",
    ),
    "ole": ("an old Office file", "print it to PDF; save attachments as separate files"),
    "opendocument": ("an OpenDocument file", _PRINT),
    "locked-opendocument": (
        "a password-protected OpenDocument file",
        "open it with the password, and print it to PDF",
    ),
    "iwork": (
        "an Apple Pages, Numbers or Keynote document",
        "open it on a Mac or at icloud.com, and export it as PDF",
    ),
    "wordperfect": (
        "a WordPerfect document",
        "open it in WordPerfect or LibreOffice, and print it to PDF",
    ),
    "onenote": ("a OneNote notebook", _PRINT),
    # made to be printed or read
    "xps": ("an XPS document", "open it in the XPS Viewer of Windows, and print it to PDF"),
    "postscript": ("a PostScript or EPS file", "convert it to PDF"),
    "epub": ("an e-book (EPUB)", "print the pages that matter to PDF"),
    "djvu": ("a DjVu scan", "print it to PDF"),
    "form-data": (
        "the data of a PDF form without the form (FDF)",
        "open it together with its form, and print the form to PDF",
    ),
    "late-pdf": (
        "a PDF behind other data",
        "open it in a viewer and print it to a new PDF, or download it again",
    ),
    "json": (
        "data as text (JSON)",
        "print the relevant parts to PDF in readable form",
    ),
    "xml": (
        "data as text (XML)",
        "print the relevant parts to PDF in readable form",
    ),
    "link": (
        "a link to a document, not the document itself",
        "open the link, download the document, and list the document",
    ),
    # mail, calendars, cards
    "tnef": (
        "Outlook's package of attachments (winmail.dat)",
        "ask the sender to send the files as regular attachments",
    ),
    "mailbox": ("a whole mailbox", "print each message that matters to PDF"),
    "calendar": ("a calendar entry (.ics)", "open it in a calendar program, and print it to PDF"),
    "card": ("an address card (.vcf)", _PRINT),
    "wallet-pass": (
        "an Apple Wallet pass",
        "take screenshots of it on the phone, front and back",
    ),
    "sealed": (
        "in a signed or encrypted envelope (.p7m, .p7s, PGP)",
        "extract the document with the program that opens it",
    ),
    "signal-backup": (
        "an encrypted backup of Signal",
        "take screenshots of the messages that matter on the phone, and list these",
    ),
    "signal-export": (
        "an export of all of a person's Signal chats",
        "take screenshots of the messages that matter in Signal, and list these",
    ),
    # archives
    "zip": ("a ZIP archive", _UNPACK),
    "cut-zip": ("a ZIP archive that is cut off or damaged", "ask for it again, and unpack it"),
    "archive": ("an archive", _UNPACK),
    # pictures and drawings
    "svg": ("an SVG drawing", _PRINT),
    "psd": ("a Photoshop file", _PICTURE),
    "raw": (
        "a raw camera picture",
        "save the picture as JPEG in the camera's or phone's app",
    ),
    "jp2": ("a JPEG 2000 image", _PICTURE),
    "picture-other": ("a picture of an unsupported type", _PICTURE),
    "icon": ("an icon", _PICTURE),
    "dicom": (
        "a medical image (DICOM)",
        "save it as JPEG in the viewer that came with it, and list the report as well",
    ),
    "drawing": ("a technical drawing (DWG, DXF)", _PRINT),
    "design": ("a file of a design program (CorelDRAW, InDesign)", _EXPORT),
    # what is no document
    "database": ("a database", "print the relevant parts to PDF"),
    "program": ("a program", "leave it out of the case, and do not open it"),
    "font": ("a font", "leave it out of the case"),
    "mac-fork": ("macOS metadata for another file", "list the file itself"),
    "zeros": (
        "only zeros: its content was lost in transit",
        "copy it again from its source",
    ),
    "unknown": ("of an unsupported type", "send it as PDF, JPEG, PNG, TIFF or Word file"),
}
