// Saves what somebody types in a form with data-draft, a second after the last key; the form works without it.
// Nothing is kept in the browser. When the session ended, the text stays on the page until one is signed in again.
"use strict";

(() => {
  const PAUSE = 1000;
  const timers = new WeakMap();
  const running = new WeakMap();

  const say = (form, text) => { const line = form.querySelector("[data-draft-said]"); if (line && line.textContent !== text) line.textContent = text; };

  async function save(form, leaving = false) {
    clearTimeout(timers.get(form));
    if (form.dataset.conflict || form.dataset.sent === "1") return;
    if (running.get(form)) { form.dataset.again = "1"; return; }
    let done;
    running.set(form, new Promise((resolve) => { done = resolve; }));
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: leaving,
        headers: { "HX-Request": "true", "X-Draft": "true" },
      });
      if (answer.headers.get("HX-Redirect")) { form.dataset.lost = "1"; say(form, form.dataset.signedOut); return; }
      const saved = await answer.json();
      delete form.dataset.lost;
      delete form.dataset.unsavedText;
      if (answer.ok) form.elements._draft_version.value = saved.version; else form.dataset.conflict = "1";
      say(form, saved.said);
    } catch {
      say(form, form.dataset.unsaved);
      wait(form, 5 * PAUSE);
    } finally {
      running.delete(form);
      done();
      if (form.dataset.again) { delete form.dataset.again; wait(form); }
    }
  }

  function wait(form, pause = PAUSE) {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => save(form), pause));
  }

  // Signed in again in another window: take the guard of the new session from a fresh copy of this page.
  async function freshGuard(form) {
    const page = await (await fetch(location.href)).text();
    const twin = [...new DOMParser().parseFromString(page, "text/html").forms].find((each) => each.dataset.draft === form.dataset.draft);
    if (!twin) return false;
    for (const name of ["_csrf", "_key"]) form.elements[name].value = twin.elements[name].value;
    delete form.dataset.lost;
    return true;
  }

  const drafts = (event) => event.target.closest?.("form[data-draft]");
  document.addEventListener("input", (event) => { const form = drafts(event); if (form) { form.dataset.unsavedText = "1"; wait(form); } });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    for (const form of document.querySelectorAll("form[data-draft][data-unsaved-text]")) save(form, true);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-draft]")) return;
    clearTimeout(timers.get(form));
    const by = event.submitter;
    const saving = running.get(form);
    if (!form.dataset.lost && !saving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (saving) { saving.then(() => form.requestSubmit(by)); return; }
    freshGuard(form).then((again) => { if (again) form.requestSubmit(by); else say(form, form.dataset.signedOut); });
  }, true);
})();
