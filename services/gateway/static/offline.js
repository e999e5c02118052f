// A phone in a tunnel: the next step is kept and sent once, and the page says honestly what is not sent yet.
"use strict";

(() => {
  const body = document.body;
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const night = body.classList.contains("night") && /^\/call-outs\/[0-9a-f-]{36}$/.test(location.pathname);
  const csrf = () => document.querySelector("input[name=_csrf]")?.value || "";
  const who = body.dataset.who || "";

  async function ask(message) {
    const worker = (await workers.getRegistration())?.active;
    if (!worker) return null;
    return new Promise((done) => {
      const line = new MessageChannel();
      line.port1.onmessage = (answer) => done(answer.data);
      worker.postMessage(message, [line.port2]);
    });
  }

  // Whoever is not signed in leaves no page behind. A step that waits stays until she signs in again or signs out.
  // The help lines she has from here on, with or without a connection.
  if (!body.dataset.live) {
    if (location.pathname === "/sign-in") ask({ type: "forget" });
    if (["/sign-in", "/help-lines"].includes(location.pathname)) workers.register("/sw.js").catch(() => {});
    return;
  }

  const files = () => [
    ...[...document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")].map((link) => link.href),
    ...[...document.scripts].map((script) => script.src),
    ...new Set([...document.querySelectorAll("use")].map((use) => new URL(use.getAttribute("href"), location.href).href.split("#")[0])),
  ].filter((url) => url);

  function show(steps) {
    document.getElementById("not-sent")?.remove();
    const act = document.getElementById("night-act");
    act?.classList.toggle("night__act--waiting", steps.length > 0);
    if (!steps.length) return;
    const note = document.getElementById("not-sent-note").content.firstElementChild.cloneNode(true);
    note.id = "not-sent";
    const last = steps[steps.length - 1];
    const at = new Date(last.at);
    const clock = String(at.getHours()).padStart(2, "0") + ":" + String(at.getMinutes()).padStart(2, "0");
    note.querySelector("[data-what]").textContent = last.label + ", " + clock;
    (act || document.getElementById("main")).prepend(note);
  }

  let trying = 0;
  async function deliver() {
    clearTimeout(trying);
    const before = (await ask({ type: "waiting" })) || [];
    show(before);
    if (!before.length) return;
    await ask({ type: "send", csrf: csrf(), who });
    const after = (await ask({ type: "waiting" })) || [];
    show(after);
    if (after.length) trying = setTimeout(deliver, 3000);
    else if (night || before.some((step) => step.page === location.pathname)) location.reload();
  }

  // Only with a worker that has the page; without one page.js tries the form again by itself.
  document.addEventListener("htmx:sendError", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("form[data-retry]") || !workers.controller) return;
    event.stopImmediatePropagation();
    const given = new URLSearchParams(new FormData(form));
    const step = {
      key: given.get("_key"), url: form.action, body: given.toString(), at: Date.now(), who,
      page: location.pathname, label: form.querySelector("button:not([type=button])").textContent.trim(),
    };
    document.getElementById("offline").hidden = true;
    ask({ type: "queue", step }).then(deliver);
  }, true);

  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action, location.href).pathname === "/sign-out") ask({ type: "wipe" });
  });
  addEventListener("online", deliver);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) deliver(); });
  workers.addEventListener("message", (event) => { if (event.data?.type === "sent" && night) location.reload(); });

  workers.register("/sw.js").then(() => workers.ready).then(async () => {
    if (night) await ask({ type: "keep", url: location.origin + location.pathname, files: files() });
    else await ask({ type: "check", under: location.pathname });
    deliver();
  }).catch(() => deliver());
})();
