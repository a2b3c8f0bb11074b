"""Loaded once in the fork server, so that each worker starts with the heavy libraries in place."""

import fontTools.ttLib.tables._c_m_a_p
import fontTools.ttLib.tables._n_a_m_e  # noqa: F401
import img2pdf  # noqa: F401
import numpy  # noqa: F401
import office2pdf  # noqa: F401
import pikepdf  # noqa: F401
import PIL.Image
import PIL.ImageFilter  # noqa: F401
import pypdf  # noqa: F401
import pypdfium2  # noqa: F401
import tesserocr  # noqa: F401
