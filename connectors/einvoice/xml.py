"""XML from outside, parsed so that it can neither reach out nor blow up."""

import re
from io import BytesIO

from lxml import etree

from connectors.einvoice.reading import Unreadable

_DOCTYPE = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\s++|<!--.*?-->|<\?.*?\?>)*+<!DOCTYPE", re.S
)


def parse(content: bytes) -> etree._Element:
    """The root element, comments and processing instructions left out.

    Nothing is fetched and no entity is expanded. Raises Unreadable when the document is not
    well-formed, has a document type declaration, is nested deeper than 256 elements or holds a
    single text of more than 10 MB.
    """
    if _DOCTYPE.match(content.replace(b"\0", b"")):
        raise _forbidden_dtd()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _explained(error) from None
    if root.getroottree().docinfo.doctype:
        raise _forbidden_dtd()
    return root


def root_name(content: bytes) -> str | None:
    """Name of the root element, as `{namespace}name`, of which nothing else is read.

    None when the document does not even begin as XML.
    """
    events = etree.iterparse(
        BytesIO(content),
        events=("start",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        _, root = next(iter(events))
    except (etree.XMLSyntaxError, StopIteration):
        return None
    return str(root.tag)


def _forbidden_dtd() -> Unreadable:
    return Unreadable(
        "forbidden_dtd",
        "The document has a document type declaration (<!DOCTYPE …>). Electronic invoices need"
        " none, and it can hide attacks: remove it.",
    )


def _explained(error: etree.XMLSyntaxError) -> Unreadable:
    line, column = error.position
    at = f"line {line}, column {column}"
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return Unreadable(
            "too_large",
            f"The XML is nested deeper than 256 elements or holds a single text of more than"
            f" 10 MB (an embedded attachment?), at {at}. Send it without.",
        )
    if error.code in _ENCODING_ERRORS:
        return Unreadable(
            "not_xml",
            f"The XML is not in the encoding that it declares, at {at}. Save it as UTF-8.",
        )
    what = error.msg.splitlines()[0].split(", line ")[0][:120]
    return Unreadable(
        "not_xml", f"The XML is not well-formed, at {at}: {what}. Send it again, whole."
    )


_ENCODING_ERRORS = frozenset(
    {
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
        etree.ErrorTypes.I18N_CONV_FAILED,
    }
)
