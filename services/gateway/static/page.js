// What the browser adds to pages that already work without it. Five habits, each a few lines; nothing inline, no eval.
"use strict";

const el = (id) => document.getElementById(id);
const typing = (node) => node && /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName);
const words = (name) => document.body.dataset[name] || "";

function announce(text) {
  const region = el("announcements");
  if (!region || !text) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 60);
}

/* An error summary says which fields it speaks of: on the server their labels come only after it. */
function callByName(link) {
  const field = el(link.hash.slice(1));
  const label = (field?.labels?.[0] || field?.querySelector("legend"))?.firstChild.textContent.trim();
  if (!label || "called" in link.dataset) return;
  link.dataset.called = "";
  link.prepend(/[?!.:]$/.test(label) ? label + " " : label + ": ");
}

/* 1. Focus: the first error summary, else what the server asks for with data-focus, else it stays where it was. */
function settle(root) {
  document.querySelectorAll(".errors a[href^='#f-']").forEach(callByName);
  const target = root.querySelector?.("[data-focus]") || (root.matches?.("[data-focus]") ? root : null);
  if (target) { target.tabIndex = target.tabIndex >= 0 ? target.tabIndex : -1; target.focus(); }
  const said = root.querySelector?.("[data-announce]") || (root.matches?.("[data-announce]") ? root : null);
  if (said) announce(said.dataset.announce);
  // Tabs in one row on a small screen: the one where we are is in sight.
  for (const here of document.querySelectorAll(".tabs--row [aria-current]")) here.closest("ul").scrollLeft = here.offsetLeft - 16;
  tick();
}

/* 2. Clocks: <time data-since> counts up, <time data-until> counts down; minutes and seconds, hours when needed. */
function tick() {
  for (const clock of document.querySelectorAll("[data-since], [data-until]")) {
    const up = clock.dataset.since;
    const seconds = Math.floor((up ? Date.now() - Date.parse(up) : Date.parse(clock.dataset.until) - Date.now()) / 1000);
    const part = (n) => String(n).padStart(2, "0");
    const whole = Math.max(0, seconds);
    const text = (whole >= 3600 ? Math.floor(whole / 3600) + ":" : "") + part(Math.floor(whole / 60) % 60) + ":" + part(whole % 60);
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle("clock--late", !up && seconds <= 0);
  }
}

/* 3. Confirm: <details class="confirm"> works alone; here it becomes a modal dialog that gives the focus back. */
const dialogs = new WeakMap();

function confirmIn(details) {
  let dialog = dialogs.get(details);
  if (!dialog) {
    const sheet = details.querySelector(".confirm__sheet");
    const close = sheet.querySelector("[data-close]");
    dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", sheet.querySelector("[id]").id);
    dialog.append(sheet);
    details.after(dialog);
    dialogs.set(details, dialog);
    close.autofocus = true;
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => details.querySelector("summary").focus());
  }
  dialog.showModal();
}

/* 4. Live: one line to the server per visible page. A block with data-live="rostering.call_out" is fetched anew when an event
      of that name (or a longer one) comes. A swap never takes a form from someone's hands: it offers the new version instead.
      And what is pressed at this moment is still there when it is let go, or the click on it would be lost. */
const blocks = (node) => node.closest("main") ? [node, ...document.querySelectorAll(".block")] : [node]; // they come along with it
const held = (node) => blocks(node).some((each) => (each.contains(document.activeElement) && typing(document.activeElement)) || each.matches(".block:has(dialog[open])"));
const PRESS = 2000; // a finger that left the window is forgotten
const waiting = new Set();
let pressedAt = -PRESS;
const pressed = () => performance.now() - pressedAt < PRESS;
let line = null;
let missed = false;

function listen() {
  if (line || document.hidden || !document.body.dataset.live) return;
  line = new EventSource(document.body.dataset.live);
  // what happened since the page was made the server says itself, of the last half minute
  line.onopen = () => { if (missed || performance.now() > 20000) refresh(() => true, ""); missed = true; };
  line.onmessage = (message) => {
    const event = JSON.parse(message.data);
    refresh((names) => names.split(" ").some((name) => event.name.startsWith(name)), event.by);
  };
}

// A hidden page gives its line back: a browser allows only six to one server over HTTP/1.1.
function hangUp() { line?.close(); line = null; }

function refresh(concerns, by) {
  for (const node of document.querySelectorAll("main [data-live], header [data-live], nav [data-live]")) {
    if (!concerns(node.dataset.live)) continue;
    renew(node, by);
  }
}

function renew(node, by) {
  if (pressed()) { waiting.add(node); setTimeout(renewWaiting, PRESS); }
  else if (held(node)) offerNewVersion(node, by);
  else htmx.trigger(node, "refresh");
}

function renewWaiting() {
  const nodes = [...waiting];
  waiting.clear();
  for (const node of nodes) if (node.isConnected) renew(node, "");
}

document.addEventListener("pointerdown", () => { pressedAt = performance.now(); }, true);
// after the click that follows
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(() => { pressedAt = -PRESS; renewWaiting(); }), true);

// somebody may have begun while the answer was under way
document.addEventListener("htmx:beforeSwap", (event) => {
  const node = event.detail.requestConfig.elt;
  if (!node.dataset.live || !(pressed() || held(node))) return;
  event.detail.shouldSwap = false;
  renew(node, "");
});

function offerNewVersion(node, by) {
  if (node.previousElementSibling?.classList.contains("changed")) return;
  const note = el("changed-note").content.firstElementChild.cloneNode(true);
  const text = note.querySelector("[data-text]");
  note.querySelector("button").addEventListener("click", () => { note.remove(); htmx.trigger(node, "refresh"); });
  node.before(note);
  announce(text.textContent);
  if (by) fetch("/live/who/" + encodeURIComponent(by)).then((answer) => answer.ok ? answer.text() : "").then((name) => {
    if (name) text.textContent = words("changedBy").replace("%s", name);
  });
}

document.addEventListener("visibilitychange", () => { if (document.hidden) hangUp(); else listen(); });

/* 5. A form sent twice counts once (the server knows its _key); a form sent in a tunnel is sent again. */
function busy(form, on) {
  const button = form.querySelector("button:not([type=button])");
  if (button) on ? button.setAttribute("aria-busy", "true") : button.removeAttribute("aria-busy");
}

function retry(form) {
  el("offline").hidden = false;
  busy(form, true);
  setTimeout(() => htmx.trigger(form, "submit"), 3000);
}

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent === "1" && !event.target.hasAttribute("hx-post")) event.preventDefault();
  event.target.dataset.sent = "1";
  busy(event.target, true);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) { delete form.dataset.sent; busy(form, false); }
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches?.("form")) { delete event.detail.elt.dataset.sent; busy(event.detail.elt, false); }
  if (event.detail.successful) el("offline").hidden = true;
});
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.matches?.("form[data-retry]")) retry(event.detail.elt);
  else el("offline").hidden = false;
});
window.addEventListener("offline", () => { el("offline").hidden = false; });
window.addEventListener("online", () => { el("offline").hidden = true; });

/* Keys: / to search, j and k through a list, Enter is the link's own. Menus close with Escape or a click outside. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(document.activeElement) || document.querySelector("dialog[open]")) return;
  const search = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
  if (event.key === "/" && search) { event.preventDefault(); search.focus(); }
  if (event.key !== "j" && event.key !== "k") return;
  const rows = [...document.querySelectorAll("[data-list] [data-row]")];
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, here + (event.key === "j" ? 1 : -1)))].focus();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const asked = event.target.closest("details.confirm > summary");
  if (asked) { event.preventDefault(); confirmIn(asked.parentElement); }
  const printed = event.target.closest("[data-print]");
  if (printed) window.print();
  const copied = event.target.closest("[data-copy]");
  if (copied) navigator.clipboard?.writeText(el(copied.dataset.copy).textContent.trim()).then(() => announce(copied.dataset.copied));
});

// Who writes is there: it keeps the session open, with at most one sign of life a minute.
let signOfLife = 0;
document.addEventListener("input", () => {
  if (!document.body.dataset.live || Date.now() - signOfLife < 60000) return;
  signOfLife = Date.now();
  fetch("/messages/count", { headers: { "HX-Request": "true" } }).catch(() => {});
});

// What was unfolded in a block that is fetched anew stays unfolded; the id of its summary says which it was.
let unfolded = [];
document.addEventListener("htmx:beforeSwap", () => {
  unfolded = [...document.querySelectorAll("details[open] > summary[id]")].map((summary) => summary.id);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const id of unfolded) el(id)?.parentElement.setAttribute("open", "");
});

// Who typed on while the answer was under way keeps it: a refused form comes back with what was sent, not with what came after.
const lines = (form) => [...form.querySelectorAll("textarea[id], input[id]:not([type=hidden], [type=checkbox], [type=radio])")];
const sent = new WeakMap();
let typedSince = [];
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (form.matches("form")) sent.set(form, new Map(lines(form).map((field) => [field.id, field.value])));
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (sent.has(form)) typedSince = lines(form).filter((field) => field.value !== sent.get(form).get(field.id)).map((field) => [field.id, field.value]);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const [id, text] of typedSince) if (el(id)) el(id).value = text;
  typedSince = [];
});

document.addEventListener("htmx:afterSettle", (event) => settle(event.detail.elt));
document.addEventListener("DOMContentLoaded", () => { settle(document); listen(); setInterval(tick, 1000); });
