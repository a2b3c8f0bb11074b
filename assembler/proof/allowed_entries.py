"""List what each kind of dictionary in a bundle may hold; everything else is forbidden.

These are allow lists, because each edition of the PDF format adds keys that viewers, printers and
programs obey.
"""

from __future__ import annotations

import re

CATALOG = frozenset(
    (
        "/Type",
        "/Pages",
        "/Outlines",
        "/Names",
        "/Dests",
        "/OCProperties",
        "/PageLabels",
        "/PageMode",
        "/Lang",
        "/ViewerPreferences",
        "/StructTreeRoot",
        "/MarkInfo",
    )
)
INFO = frozenset(("/Title", "/Producer"))
PAGE = frozenset(
    (
        "/Type",
        "/Parent",
        "/MediaBox",
        "/CropBox",
        "/BleedBox",
        "/TrimBox",
        "/ArtBox",
        "/Rotate",
        "/Resources",
        "/Contents",
        "/Annots",
        "/Group",
    )
)
OUR_PAGE = PAGE | {"/StructParents", "/Tabs"}
LINK = frozenset(
    ("/Type", "/Subtype", "/Rect", "/QuadPoints", "/Border", "/BS", "/C", "/F", "/H", "/A", "/Dest")
)
OUR_LINK = LINK - {"/BS", "/C"} | {"/Contents", "/StructParent"}
ACTIONS = {
    "/GoTo": frozenset(("/Type", "/S", "/D")),
    "/URI": frozenset(("/Type", "/S", "/URI")),
    "/GoToR": frozenset(("/Type", "/S", "/F", "/D")),
}
OUTLINE_ITEM = frozenset(
    ("/Title", "/Parent", "/Prev", "/Next", "/First", "/Last", "/Count", "/Dest", "/C", "/F")
)
BRANCH = frozenset(("/Type", "/Parent", "/Kids", "/Count"))  # of the page tree
OUTLINES = frozenset(("/Type", "/First", "/Last", "/Count"))
FORM = frozenset(
    (
        "/Type",
        "/Subtype",
        "/FormType",
        "/BBox",
        "/Matrix",
        "/Resources",
        "/Group",
        "/Name",
        "/OC",
        "/Filter",
        "/DecodeParms",
        "/Length",
        "/StructParent",
        "/StructParents",
    )
)
IMAGE = frozenset(
    (
        "/Type",
        "/Subtype",
        "/Width",
        "/Height",
        "/ColorSpace",
        "/BitsPerComponent",
        "/ImageMask",
        "/Mask",
        "/Decode",
        "/Interpolate",
        "/Intent",
        "/SMask",
        "/SMaskInData",
        "/Matte",
        "/Name",
        "/OC",
        "/Filter",
        "/DecodeParms",
        "/Length",
        "/StructParent",
    )
)
LAYER_PROPERTIES = frozenset(("/OCGs", "/D"))
LAYER_CONFIGURATION = frozenset(
    (
        "/Name",
        "/Creator",
        "/BaseState",
        "/ON",
        "/OFF",
        "/Order",
        "/ListMode",
        "/RBGroups",
        "/Locked",
        "/Intent",
    )
)
LAYER = frozenset(("/Type", "/Name", "/Intent"))
LAYER_MEMBERSHIP = frozenset(("/Type", "/OCGs", "/P", "/VE"))
FORBIDDEN_KEYS = frozenset(
    (
        "/AA",
        "/JS",
        "/AF",
        "/EF",
        "/PieceInfo",
        "/OPI",
        "/Alternates",
        "/Metadata",
        "/Thumb",
        "/Usage",
    )
)
FORBIDDEN_TYPES = frozenset(
    (
        "/Metadata",
        "/EmbeddedFile",
        "/Filespec",
        "/Sig",
        "/SigRef",
        "/Rendition",
        "/MediaClip",
        "/3D",
        "/Bead",
        "/Thread",
        "/DPart",
        "/Collection",
        "/Template",
    )
)
FORBIDDEN_ACTIONS = frozenset(
    (
        "/JavaScript",
        "/Launch",
        "/GoToE",
        "/SubmitForm",
        "/ResetForm",
        "/ImportData",
        "/Named",
        "/Hide",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/SetOCGState",
        "/RichMediaExecute",
        "/GoTo3DView",
        "/GoToDp",
    )
)
# entries whose keys are names that a file chose, not words of the format
KEYS_OF_NAMES = frozenset(
    (
        "/Font",
        "/XObject",
        "/ExtGState",
        "/ColorSpace",
        "/Pattern",
        "/Shading",
        "/Properties",
        "/CharProcs",
        "/RoleMap",
        "/ClassMap",
        "/Colorants",
        "/Dests",
        "/Separation",
    )
)
# words of the format that a message may name
PUBLIC_WORDS = (
    CATALOG
    | PAGE
    | LINK
    | OUTLINE_ITEM
    | FORM
    | IMAGE
    | LAYER_CONFIGURATION
    | FORBIDDEN_KEYS
    | FORBIDDEN_TYPES
    | FORBIDDEN_ACTIONS
    | frozenset(ACTIONS)
    | frozenset(
        (
            "/AcroForm",
            "/OpenAction",
            "/Collection",
            "/Threads",
            "/Perms",
            "/URI",
            "/OutputIntents",
            "/PageLayout",
            "/Legal",
            "/Requirements",
            "/Extensions",
            "/Version",
            "/SpiderInfo",
            "/NeedsRendering",
            "/DSS",
            "/JavaScript",
            "/EmbeddedFiles",
            "/AP",
            "/Pages",
            "/Templates",
            "/IDS",
            "/URLS",
            "/Renditions",
            "/Author",
            "/Subject",
            "/Keywords",
            "/Creator",
            "/CreationDate",
            "/ModDate",
            "/Trapped",
            "/Dur",
            "/Trans",
            "/UserUnit",
            "/PresSteps",
            "/B",
            "/Tabs",
            "/StructParents",
            "/StructParent",
            "/VP",
            "/LastModified",
            "/SeparationInfo",
            "/TemplateInstantiated",
            "/Contents",
            "/NM",
            "/M",
            "/P",
            "/T",
            "/PA",
            "/AS",
            "/V",
            "/Configs",
            "/Ref",
            "/OC",
            "/DestOutputProfile",
            "/SE",
            "/Text",
            "/FreeText",
            "/Widget",
            "/Stamp",
            "/Ink",
            "/Popup",
            "/FileAttachment",
            "/Square",
            "/Circle",
            "/Line",
            "/Screen",
            "/Redact",
            "/Watermark",
            "/Highlight",
            "/Movie",
            "/Sound",
            "/Trapnet",
            "/Projection",
            "/RichMedia",
            "/PrinterMark",
        )
    )
)
HOST = "https://assembler.invalid/"  # reserved: a link of ours before it was given its page
_WEB = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x1f\x7f\\]+", re.IGNORECASE)


def is_harmless(address: str) -> bool:
    """Return whether a web address may stay: a browser, mail program or telephone opens it, and it
    runs no program."""
    return _WEB.fullmatch(address) is not None
