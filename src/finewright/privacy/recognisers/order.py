"""Order and purchase order numbers, by their words, or by a prefix such as `PO-88231`."""

from finewright.privacy.recognisers.named import named

_WORDS = (
    "order|purchase order|sales order|work order|po|p.o|bestellung|bestellnummer|bestellnr|bestell-nr|auftrag|"
    "auftragsnummer|auftragsnr|auftrags-nr|commande|bon de commande|pedido|orden|orden de compra|ordine|"
    "ordine di acquisto|encomenda|bestelling|ordernummer|siparis|sipariş|zamówienie"
)
_HEADERS = (
    "order|orderno|ordernumber|ordernum|orderid|orderref|po|pono|ponumber|purchaseorder|purchaseorderno|"
    "purchaseordernumber|salesorder|bestellung|bestellnummer|bestellnr|auftrag|auftragsnummer|auftragsnr|"
    "commande|numerocommande|pedido|numeropedido|ordine|numeroordine|encomenda|bestelling|ordernummer"
)

ORDERS = named("order", _WORDS, _HEADERS, "PO|SO|ORD|ORDER|BEST|AUF")
