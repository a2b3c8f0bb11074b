"""Places in a packet that a person signs by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignerRole(StrEnum):
    """The capacity in which a person signs a paper."""

    PETITIONER = "petitioner"
    BENEFICIARY = "beneficiary"
    SUPPORTER = "supporter"
    ATTORNEY = "attorney"
    DECLARANT = "declarant"
    INTERPRETER = "interpreter"
    TRANSLATOR = "translator"
    PREPARER = "preparer"
    ACCOUNT_HOLDER = "account-holder"  # of the card or bank account that pays the fee
    WRITER = "writer"  # of a letter
    SERVER = "server"  # of a certificate of service: who mailed or handed over the papers

    @property
    def words(self) -> str:
        """Return the role as people write it: "account holder"."""
        return self.value.replace("-", " ")


class SignatureState(StrEnum):
    """What is known of the ink at a place, when the packet is built."""

    NEEDED = "needed"  # the page is printed without it
    EXPECTED = "expected"  # the page came to us completed, and should be signed already


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePlace:
    """A place on a page of the bundle where one person signs."""

    number: int  # page in the bundle, from 1
    part: str  # id of the packet's part
    paper: str  # plain name of the paper: "Form I-131"
    role: SignerRole
    # id of the person in case.json; of a signer without an id the JSON pointer of their place in
    # it ("/attorney"); "" if the case does not say who it is
    signer: str
    # left, bottom, right, top of the signature line on the page as displayed, points, origin at
    # the bottom left; None if it is somewhere on the page
    box: tuple[float, float, float, float] | None
    rule: str  # id in schemas/facts/signatures.json
    copy_allowed: bool  # a copy of the page signed by hand may be filed instead of the page itself
    state: SignatureState = SignatureState.NEEDED
    on_behalf_of: str = ""  # id of the person that the signer signs for: a child


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A person who signs pages of the packet."""

    id: str  # as `SignaturePlace.signer`
    name: str
