"""Loaded once in the fork server, so that each worker starts with the heavy libraries in place."""

import img2pdf
import numpy
import office2pdf
import pikepdf
import PIL.Image
import pypdfium2
import tesserocr
