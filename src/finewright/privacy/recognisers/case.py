"""Case, ticket, claim and file numbers, by their words, or by a prefix such as `CASE-00123`."""

from finewright.privacy.recognisers.named import named

_WORDS = (
    "case|ticket|claim|incident|complaint|docket|aktenzeichen|fall|fallnummer|vorgang|vorgangsnummer|schaden|"
    "schadennummer|schaden-nr|beschwerde|dossier|sinistre|expediente|caso|siniestro|reclamación|reclamacion|"
    "pratica|sinistro|processo|zaak|zaaknummer|dossiernummer|dosya|sprawa"
)
_HEADERS = (
    "case|caseno|casenumber|caseid|caseref|ticket|ticketno|ticketnumber|ticketid|claim|claimno|claimnumber|"
    "claimid|incident|incidentid|docket|fileno|filenumber|aktenzeichen|fallnummer|vorgangsnummer|schadennummer|"
    "dossier|numerodossier|expediente|caso|pratica|zaaknummer|dossiernummer"
)

CASES = named("case", _WORDS, _HEADERS, "CASE|CAS|TICKET|TKT|TCK|CLM|CLAIM|INC|SR")
