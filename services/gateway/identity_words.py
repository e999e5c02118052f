"""The words for the codes of identity, of messages, and of the gateway's own notes, in Dutch; `words.py` joins them."""

from typing import Final

from services.gateway.marking import N_

_ERRORS: Final = {
    "error.sign_in_refused": N_(
        "Organisatie, e-mailadres of wachtwoord klopt niet. Kijk ze na en probeer opnieuw."
    ),
    "error.challenge_over": N_("Dit duurde te lang. Meld u opnieuw aan."),
    "error.session_over": N_("Uw sessie is voorbij. Meld u opnieuw aan."),
    "error.reset_over": N_("Deze link werkt niet meer. Vraag een nieuwe link."),
    "error.last_administrator": N_("Er moet altijd iemand zijn die rollen kan wijzigen."),
    "error.tenant_suspended": N_("Deze organisatie is tijdelijk afgesloten. Vraag het uw beheerder."),
    "error.tenant_not_ready": N_("Deze organisatie wordt nog klaargemaakt. Probeer over een minuut opnieuw."),
    "error.forged_request": N_("Deze pagina was verlopen. Probeer opnieuw."),
    "error.idempotency_key_reused": N_("Dit was al verstuurd. Ververs de pagina en kijk wat er nu staat."),
    "error.database_unreachable": N_(
        "Een onderdeel antwoordt nu niet. Probeer straks opnieuw; wat u typte blijft staan."
    ),
    "error.too_many_pages": N_("U hebt te veel pagina's tegelijk open. Sluit er enkele."),
}

_FIELDS: Final = {
    "field.code_wrong": N_("Deze code klopt niet. Wacht op de volgende code in uw app en probeer opnieuw."),
    "field.password_wrong": N_("Dit is niet uw huidige wachtwoord."),
    "field.password_too_short": N_("Gebruik minstens 12 tekens."),
    "field.password_common": N_("Dit wachtwoord is te makkelijk te raden. Kies een zin die alleen u kent."),
    "field.password_has_own_name": N_("Gebruik uw naam of adres niet in uw wachtwoord."),
    "field.email_wrong": N_("Schrijf het adres zoals naam@organisatie.be."),
    "field.email_taken": N_("Een collega heeft dit adres al."),
    "field.name_taken": N_("Deze naam bestaat al. Kies een andere."),
    "field.role_unknown": N_("Deze rol bestaat niet meer. Kies uit de lijst."),
    "field.team_unknown": N_("Deze ploeg bestaat niet meer. Kies uit de lijst."),
    "field.permission_unknown": N_("Dit recht bestaat niet meer. Ververs de pagina."),
    "field.compartment_unknown": N_("Deze soort dossiers bestaat niet. Kies uit de lijst."),
    "field.role_key_wrong": N_("Deze rol kan zo niet bewaard worden. Kies een andere naam."),
    "field.text_wrong": N_("Gebruik gewone letters en tekens."),
    "field.legal_language_missing": N_("De taal van de brieven moet erbij zijn."),
    "field.not_a_number": N_("Schrijf een getal."),
    "field.unknown_field": N_("Kijk dit na."),
}

_STAFF: Final = {
    "role.spot_worker": N_("consulent SPoT"),
    "role.spot_coordinator": N_("coördinator SPoT"),
    "role.dispatcher": N_("dispatcher"),
    "role.officer_on_duty": N_("officier van wacht"),
    "role.neighbourhood_inspector": N_("wijkinspecteur"),
    "role.chief": N_("korpschef"),
    "role.dpo": N_("functionaris gegevensbescherming"),
    "role.administrator": N_("beheerder"),
    "role.social_worker": N_("maatschappelijk werker"),
    "role.team_coordinator": N_("teamcoördinator"),
    "role.head_social_worker": N_("hoofdmaatschappelijk werker"),
    "role.receptionist": N_("onthaalmedewerker"),
    "role.map_editor": N_("redacteur sociale kaart"),
    "permission_group.staff": N_("Personeel en organisatie"),
    "permission_group.roster": N_("Wacht en beurtrol"),
    "permission_group.call_outs": N_("Oproepen"),
    "permission_group.dossiers": N_("Dossiers"),
    "permission.staff:read": N_("Namen en nummers van collega's zien"),
    "permission.staff:manage": N_("Accounts en ploegen beheren"),
    "permission.role:manage": N_("Rollen wijzigen"),
    "permission.tenant:manage": N_("Instellingen van de organisatie wijzigen"),
    "permission.on_call:read": N_("Zien wie wacht heeft"),
    "permission.roster:read": N_("De beurtrol bekijken"),
    "permission.roster:manage": N_("De beurtrol maken"),
    "permission.call_out:request": N_("Een oproep vragen"),
    "permission.call_out:read": N_("Alle oproepen zien"),
    "permission.call_out:answer": N_("Opgeroepen worden en antwoorden"),
    "permission.call_out:manage": N_("Oproepen van anderen annuleren"),
    "permission.call_out:validate": N_("Oproepen nakijken na het verslag"),
    "permission.dossier:read": N_("Dossiers lezen waar men bij hoort"),
    "permission.dossier:open": N_("Een dossier openen"),
    "permission.dossier:write": N_("In dossiers schrijven"),
    "permission.dossier:assign": N_("Dossierhouders en vervangers aanduiden"),
    "permission.dossier:supervise": N_("Alle dossiers van de eigen soort nakijken"),
    "permission.break_glass:open": N_("In nood een dossier van een ander openen"),
    "permission.break_glass:review": N_("Noodinzage achteraf beoordelen"),
    "permission.audit:read": N_("Zien wie in een dossier keek"),
    "permission.message:send": N_("Berichten sturen"),
    "permission.social_map:read": N_("In de sociale kaart zoeken"),
    "permission.social_map:edit": N_("De sociale kaart bijhouden"),
    "permission.referral:read": N_("Doorverwijzingen zien in eigen dossiers"),
    "permission.referral:write": N_("Doorverwijzen, met toestemming"),
    "permission.referral:ground": N_("Doorverwijzen op een wettelijke grond, zonder toestemming"),
    "permission.referral:receive": N_("Doorverwijzingen van anderen ontvangen"),
    "permission.worry:report": N_("Een bezorgdheid melden aan het SPoT"),
    "permission.worry:handle": N_("Gemelde bezorgdheden opnemen"),
    "language.nl": N_("Nederlands"),
    "language.fr": N_("Frans"),
    "language.de": N_("Duits"),
    "language.en": N_("Engels"),
    "tenant_kind.police_zone": N_("politiezone"),
    "tenant_kind.municipality": N_("gemeente en OCMW"),
    "tenant_kind.editorial_office": N_("redactie van de sociale kaart"),
}

_MESSAGES: Final = {
    "message.call_out_ringing": N_("Er is een oproep voor u"),
    "message_more.call_out_ringing": N_("Open de oproep en laat weten of u komt."),
    "message.call_out_taken": N_("De oproep is overgenomen"),
    "message_more.call_out_taken": N_("Een collega nam de oproep aan. U hoeft niets te doen."),
    "message.call_out_unanswered": N_("Niemand nam een oproep aan"),
    "message_more.call_out_unanswered": N_("Zoek nu iemand die kan gaan."),
    "message.dossier_assigned": N_("U bent dossierhouder van een nieuw dossier"),
    "message_more.dossier_assigned": N_("Kijk welke taken er staan en tegen wanneer."),
    "message.break_glass_used": N_("Een collega opende in nood een dossier"),
    "message_more.break_glass_used": N_("De reden staat erbij. De noodinzage wordt nagekeken."),
    "message.break_glass_escalated": N_("Een noodinzage vraagt uw aandacht"),
    "message_more.break_glass_escalated": N_("Ze is niet op tijd nagekeken, of niet verantwoord bevonden."),
}

_NOTES: Final = {
    "note.saved": N_("Bewaard."),
    "note.sign_in_again": N_("Dit duurde te lang. Meld u opnieuw aan."),
    "note.signed_out": N_("U bent afgemeld."),
    "note.password_changed": N_("Uw wachtwoord is gewijzigd."),
    "note.session_ended": N_("Dat toestel is afgemeld."),
    "note.all_read": N_("Alle berichten zijn gelezen."),
    "note.staff_registered": N_("De collega is toegevoegd en krijgt een mail met een link."),
}

IDENTITY_WORDS: Final[dict[str, str]] = {**_ERRORS, **_FIELDS, **_STAFF, **_MESSAGES, **_NOTES}
