"""What was done, in words, as the audit log names it."""

from cci_app.dashboard.choices import Choices
from cci_app.dashboard.words import gettext


def act_name(act: str) -> str:
    """The words for an act; one that has none stays as it is."""
    names = {
        "audit.exported": gettext("took the audit log along"),
        "channel_accounts.added": gettext("added a channel account"),
        "channel_accounts.removed": gettext("removed a channel account"),
        "alert.acknowledged": gettext("has seen an alert"),
        "alert.resolved": gettext("said that an alert is over"),
        "chatbot.changed": gettext("changed a chatbot"),
        "chatbot.created": gettext("made a chatbot"),
        "chatbot.published": gettext("published a chatbot"),
        "chatbot.removed": gettext("removed a chatbot"),
        "chatbot.withdrawn": gettext("took a chatbot back"),
        "contacts.reload_requested": gettext("brought contacts in"),
        "conversation.labelled": gettext("labelled a conversation"),
        "directory.linked": gettext("signed in with Microsoft for the first time"),
        "document.added": gettext("added a document"),
        "document.read_again": gettext("had a document read again"),
        "document.removed": gettext("removed a document"),
        "export.downloaded": gettext("downloaded the record"),
        "export.requested": gettext("asked for an export"),
        "export.taken": gettext("took an export along"),
        "integrations.added": gettext("added an integration"),
        "integrations.removed": gettext("removed an integration"),
        "invitation.taken_back": gettext("took an invitation back"),
        "key.created": gettext("made a key"),
        "key.revoked": gettext("revoked a key"),
        "limits.changed": gettext("changed how much may be used"),
        "member.added": gettext("became a member"),
        "member.changed": gettext("changed a member"),
        "member.invited": gettext("invited somebody"),
        "member.removed": gettext("removed a member"),
        "organisation.changed": gettext("changed the settings"),
        "organisation.signed_up": gettext("signed the organisation up"),
        "passkey.added": gettext("added a passkey"),
        "passkey.removed": gettext("removed a passkey"),
        "password.changed": gettext("changed the password"),
        "plan.changed": gettext("changed the plan"),
        "reset.asked": gettext("asked for a new password"),
        "reset.offered": gettext("offered a new password"),
        "schedule.added": gettext("added a schedule"),
        "schedule.changed": gettext("changed a schedule"),
        "schedule.removed": gettext("removed a schedule"),
        "session.ended": gettext("signed a device out"),
        "sign_in": gettext("signed in"),
        "sign_in.half": gettext("gave the password, a passkey was still owed"),
        "sign_in.refused": gettext("could not sign in"),
        "site.read": gettext("had a site read"),
        "table.declared": gettext("declared a table"),
        "table.loaded": gettext("brought rows into a table"),
        "table.removed": gettext("removed a table"),
        "trial_link.created": gettext("made a link to try the assistant"),
        "trial_link.revoked": gettext("revoked a link to try the assistant"),
        "web_chat.changed": gettext("put an assistant on the web"),
        "web_chat.removed": gettext("took an assistant off the web"),
        "web_chat.renewed": gettext("renewed the link of an assistant on the web"),
    }
    return names.get(act, act)


def groups_of_acts() -> Choices:
    """The beginnings of acts that one may look for."""
    return [
        ("sign_in", gettext("Signing in")),
        ("session.", gettext("Devices")),
        ("member.", gettext("Members")),
        ("key.", gettext("Keys")),
        ("export.", gettext("Exports")),
        ("contacts.", gettext("Contacts")),
        ("document.", gettext("Documents")),
        ("table.", gettext("Catalogue")),
        ("organisation.", gettext("Settings")),
        ("trial_link.", gettext("Links to try")),
    ]
