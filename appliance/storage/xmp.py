"""XMP of a photo about the people in it: positions of faces and their expressions, never identities.

Face regions as photo programs read them: Metadata Working Group, Guidelines for Handling Image Metadata 2.0,
section 5.9. The scores stand in each region's extensions under a namespace of their own.
"""

from xml.etree import ElementTree as ET

from appliance.records.decision import Decision, Showing

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MWG = "http://www.metadataworkinggroup.com/schemas/regions/"
AREA = "http://ns.adobe.com/xmp/sType/Area#"
DIMENSIONS = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
META = "adobe:ns:meta/"
SCORES = "urn:smart-selfie:scores:1#"

_PREFIXES = {"x": META, "rdf": RDF, "mwg-rs": MWG, "stArea": AREA, "stDim": DIMENSIONS, "selfie": SCORES}
for _prefix, _uri in _PREFIXES.items():
    ET.register_namespace(_prefix, _uri)


def packet(decision: Decision) -> bytes:
    """Return the XMP packet for the picture of this decision; b"" when it shows nobody."""
    seen = [showing for showing in decision.people if showing.person.seen]
    if not seen:
        return b""
    root = ET.Element(f"{{{META}}}xmpmeta")
    description = _below(_below(root, RDF, "RDF"), RDF, "Description", {f"{{{RDF}}}about": ""})
    regions = _below(description, MWG, "Regions", {f"{{{RDF}}}parseType": "Resource"})
    picture = decision.frame.picture
    size = {"w": str(picture.width), "h": str(picture.height), "unit": "pixel"}
    _below(regions, MWG, "AppliedToDimensions", _named(DIMENSIONS, size))
    bag = _below(_below(regions, MWG, "RegionList"), RDF, "Bag")
    for showing in seen:
        _face(bag, showing, decision.frame.grey.shape)
    body: bytes = ET.tostring(root, "utf-8", xml_declaration=False)
    return b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' + body + b'<?xpacket end="w"?>'


def _face(bag: ET.Element, showing: Showing, shape: tuple[int, ...]) -> None:
    region = _below(_below(bag, RDF, "li"), RDF, "Description", {f"{{{MWG}}}Type": "Face"})
    height, width = shape
    box = showing.person.face.box
    left, right = max(0.0, box.x) / width, min(width, box.x + box.w) / width
    top, bottom = max(0.0, box.y) / height, min(height, box.y + box.h) / height
    area = {"x": (left + right) / 2, "y": (top + bottom) / 2, "w": right - left, "h": bottom - top}
    words = {key: f"{max(0.0, value):.6f}" for key, value in area.items()} | {"unit": "normalized"}
    _below(region, MWG, "Area", _named(AREA, words))
    scores = {name: f"{score:.3f}" for name, score in showing.person.face.scores.items()}
    _below(
        _below(region, MWG, "Extensions", {f"{{{RDF}}}parseType": "Resource"}),
        SCORES,
        "Expression",
        _named(SCORES, scores),
    )


def _named(namespace: str, values: dict[str, str]) -> dict[str, str]:
    return {f"{{{namespace}}}{key}": value for key, value in values.items()}


def _below(
    parent: ET.Element, namespace: str, name: str, attributes: dict[str, str] | None = None
) -> ET.Element:
    return ET.SubElement(parent, f"{{{namespace}}}{name}", attributes or {})
