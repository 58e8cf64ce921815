"""Sentences with gaps in many voices: chats, mails, statements, contracts, news, lists, and other languages.

The gaps are those of names_templates.py. Knows no list of names.
"""

# Templates read best as one line each.
# ruff: noqa: E501

PERSON = """
hey {g} u there?|hiya {g}!|yo {g}, {b}|gm {g}, {b}|{g} pls {b}|ok thx {g}|ty {g}!|brb, {g} is calling|omg {g} {b}|idk ask {g}|{g}??|k {g}|nvm, {g} fixed it
{g} can u send it again|sorry {g} i missed ur call|cya {g}|{g} said no|{g} did it again, {b}|thats what {g} told me|so {g} goes: {b}|hi its {g} again|this is {g} btw
me and {g} split the bill|{g} n {g} r coming|where is {g}|whos {f}?|not {g}, {g}!|{g} {f} here.|{g} here, calling about {i}|{P} speaking.|You're talking to {g}.|with {g} now
Over to you, {g}.|{g}, could you look at this? {b}|{g}, {g}: {b}|Adding {g} and {g} to the thread.|+{g} for visibility|Looping in {P} from {w}.|FYI {g}|cc {g}|As discussed with {g}, {b}
Many thanks\\n{g}|Thanks and regards\\n{P}|Rgds\\n{g}|BR, {g}|Best,\\n{P}\\n{j}|Cheers, {g}|Take care,\\n{g}|Sincerely,\\n\\n{P}|All the best\\n{g} {f}|Speak soon\\n{g}|xx {g}|Love, {g}
Respectfully,\\n{P}|Cordially\\n{P}\\n{c}|{b}\\n\\nThanks!\\n{g}|{b}\\n--\\n{P}\\n{h}|{b}\\n\\n{g}|{b} {g}|{b} -{g}|{b}\\n/{g}|Yours,\\n{P}\\n{j}, {c}|On behalf of {P}|p.p. {P}
Mrs {f} phoned twice.|{T} {f} is away until {D}.|the complaint of {T} {f}|a call with {T} {f} and {T} {f}|Please tell {T} {f} that {b}|{T} {P} paid {m}.|Dr {f} referred her.|Prof. {f} objected.
{f}, {g}; {f}, {g}|{f}, {g}\\n{f}, {g}\\n{f}, {g}|{n}) {f}, {g}|{f}, {g} ({i})|{f}, {g} - {j}|{i} {f}, {g} {m}|Name: {f}, {g}|Claimant: {f}, {g}|Student {f}, {g}|{f}, {g}, {d}|{f}, {T} {g}
{I}|{I} and {I}|paid by {I}|{I} signed for it.|Drawn on the account of {I}|Cardholder {I}|Thanks, {I}|Dear {I},|{I} ({j})|Ref {I} {i}|{I}, {j}, spoke next.|{I}; {I}; {I}|Author: {I}
{U}|{U}\\n{a}|ACCOUNT HOLDER {U}|CARD {U} {n}|FPS {U} {d}|TRF FROM {U} {m}|{U} STANDING ORDER|PAYMENT RECEIVED - {U}|BENEFICIARY {U}|To: {U}|{U} {m}|CHQ {n} {U}|{D} {U} {i}
{p} and {p} are listed as contacts.|{p}, {p} and {p} voted against.|Neither {p} nor {p} replied.|{p} or {p} will open the door.|except {p}|between {p} and {p}|besides {p} and {p}, {b}|after {p} left, {b}
{p} knows.|{p} agreed.|{p} refused to sign.|{p} wants a refund.|{p} has died.|{p} has moved.|{p} lost the card.|{p} will pay {m}.|{p} never got it.|{p} is my guarantor.|{p} asked for {b}|{p} thinks {b}
it was {p} who {b}|the one {p} mentioned|what {p} sent|since {p} joined|before {p} retired|because {p} {b}|if {p} calls, {b}|when {p} rang, {b}|though {p} denies it|until {p} pays|unless {p} signs
{p}'s card|{p}'s invoice is late|{p}'s phone is {h}|{p}'s sister {g}|{p}'s letter of {d}|{p}' account|the {f}s|Mr {f}'s flat|the house of the {f} family|{p}'s and {p}'s accounts|{p}'s daughter, {g}, {b}
I owe {p} {m}.|lend {p} {m}|pay {p} back|send {m} to {p}|got {m} from {p}|I sent {p} {m} by mistake|gave {p} my pin|block {p}|invite {p}|remove {p} from the account|add {g} to my plan|call {p} on {h}
my brother {g}|my mum {g}|my dad {P}|my aunt {g} {b}|my boss {p}|our neighbour {p}|her grandson {g}|his fiancée {P}|my ex {g}|our nanny {g}|my cousin {P} {b}|my late wife {P}|my business partner {P}
a man called {P}|someone named {g}|a certain {T} {f}|the name {P} rings a bell|spelled {f}|maiden name {f}|née {f}|aka {g}|nickname {g}|known as {P}|formerly {P}|first name {g}, surname {f}|signed "{P}"
Executor: {P}|Heir: {P}|Driver: {P}|Teacher: {f}|Doctor: {T} {f}|Caller: {p}|Agent: {g}|Cashier: {g}|Buyer: {P}|Seller: {P}|Owner {P}|Landlord: {P}|Tenant: {P}|Sender: {P}|Recipient: {P}|Interviewer: {g}
Caller: {p}\\nAgent: {g}\\n{b}|{g}: {b}\\n{g}: {b}\\n{g}: {b}|[{n}:{n}] {g}: {b}|<{g}> {b}|{g} wrote on {d}:\\n> {b}|{P} | {d} | {b}|{P}, {h}, {e}|{P}\\t{c}\\t{m}|{P};{e};{h}|{i} | {P} | {m}
Inspector {f} took notes.|Councillor {P} abstained.|Minister {f} resigned.|Governor {f} noted that {b}|Justice {f} wrote {b}|Lord {f}|Lady {f}|Sister {g}|Father {g}|Uncle {g} {b}|Aunt {g}|King {g}|St. {g}
The {N} {j} {P} said on {D} that {b}|{P}, a {N} {j}, {b}|{P}, who was born in {t}, {b}|{P}, {n}, of {t}, {b}|{P} ({t}) {b}|{P} played {P} in it.|a film by {P}|songs of {P}|{P} sang.|read {f} {n}
"{b}" – {P}, {c}|"{b}", {f} added.|{f}: "{b}"|For {f}, {b}|Like {f}, {b}|Unlike {f}, {b}|To {f}, {b}|With {f} gone, {b}|Even {f} {b}|In {f}'s view, {b}|{f} disagrees|{f} ({n}) shows that {b}|see {f} and {f}, {n}
Anbei die Unterlagen von {P}.|Bitte {p} anrufen.|Herr {f} und Frau {f} sind die Mieter.|Lieber {g},|Hallo Herr {f},|Hallo {g}!|{p} hat gekündigt.|für {p}|von {p} an {p}|Der Vertrag mit {P} läuft aus.|LG {g}|MfG\\n{P}
Inhaber: {P}|Vertreten durch {P}|{P}, geboren in {t}|Ihre Mitarbeiterin {p} war freundlich.|mein Sohn {g}|meine Frau {g}|ich bin {g}|Dank an {p}|Frau {T} {f} bittet um Antwort.|Schöne Grüße von {g}
Chère {g},|Cher Monsieur {f},|Madame {f} a payé.|Bien à vous,\\n{P}|{P} a signé le contrat.|mon fils {g}|ma femme {g} a perdu sa carte|Bonsoir {g}, {b}|le dossier de {P}|selon {p}|avec {p}|chez {p}|Bises, {g}
Querida {g}:|Señora {f}, le escribo por la factura.|Doña {g} llamó ayer.|mi hijo {g}|Un saludo,\\n{P}|el señor {f}|{P} ha firmado.|según {p}|a nombre de {P}|Buenos días {g}|Don {P} no vive aquí.|Gracias, {g}
Cara {g},|Egregio dottor {f},|la signora {f} ha chiamato|mio figlio {g}|{P} ha pagato|Distinti saluti\\n{P}|a nome di {P}|secondo {p}|Buongiorno {g}|il conto di {P}|il signor {f} non risponde|Grazie {g}!
Senhor {f}, bom dia.|a cliente {P} ligou|Obrigado, {g}|em nome de {P}|Geachte heer {f},|Mevrouw {f} belt terug.|mijn zoon {g}|Groetjes, {g}|op naam van {P}|Dag {g},|Kära {g},|Hälsningar {g}|kunden {P} ringde
Kære {g},|Venlig hilsen\\n{P}|Kjære {g},|Hilsen {g}|Terveisin\\n{P}|Szanowny Panie {f},|Pani {f} zapłaciła.|Z poważaniem\\n{P}|Vážený pane {f},|S pozdravem\\n{P}|Tisztelt {f} úr!|Üdvözlettel\\n{P}|Stimate domnule {f},
"""

COMPANY = """
{c} it is.|{c} is fine.|{c} is late again.|{c} has sent a reminder.|{c} owes us {m}.|{c} wants {m} more.|{c} charged me again.|{c} never delivered.|{c} cancelled my order {i}.|{c} overbilled us.|{c} lost my parcel
{c} is an {N} bank.|{c} is a {j} agency.|{c} is a chain of shops.|{c} is a charity.|{c} is a start-up from {t}.|{c} is the parent of {c}.|{c} is part of {c}.|{c} is owned by {P}.|{c} is an insurer|{c} is our supplier of {b}
{c} sued {c}.|{c} beat {c}.|{c} supplies {c}.|{c} hired {P}.|{c} fired its {j}.|{c} opened a shop in {t}.|{c} closed its {t} branch.|{c} raised {m}.|{c} issued bonds.|{c} lent us {m}.|{c} sold its stake in {c}.|{c} fined {m}
{c} plans to {b}|{c} will {b}|{c} expects {b}|{c} told us that {b}|{c} denied it.|{c} declined to comment.|{c} grew by {n}%.|{c} lost {m} in {n}.|{c} posted a profit.|{c} went public in {n}.|{c} trades at {m}.|{c} filed its accounts.
at {c}|from {c}|by {c}|with {c}|for {c}|to {c}|of {c}|via {c}|near {c}|{c}, too|{c} again|{c}!|{c}?|not {c}|my {c} card|my {c} account|a {c} invoice|the {c} app|a {c} store|the {c} website|two {c} vans|{c} staff
I buy my coffee at {c}.|I ordered a {o} from {c}.|paid {m} at {c}|{m} to {c} on {d}|refund by {c} pending|{c} {m} pending|{c} {t} {m}|{c} *{i}|SQ *{c}|PAYPAL *{c}|{d} {c} {m}\\n{d} {c} {m}\\n{d} {c} {m}|POS PURCHASE {c}|{c} DIRECT DEP
my job at {c}|I joined {c} in {n}.|{g} left {c}.|{p} works for {c}.|{p} used to be with {c}|{p} is from {c}|{p} is the {j} of {c}|{P}, {j} at {c}, {b}|{P}, {c}; {P}, {c}|{c}'s {j} {P} {b}|{P} - {c}
{P}\\n{c}|{P}\\n{c}\\n{h}|{P}\\n{j}\\n{c}|{P}\\n{j}\\n{c}\\n{e}|{P} | {c} | {e}|{c}\\n{P}\\n{a}|{P}\\n{c}\\n{s}\\n{t}|{c}\\n{s}\\n{t}\\n{k}|{P}\\n{j}\\n{c}\\n{s}\\n{h}\\n{e}|{P}, {j}\\n{c}, {t}|{c}\\nAttn: {P}\\n{a}|{c}\\n{i}\\n{m}
Meeting at {c} on {D}.|See you at {c}, {s}.|We'll have lunch at {c}.|drop it off at {c}, {a}|pick it up from {c} in {t}|an interview with {c}|the office of {c} in {t}|{c} at {s}|{c} is at {a}|head office of {c}: {a}
Insured by {c}.|Audited by {c}.|Powered by {c}|Made by {c}|Founded by {P}, {c} {b}|Backed by {c} and {c}, {c} {b}|Together with {c}, {b}|According to {c}, {b}|Thanks to {c}, {b}|Like {c}, {b}|Apart from {c}, {b}|Since {c} {b}
{c}, {c} and {c} bid.|{c}, {c}, {c} and {c}|{c} or {c}?|from {c} to {c}|{c} vs {c}|{c}/{c}|{c} & {c} deal|- {c}\\n- {c}\\n- {c}|{n}. {c}\\n{n}. {c}|{c} {n}% {c} {n}%|Peers: {c}, {c}|brands such as {c} and {c}|{c}; {c}
Client: {c}|Payee: {c}|Debtor: {c}|Creditor: {c}|Lender: {c}|Issuer: {c}|Broker: {c}|Landlord: {c}|Carrier: {c}|Contractor: {c}|Guarantor: {c}|Bank: {c}\\nIBAN: {i}|Sold to: {c}|Company: {c}|Firm: {c}|Organisation: {c}|Shop: {c}
the agreement with {c} dated {d}|{c}, hereinafter "the Seller", and {c}|{c} shall pay {m}.|{c} warrants that {b}|the shares of {c}|the assets of {c}|a claim against {c}|{c} as trustee|{c} (in liquidation)|{c} i.L.|{c}, a {N} company
Dear {c} team,|Dear {c},|Hello {c} support|Hi {c}, {b}|@{c} {b}|your friends at {c}|The {c} Team|{c} Customer Care|Welcome to {c}. {b}|Your {c} bill is ready|{c}: {b}|{c} - {w}|{c} | {w}|News from {c}|{c} invoice {i} due {d}
is {c} down?|does {c} take cards?|why did {c} charge me|what's {c}?|who owns {c}|never heard of {c}|i dont know any {c}|{c} scammed me|i hate {c}|love {c}|switching to {c}|leaving {c} for {c}|{c} has better rates|thx {c}
Die {c} schuldet uns {m}.|bei der {c}|von {c}|Kunde: {c}|{c} hat nicht bezahlt.|Rechnung an {c}|Ich habe bei {c} gekauft.|Angebot von {c}|Firma {c}, {t}|Abbuchung {c} {m}|der Vorstand der {c}|{c} mit Sitz in {t}
La société {c} refuse.|chez {c}|facture de {c}|mon employeur, {c}|{c} n'a pas livré.|prélèvement {c} {m}|La empresa {c} cerró.|compré en {c}|factura de {c}|mi banco es {c}|cargo de {c}|{c} no responde
Ho comprato da {c}.|la ditta {c}|bolletta di {c}|presso {c}|a empresa {c}|compra na {c}|bij {c}|rekening van {c}|ik werk bij {c}|hos {c}|köpt från {c}|faktura fra {c}|faktura od {c}|firma {c} nie zapłaciła|u {c}|firmy {c}
"""

ADDRESS = """
{P}\\n{s}\\n{t}\\n{k}|{P}\\n{s}\\n{z} {t}|{c}\\n{s}\\n{t} {z}\\n{k} {z}|{n} people met at {s}|parked on {r}|the flat at {s} is let|from {s} to {s}|{g} and I moved to {a}|invoice address {a}|deliver to {P}, {s}|{s} is wrong, it is {s}
The parcel went to {s} instead of {s}.|Where is {r}?|closed since {M}: {r}|{r} is blocked|roadworks on {r} in {t}|a shop on {r}|branch {s}|ATM {s} {t}|office: {s}\\n{h}|{s}\\n{h}\\n{e}|my old place, {s}, {b}|lives on {r}, {t}
"""

PLACE = """
{t}, {k}: {b}|{t} {z}|{z} {t}|in {t} {z}|{c} in {t} {z}|based in {t}, {k}|head to {t}|back from {t}|stuck in {t}|{t} office|{t} time|leaving {t} for {t}|between {t} and {t}|{t} is rainy|{k} won|{k} beat {k}|visa for {k}|tax in {k}
I transferred {m} to {k}.|card used in {t}|{t} -> {t}|{P} ({k})|{N} from {t}|{t} and {k}|{k}, {k} and {k}|tourists in {k}|the {k} border|our {k} team|citizen of {k}|nationality: {k}|{c} {k}|{c} ({k})|south of {t}|the port of {t}
"""

NOTHING = """
Warm regards|Kind regards,\\n\\n|Best wishes,|Cheers!|Sincerely yours|Thanks!|Many thanks|Talk soon|See below|Sent from my phone|Mit freundlichen Grüßen|Viele Grüße|Cordialement|Saludos cordiales|Cordiali saluti|Met vriendelijke groeten
Click Here To Start|Read More|Sign In|Log Out|Forgot Password|Contact Us|Terms And Conditions Apply|Choose A Plan|Enter Your Code|Save Changes|Go Back|Try Again Later|Back To Top|Frequently Asked Questions|Share This Page|Show Details
Loan Type: Fixed|Payment Method: Card|Delivery Option: Express|Card Status: Active|Plan: Standard|Category: Travel|Billing Cycle: Monthly|{w}: {w}|{w} / {w}|{w} - {w}|{w} ({w})|{w}\\n{w}\\n{w}|{w}, {w}|the {w} and the {w}|{w} vs {w}
The Company's {w} was {m}.|Our {w} increased {n}%.|The Group recognised {m} in {M} {n}.|See Note {n} for {w}.|Long-term Debt, Net of Current Portion|Selling, General and Administrative|Weighted Average Shares|Impairment of Goodwill
BALANCE BROUGHT FORWARD {m}|CASH WITHDRAWAL {d} {m}|FEE REFUND {m}|CARD PAYMENT {m}|DIRECT DEBIT RETURNED|INTEREST PAID {m}|FOREIGN TRANSACTION FEE|OPENING BALANCE|{D} {m}|STANDING ORDER {m} {d}|ATM FEE {m}
Ich habe meine Karte verloren und brauche eine neue.|Bitte senden Sie mir die Rechnung noch einmal.|Wann kommt das Geld an?|Die Gebühr wurde zweimal abgebucht.|Das Konto ist seit Montag gesperrt.|Der Betrag stimmt nicht.|Vielen Dank für die schnelle Hilfe.
J'ai perdu ma carte hier soir.|Merci de m'envoyer la facture.|Le virement n'est pas arrivé.|Quand sera-t-il disponible ?|Pourquoi y a-t-il des frais ?|Je voudrais fermer mon compte.|Elle n'a pas encore payé.|Nous avons reçu le colis.
He perdido mi tarjeta.|No puedo entrar en mi cuenta.|¿Cuándo llega el pago?|Me han cobrado dos veces.|La factura está mal.|Ha llamado esta mañana.|No ha contestado todavía.|Gracias por su ayuda.|El pedido llegó tarde.
Ho perso la carta.|Il bonifico non è arrivato.|Quando arriva il pacco?|La fattura è sbagliata.|Non ha ancora pagato.|Vorrei chiudere il conto.|Perdi o meu cartão.|O pagamento não chegou.|A fatura está errada.
Ik ben mijn pas kwijt.|Wanneer komt het geld?|De rekening klopt niet.|Jag har tappat mitt kort.|När kommer pengarna?|Jeg har mistet kortet mitt.|Regningen er forkert.|Kadotin korttini.|Zgubiłem kartę.|Kiedy przyjdzie przelew?|Ztratil jsem kartu.
{b} {w} {b}|{b}, {w}, {b}|the {j} and the {j}|as a {j}|a {j} with {n} years of experience|{j} ({n}%)|{j}, {j} and {j}|a {N} company|the {N} market|{N} and {N} banks|a {N} bank|investment bank|financial services|{o}, {o} or {o}
The {o} is late.|The {j} left.|The {W} {b}|{W} {b}|{W}, {b}|{W} of {n} {b}|Moreover, {b}|Furthermore, {b}|Therefore, {b}|Finally, {b}|First, {b}|Members {b}|Participants {b}|Respondents {b}|Customers {b}|Banks {b}
What'll {b}|It'll {b}|I'd {b}|We've {b}|He didn't {b}|my {N} account|my {N} card|a {N} phone|the {W} sector|the {W} market|the {W} app|our {W} and {W}|its {W} of {W}|of {W} {W}|for {W} and {W}|{W} {W}|with {W}|by {W} {W}, {b}|and {W} {b}|or {W} {b}
Diluted {m} {m}|Gross Profit {m}|Total {w} {m}|Other {w} | {m} | {m}|({W} {n})|NM-{W}|({n}) {b}|(a) {b} (b) {b}|Part {n}|Item {n}. {w}|Regulation {i}|Paragraph {n}|Class {i} shares|The Group {b}|the Group's {W}|The Company {b}|the Board {b}|The Bank {b}
I was born in {n}.|on {D} {d}|since {M} {n}|until {M}|by {M} {d}|every {D}|this {D}|{D} night|last {M}|{M}|{D}|{M} {n}: {m}|{n} {M}|not until {M}.|in {M}, {b}|by {D}.|Due {D}.|We closed in {M}.
"""

VOICES = {"person": PERSON, "company": COMPANY, "address": ADDRESS, "place": PLACE, "nothing": NOTHING}
