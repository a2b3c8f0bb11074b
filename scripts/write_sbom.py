"""Write the bill of materials: what assembler needs to run, as CycloneDX JSON.

`make sbom` writes build/sbom/assembler.cdx.json from the lock: name, version, license, package URL,
and the SHA-256 of each file that may be installed. The same lock gives the same bytes: no date, no
random serial number.
"""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from assembler import __version__
from scripts import list_licenses
from scripts.lock_files import Pin

TARGET = Path(__file__).parent.parent / "build/sbom/assembler.cdx.json"


def describe_pin(pin: Pin, scope: ComponentScope, license_: str) -> Component:
    """Return the component for one dependency.

    Its hashes are those of all files of this version: one for each system and Python.
    """
    purl = PackageURL(type="pypi", name=pin.name, version=pin.version)
    return Component(
        name=pin.name,
        version=pin.version,
        type=ComponentType.LIBRARY,
        scope=scope,
        purl=purl,
        bom_ref=purl.to_string(),
        licenses=[LicenseExpression(license_)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in pin.hashes],
    )


def make_bom(known: dict[str, str]) -> Bom:
    """Return the bill of materials.

    known: name → license, for packages that are not installed here.
    """
    scopes = {"every run": ComponentScope.REQUIRED, "extra": ComponentScope.OPTIONAL}
    components = [
        describe_pin(pin, scopes[use], list_licenses.read_license(pin, known))
        for pin, use in list_licenses.runtime_pins()
    ]
    bom = Bom(components=components)
    bom.metadata.timestamp = None
    purl = PackageURL(type="pypi", name="assembler", version=__version__)
    bom.metadata.component = Component(
        name="assembler",
        version=__version__,
        type=ComponentType.APPLICATION,
        purl=purl,
        bom_ref=purl.to_string(),
        licenses=[LicenseExpression("MIT")],
    )
    content = "".join(pin.format() for pin, _ in list_licenses.runtime_pins())
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"{purl.to_string()}\n{content}")
    required = [part for part in components if part.scope is ComponentScope.REQUIRED]
    bom.register_dependency(bom.metadata.component, required)
    return bom


def format_bom(bom: Bom) -> str:
    """Return CycloneDX 1.6 as JSON."""
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return outputter.output_as_string(indent=1) + "\n"


def main() -> int:
    known = list_licenses.read_known(list_licenses.TARGET.read_text(encoding="utf-8"))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(format_bom(make_bom(known)), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
