"""Sentences with gaps, from which the tagger of names is trained. Knows no list of names.

Gaps that are names: P a whole name, p a name in any form, g a given name, f a family name, I a name with initials, U a
whole name in capitals, c a company, a a postal address, s a street with its number, r a street alone, t a town or region,
k a country. Gaps that are not: T a title, z a postcode, d a date, D a day of the week, M a month, n a number, m an amount,
j a job, o a product, w a capitalised phrase that names nobody, W a word, h a phone number, e an e-mail address, i a reference,
N a nationality or language, b an ordinary sentence.
"""

# Word lists read best as text, and templates as one line each.
# ruff: noqa: E501

from names_voices import VOICES

PERSON = """
Founders: {f}, {f} and {f}|Messrs {f}, {f} and {f}|{f}, {f} and {f} wrote the report.|colleagues {f} and {f}|{f} and {f} agreed.
{g} gave {g} the book.|{g} asked {g}: "{b}"|{g} said to {g}: {b}|{g}: "{b}" {g}: "{b}"|{g} is a kind person.|{g} is nice. {b}
a {P} song|the {P} recording|the {f} version of it|a huge {p} fan|not by {P}|produced by {P}, {b}|Producer {P} explained: "{b}"
{p} was called {n}|her name was {P}|called {P}|under {P}|under the name {P}|it's {P}|{p}?|as {p} points out, {b}|As {P} put it, "{b}"
account with {T} {g}|join accounts with {p}|add {P} as guardian|add {P} as a beneficiary|change it to {P}|correct it to {T} {P}?
the story of {p} is told again|speaking to {p} about it|{p} began writing as a teenager.|a letter from {p} to {p}|{p} fan club
My name is {P}.|Hi, this is {p} calling about my account.|I am {P} and I need help.|Hello {g},|Dear {T} {f},|Hi {g}, {b}
Dear {P},\\n\\n{b}|Hey {g}! {b}|Good morning {T} {f}, {b}|{b}\\n\\nKind regards,\\n{P}|{b}\\n\\nBest,\\n{g}|Thanks, {g}
{b} Regards, {P}, {j}|Yours sincerely\\n{P}\\n{j}\\n{c}|Cheers\\n{g}|Best regards,\\n\\n{P} | {j} | {c}|Signed: {P}, {d}
Please add {P} as an authorised user.|can you change the name on my card to {P}|The card is under the name of {P}
{p} called on {D} and asked about order {i}.|I spoke with {p} yesterday and nobody called me back.|Is {p} there?
{P} ({j}) approved the request.|Approved by {P} on {d}|{T} {p} will attend.|{T} {f} signed the contract.|cc: {P}; {P}
Meeting with {P}, {P} and {P} on {D}.|Present: {P}, {P}, {P}|Attendees:\\n- {P}\\n- {P}\\n- {P}, {c}|Ask {g} about it.
According to {p}, {b}|{p} said: "{b}"|"{b}", said {p}.|"{b}" {p} replied.|{p}: {b}\\n{p}: {b}|{b} ({p})|{b} – {P}
{P} was born in {t} in {n}.|{P}, {n}, lives in {t}.|{p} moved from {t} to {k}.|{p}'s account was closed.|{b} I met {p}.
The invoice was sent to {P} by {P}.|Forward it to {g} or {g}.|Name: {P}|Name of cardholder: {P}|Customer: {P} ({i})
Contact: {P}, {h}|Attn: {P}|Attention {T} {f}|From: {P} <{e}>\\nTo: {P} <{e}>\\nSubject: {w}|From: {f}, {g}\\nSent: {d}
Beneficiary: {P}|Account holder {P}|Payer: {P}, reference {i}|SEPA transfer {P} {i} {m}|Payment from {P} ref {i}
transfer to {P} {m} {d}|PAYMENT {P} INV {i}|Rent {M} {P}|Salary {M} {g} {f}|gift for {g}|{g} owes me {m}|dinner with {g}
Employee: {P}\\nDepartment: {w}\\nSalary: {m}|{f}, {g}|{f}, {g}\\t{i}\\t{m}|{i},{P},{e},{m}|{g} {f} {h}|{P} <{e}>
My wife {g} and my son {g} are on the policy.|my husband {p} has lost his card|My daughter {g} is {n} years old.
This agreement is made between {P} ("the Borrower") and {c} ("the Lender").|by and between {c} and {P}, dated {d}
I, {P}, hereby declare that {b}|the undersigned {P}|Witness: {P}|represented by its {j} {P}|Guarantor: {P}, {a}
The song was written by {P} and {P}.|{P} is best known for the film.|a novel by {P}|directed by {p}, starring {P}
{P} won the match against {P} in {t}.|{p} scored twice.|Coach {p} praised {f}.|The {f} family owns it.|{f} et al. {n}
{N} artist {P} opened a gallery.|{j} {P} resigned on {D}.|President {p} met Chancellor {f} in {t}.|Chairman {f} noted it.
{T} {f} dissented.|Voting for this action: {T} {f}, {T} {f}, and {T} {f}.|Senator {p} of {t}|Judge {f} ruled that {b}
{g} and {g} are friends.|{g}, {g} and {g} went out.|{g} has {n} apples and gives {n} to {g}.|tell {g} i said hi
have you seen {p}?|Do you know {p}?|who is {P}|Who is {p} talking to?|{p} is here|{p} and I have a joint account.
Could you put me through to {p}, please?|I'd like to talk to {T} {f}.|I was helped by {g} at the {t} branch.|It is {g}.
Patient {P}, seen on {d} by Dr. {f}.|Patient: {f} {g}, DOB {d}|{T} {f} complains of headaches.|Dr. {f} recommended rest.
{P} → {P}: {b}|@{g} can you check {i}?|[{d}] {p}: {b}|{n}. {P}\\n{n}. {P}\\n{n}. {P}|* {P} ({c})|{P}; {P}; {P}
{P}\\n{j}\\n{c}\\n{a}\\nPhone: {h}|{P}\\n{c}\\nTel. {h}\\n{e}|{P}\\n{h}|{P}, {j}, {c}|{P} / {c} / {h}|{P} - {j}
Spouse: {P} Children: {g}, {g}|Emergency contact: {P} ({h})|Reported by: {P}|Assigned to: {g}|Created by {g} {f} on {d}
username: {g}|first_name: {g}, last_name: {f}|{{"name": "{P}", "city": "{t}"}}|{{"first": "{g}", "last": "{f}", "id": {n}}}
<name>{P}</name>|name={P};city={t}|{P}|{g}|{T} {f}|{P}\\n|{g} {f} ({N})|Nurse {f} is on duty.|Sergeant {f}|Sir {P}
You can reach {g} at {h}.|{g}'s email is {e}|write to {e}, {P}|Sorry {g}, {b}|Thank you {g}!|ok {g}, {b}|{g}? {b}
{b} Mr and Mrs {f}|the late {P}|Mrs {f}'s daughter {g}|{g}'s brother {g} works at {c}.|{p} from {c} called.|{p} of {c}
Sehr geehrter Herr {f},|Sehr geehrte Frau {P},|Liebe {g}, vielen Dank.|Mein Name ist {P}.|Ich heiße {P} und wohne in {t}.
Ich habe mit Herrn {f} gesprochen.|Mit freundlichen Grüßen\\n{P}|Viele Grüße {g}|Überweisung an {P} {m}|Kontoinhaber: {P}
Der Kunde {P} hat angerufen.|Die Rechnung ging an Frau {f} in {t}.|Geschäftsführer: {P}|Ansprechpartner: {P}, Tel. {h}
Bonjour {T} {f},|Je m'appelle {P}.|Cordialement,\\n{P}|Monsieur {P} habite à {t}.|Le client {P} a appelé.|Merci {g} !
Me llamo {P}.|Estimado señor {f}:|Saludos, {g}|El cliente {P} vive en {t}.|Atentamente,\\n{P}|Hola {g}, gracias.
Mi chiamo {P}.|Gentile {T} {f},|Cordiali saluti\\n{P}|Il cliente {P} abita a {t}.|Ciao {g}!|Meu nome é {P}.|Olá {g},
Caro {T} {f},|Atenciosamente,\\n{P}|Beste {g},|Mijn naam is {P}.|Met vriendelijke groet,\\n{P}|Hei {g},|Nimeni on {P}.
Hej {g},|Jag heter {P}.|Med vänliga hälsningar\\n{P}|Mit navn er {P}.|Nazywam się {P}.|Pozdrawiam\\n{P}|Jmenuji se {P}.
A nevem {P}.|Benim adım {P}.|Sayın {f},|Меня зовут {P}.|С уважением,\\n{P}|Με λένε {P}.|{P} さん、こんにちは。|我叫{P}。
"""

COMPANY = """
The address of {c} is {a}|{c}'s address is {a}|{P}\n{j}\n{c}\n{a}|{P}\n{c}\n{a}|{P}\n{j}\n{c}\n{a}\n{h}|{c}\n{a}\n{h}|{c}, {s}, {t}
{c} is the idea of {P} and {P}.|{c} was founded by {f}, {f} and {f}.|including {P} of {c}, {P} of {c} and {c}'s {P}|{c}'s {P}
{P}, {c}, {a}|meeting at {c}, {s}, {t}|{g} is at {c} now|a job at {c}|{c} in {t}|{c}, {t}, {k}|big firms: {c}, {c} and {c}
I work at {c}.|I work for {c} as a {j}.|{c} announced results on {D}.|Shares of {c} rose {n}%.|{c} acquired {c} for {m}.
{c} ({t})|{c} is headquartered in {t}.|The invoice from {c} is overdue.|{c} reported revenue of {m} for {n}.|{c} and {c}
Vendor: {c}|Supplier: {c}\\nInvoice: {i}|Employer: {c}|Bill to: {c}, {a}|Merchant: {c} {t}|POS {c} {t} {d}|CARD {c} {m}
payment to {c} declined|i was charged {m} by {c}|My employer, {c}, pays me monthly.|a subsidiary of {c}|clients of {c}
{c} has filed for bankruptcy.|{c}, a {N} company, sells it.|{c} is a {N} maker of software based in {t}.|owned by {c}
The merger of {c} with {c} was approved.|Analysts at {c} expect that {b}|{c} CEO {P} resigned.|{P}, {j} at {c}, said so.
{P} joined {c} in {n}.|{P} of {c}|{P} from {c} is the speaker.|{P} founded {c} with {P}.|The {c} board met in {t}.
between {c}, a company registered in {k}, and {c}|{c} (the "Company")|{c} ("Supplier")|Lender: {c}\\nBorrower: {c}
Transfer {c} {i}|DIRECT DEBIT {c} {i}|{c} INV {i} {m}|REMITTANCE {c} {d} {m}|refund from {c}|Order {i} from {c}
She moved from {c} to {c} last year.|I bought it at {c}.|our account with {c}|The auditors, {c}, signed the report.
{c} will merge with {c}, {c} and {c}.|competitors such as {c}, {c} and {c}|customers: {c}, {c}, {c}|{c}; {c}; {c}
{c}|{c}\\n{a}|{P}\\n{c}|Welcome to {c}!|Thank you for choosing {c}.|Copyright {n} {c}|{c} Customer Service|{c} logo
We use {c} for payroll.|Our supplier {c} in {t} is late.|The bank, {c}, refused.|{c}'s shares fell.|{c}'s new {j} is {P}.
{c} was named company of the year.|{c} won the award.|the {c} report|a {c} spokesman said|working with {c} on it
Die {c} hat ihren Sitz in {t}.|Ich arbeite bei {c}.|Rechnung der {c} vom {d}|Lieferant: {c}|Auftraggeber: {c}
{c} a annoncé ses résultats.|Je travaille chez {c}.|Trabajo en {c}.|La empresa {c} de {t}|Lavoro per {c}.|Fornitore: {c}
Fatura da {c}|Jag jobbar på {c}.|Firma {c} z {t}|{c} has gone out of business in {k}|{b} That is what {c} does.
I recommend {c}, {b}|Is {c} a good place to work?|did {c} call back|Interview at {c} on {D}|Support {c} in its mission to {b}
"""

ADDRESS = """
My address is {a}.|I live at {a}.|I live at {s}.|He lives at {s}, {t}|{P} lives at {s}, {t}|our offices are at {a}
Please send it to {a}.|Ship to: {a}|Ship to:\\n{P}\\n{a}|Billing address: {P}\\n{a}|Address: {a}|Delivery address:\\n{a}
{P}\\n{a}|{c}\\n{a}|{P}\\n{c}\\n{a}\\n{h}|{c}, {a}|{P}, {a}|{P}, {s}, {t}|c/o {P}\\n{a}|{T} {P}\\n{a}|{a}
the office at {s}|The new branch is located at {a}|please update my address to {a}|change my address from {a} to {a}
I moved to {s} last month.|I used to live in {s}|my new address: {a}|Registered office: {a}|with its seat at {a}
Meet me at {s} at {n}.|The store is on {r}.|Turn left onto {r} and then right onto {r}.|on the corner of {r} and {r}
the corner of {r} and {r}|The bus stops on {s}.|He walked down {r}.|A fire broke out on {r} in {t}.|near {s}, {t}
Property: {a}\\nPrice: {m}|Tenant {P} of {a}|{P} residing at {a}|resident of {a}|{P}, of {a},|the premises at {a}
Call a taxi to {s}.|Deliver it to {s}, {t}, please.|return it to {a} if it does not fit|send my card to {a}? Thanks
Is {a} still right?|{a} is where I live.|We'll meet at {c}, {a}|We'll meet {D} at {s}.|Statement for {a}, {M} {n}
{i},{P},"{a}",{m}|{{"name": "{P}", "address": "{a}"}}|address={s};city={t}|Street: {s}\\nCity: {t}|Street: {s} City: {t}
user: {a}|bot: where should it go? user: {a}|my mailing address has changed, it's {a}|Mail to {a}. {b}|{b} {a} {b}
Ich wohne in der {s}.|Meine Adresse lautet {a}.|Anschrift: {a}|{P}, wohnhaft {a}|Lieferadresse: {P}, {a}|Sitz: {a}
J'habite au {s}.|Mon adresse est {a}.|Adresse de livraison : {a}|Vivo en {s}.|Mi dirección es {a}.|Abito in {s}.
Il mio indirizzo è {a}.|Moro na {s}.|Jag bor på {s}.|Mieszkam przy {s}.|Osoitteeni on {a}.|Mijn adres is {a}.|Lakcím: {a}
Adresim: {a}|Адрес: {a}|住所：{a}|地址：{a}|Pick-up point: {s}|Venue: {s}, {t}|Directions to {s}|Visit us at {a}
"""

PLACE = """
She arrived at {t} on {D}.|He came from {k} last week.|{w} of {k}|the {k} market|{t} and {t}|a bank in {t}|near {t}|{k}'s {w}
We went to {t}, {k}, in {M}.|visit to {t}|Greetings from {t}!|{t} to {t} costs {m}|Republic of {t}|shipped from {k}|{k} {n}
{b} in {t}.|{b} in {k}.|{b} from {t}|{t} has {n} people.|in {t} on {d}|{t} ({k})|{t}-based {c}|I miss {t}.|downtown {t}|to {k}
the {k}'s {j}|our home city {t}: {b}|{t} River|County of {t}|the {t} region|{w}, {t}|{w} in {t}|The {j} arrived in {t} today.
I live in {t}.|I'm from {t}.|I am travelling to {k} next week.|We moved here from {k}.|flights from {t} to {t}|{t}, {k}
The weather in {t} is fine.|Our {t} office is closed.|the {t} branch|born in {t}, {k}|{t} is a city in {k}.|made in {k}
My card was stolen in {t}.|I will be in {t} on {D}.|Can I use my card in {k}?|do you deliver to {k}|exports to {k} rose
{k} and {k} signed a treaty.|The {k} economy grew.|elections in {k}|A court in {t} ruled on {D}.|from {t} via {t} to {t}
{t}, {d} – {b}|{t}: {b}|City: {t}|Country: {k}|Place of birth: {t}|{t} airport|the University of {t}|the mayor of {t}
North of {t}, {b}|She studied in {t} and {t}.|They visited {t}, {t} and {t}.|Sales in {k} and {k} fell {n}%.|{k}
{t}|{P}\\n{t}\\n{k}|{P}, {t}|{P} from {t}|When: {d}\\nWhere: {t}|Location: {t}, {k}|Trip to {t} {d}|Hotel {t} {m}
I am {N} but I live in {k}.|the {N} embassy in {t}|{k} leader gives order|{t} bridge is closed.|people in {t} say so
Ich wohne in {t}.|Die Reise nach {t} war schön.|Je vis à {t}.|Vivo en {t}.|Abito a {t}.|Jag bor i {t}.|Bydlím v {t}.
{b} {t} is nice.|is {t} nice in {M}?|i lost my wallet in {t}|my card does not work in {t}|ATM {t} {d} {m}|ATM withdrawal {t}
"""

NOTHING = """
the {w}|of the {w}|{w}s|({w})|{w} {i}|my {w}|{w}, {w} and {w}|Do you accept {w} and {w}?|I need {w} not {w}.|{w} bonds fell.
IBAN {i}|My IBAN is {i}|see {i}|{i}|{i}, {i}, {i}|website: {i}|visit {i} for details|code {i}|{w} | {m} | {m}\n{w} | {n} | {n}
In {n}, {b}|Overall, {b}|However, {b}|Meanwhile, {b}|So, {b}|Consequently, {b}|{w} {b}|{b} The {w} {b}|- {b}\n- {b}|{n}. {b}
rose {n}% in {M}|(in thousands) {n} {n}|{w}:\n{b}|{D} {d}: {b}|> {b}\n> {b}|*{w}*|"{w}"|“{b}”|{o} and {o}|with {o}|{o} {n}
{b}|{b} {b}|{b} {b}|{b} {b} {b}|{w}|{w}: {n}|{w}\\n{b}|{w} and {w}|The {w} is due on {d}.|{w} Act of {n}|{D}, {d}|{b} {D}.
{o} is not working.|I bought a {o} in {M}.|The {o} update fixed it.|{j}|I work as a {j}.|We are hiring a {j}.|{j} wanted
Payment of {m} is due in {M} {n}.|Invoice {i} for {m}|Order {i}|Order No. {i}, {d}|{N} food|She speaks {N} and {N}.
My phone number is {h}.|my email is {e}|Call {h}.|Total: {m}|{n} {n} {n}|{i} {i}|{d} {m} {i}|Figure {n}|Table {n}: {w}
Section {n}. {w}.|Chapter {n}|{w} (see note {n})|Balance at {M} {n}|Net Income {m}|{w} {m} {m} {m}|As of {d}, {b}
PLEASE NOTE: {b}|URGENT {b}|How do I {w}?|{D} and {D}|from {D} to {D}|in {M} and {M}|Q{n} results|FY{n} {w}
Title {n} of the {w} protects it.|the {w} Committee|the Board of {w}|Department of {w}|Ministry of {w}|{w} Index|{w} Fund
Dear Sir or Madam,|Dear Customer,|Dear Team,|Hi all,|Hello there,|Good morning,|Kind regards|Thanks in advance|Hi, {b}
To whom it may concern: {b}|Yes, {b}|No. {b}|OK. {b}|Oh, {b}|Subject: {w}|Re: {w}|Status: {w}|Priority: High|{w}? {b}
{b}|{b}|{b}|{b}|{b}|{b}|{b}|{b}|{b}|{b}|{b}|{b}|The {j} of the {w} said that {b}|Sir, {b}|My boss, {b}|I think {b}
"""

ALL = {"person": PERSON, "company": COMPANY, "address": ADDRESS, "place": PLACE, "nothing": NOTHING}


def templates() -> dict[str, list[str]]:
    """Every template by what it is mostly about, in the order written; `|` and line ends part them."""
    return {
        about: [one.replace("\\n", "\n").replace("\\t", "\t") for one in text.replace("\n", "|").split("|") if one]
        for about, text in ((about, text + VOICES[about]) for about, text in ALL.items())
    }
