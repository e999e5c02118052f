"""The mark that makes a text in code one for the catalogues."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    return text
