"""All identifiers that have a form, in the order in which they win where two fit a text equally well.

The stricter the proof, the earlier: what a long checksum proves comes before what a word tells.
"""

from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.aba import ABA
from finewright.privacy.recognisers.account import ACCOUNTS
from finewright.privacy.recognisers.bic import BICS
from finewright.privacy.recognisers.case import CASES
from finewright.privacy.recognisers.cusip import CUSIP
from finewright.privacy.recognisers.customer import CUSTOMERS
from finewright.privacy.recognisers.ein import EINS
from finewright.privacy.recognisers.email import EMAIL
from finewright.privacy.recognisers.iban import IBAN
from finewright.privacy.recognisers.invoice import INVOICES
from finewright.privacy.recognisers.ip import IPS
from finewright.privacy.recognisers.isin import ISIN
from finewright.privacy.recognisers.itin import ITINS
from finewright.privacy.recognisers.lei import LEI
from finewright.privacy.recognisers.order import ORDERS
from finewright.privacy.recognisers.payment_card import PAYMENT_CARDS
from finewright.privacy.recognisers.phone import PHONES
from finewright.privacy.recognisers.secret import SECRETS
from finewright.privacy.recognisers.sedol import SEDOL
from finewright.privacy.recognisers.sort_code import SORT_CODES
from finewright.privacy.recognisers.ssn import SSNS
from finewright.privacy.recognisers.tax_id import TAX_IDS
from finewright.privacy.recognisers.vat import VATS
from finewright.privacy.recognisers.wallet import WALLETS

CATALOGUE: tuple[Recogniser, ...] = (
    *SECRETS, *WALLETS, IBAN, LEI, ISIN, EMAIL, *PAYMENT_CARDS, *VATS, CUSIP, SEDOL, ABA, *SSNS, *ITINS, *TAX_IDS,
    *EINS, *BICS, *IPS, *SORT_CODES, *INVOICES, *ORDERS, *CUSTOMERS, *CASES, *ACCOUNTS, *PHONES,
)  # fmt: skip
