"""A form on a page as a browser would send it when nobody touches it."""

from html.parser import HTMLParser

Typed = dict[str, str | list[str]]


class _Forms(HTMLParser):
    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self._inside = False
        self._select = ""
        self._textarea = ""
        self.fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self._inside = given.get("action") == self._action
        elif not self._inside:
            return
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in {"radio", "checkbox"} or "checked" in given:
                self.fields.append((name, value))
        elif tag == "textarea":
            self._textarea = name
            self.fields.append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.fields.append((self._select, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self._textarea:
            name, value = self.fields[-1]
            self.fields[-1] = (name, value + data)


def form_of(page: str, action: str) -> Typed:
    """The fields of the form that posts to `action`; of one that is there more than once all values."""
    reader = _Forms(action)
    reader.feed(page)
    assert reader.fields, f"no form posts to {action}"
    fields: Typed = {}
    for name, value in reader.fields:
        known = fields.get(name)
        fields[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return fields
