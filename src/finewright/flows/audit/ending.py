"""How a run ends: what was trained is attacked, the gate says what comes of it, and the page shows it."""

from finewright.audit.decision import Decision
from finewright.flows.audit.attack import Say
from finewright.flows.audit.audit import audit
from finewright.flows.audit.gate import gate
from finewright.flows.audit.listing import evidence_path
from finewright.flows.folder import RunFolder
from finewright.flows.view import rewrite


def ended(folder: RunFolder, say: Say) -> Decision:
    """Attack the product of a finished run, decide by the recipe's policy, and write the run's page anew.

    Where the attacks were made before, they are not made again: the files are held against the policy as of today.
    """
    before = folder.audit / "gate.json"
    was = before.read_bytes() if before.exists() else b""
    if not evidence_path(folder).exists():
        say("Audit: attacking what was trained")
        found = audit(folder.root, say=say)
        for kind, reason in found.missing.items():
            say(f"Not attacked ({kind}): {reason}")
    decision = gate(folder.root).decision
    if (folder.audit / "gate.json").read_bytes() != was:
        rewrite(folder)
    return decision
