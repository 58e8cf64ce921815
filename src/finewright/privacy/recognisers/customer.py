"""Customer numbers, by their words, or by a prefix such as `CUST-10442`."""

from finewright.privacy.recognisers.named import named

_WORDS = (
    "customer|client|cust|debtor|member|subscriber|policyholder|kunde|kunden|kundennummer|kundennr|kunden-nr|kd|"
    "kd.-nr|kd-nr|debitor|debitorennummer|mitglied|mitgliedsnummer|numéro client|numero client|n° client|"
    "no client|abonné|cliente|número de cliente|codice cliente|klant|klantnummer|müşteri|klient|klienta"
)
_HEADERS = (
    "customer|customerno|customernumber|customernum|customerid|customerref|custid|custno|client|clientno|"
    "clientnumber|clientid|debtorno|memberid|membernumber|kunde|kundennummer|kundennr|kundenid|debitor|"
    "numeroclient|cliente|numerocliente|codicecliente|klantnummer"
)

CUSTOMERS = named("customer", _WORDS, _HEADERS, "CUST|CUS|CLI|CLNT|KD|KDNR|CRM")
