"""Import the heavy libraries once, in the fork server, so that each worker starts with them."""

from importlib import import_module

from assembler.runtime.process_setup import lift_picture_limit, limit_threads

LIBRARIES = (
    "fontTools.subset",
    "fontTools.ttLib.tables._c_m_a_p",
    "fontTools.ttLib.tables._n_a_m_e",
    "img2pdf",
    "numpy",
    "office2pdf",
    "pikepdf",
    "PIL.Image",
    "PIL.ImageFilter",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "pypdf",
    "pypdfium2",
    "tesserocr",
)

limit_threads()
for library in LIBRARIES:
    import_module(library)
lift_picture_limit()
