// The service worker: what a phone keeps for a tunnel, and nothing more.
// Kept: the page of the one call-out that its member is on, the files that page is drawn with, and at most a few steps
// that could not be sent. All of that is gone after signing out; the help lines stay, kept from the first visit on. Parts: 1. the kept page, 2. the queue, 3. messages, 4. push.
"use strict";

const PAGE = "vangnet-night";
const FILES = "vangnet-files";
const HELP = "vangnet-help";
const BASE = "vangnet";
const STEPS = "steps";

self.addEventListener("install", (event) => { self.skipWaiting(); event.waitUntil(keepHelp().catch(() => {})); });
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/* 1. The kept page: at most one, and only as long as the server says that it is the night page of this member. */
async function keep(url, files) {
  const answer = await fetch(url, { headers: { "X-By-Itself": "true" }, cache: "no-store" });
  const pages = await caches.open(PAGE);
  for (const old of await pages.keys()) await pages.delete(old);
  if (!answer.ok || answer.redirected || answer.headers.get("X-Vangnet-Keep") !== "night") return;
  await pages.put(url, answer);
  const store = await caches.open(FILES);
  for (const old of await store.keys()) if (!files.includes(old.url)) await store.delete(old);
  for (const file of files) if (!(await store.match(file))) await store.add(file).catch(() => {});
}

/* A page beside the kept one was opened: is the call-out still hers? */
async function check(under) {
  const pages = await caches.open(PAGE);
  for (const kept of await pages.keys()) {
    if (!under.startsWith(new URL(kept.url).pathname)) continue;
    const answer = await fetch(kept.url, { headers: { "X-By-Itself": "true" }, cache: "no-store" });
    if (answer.headers.get("X-Vangnet-Keep") !== "night") await pages.delete(kept);
  }
}

async function withoutConnection(request) {
  try {
    return await fetch(request);
  } catch (lost) {
    const pages = await caches.open(PAGE);
    const kept = await pages.match(request, { ignoreSearch: true });
    if (kept) return kept;
    const [only] = await pages.keys();
    if (only && new URL(request.url).pathname === "/") return Response.redirect(only.url);
    const sorry = await caches.match("/no-connection", { cacheName: HELP });
    if (sorry) return sorry;
    throw lost;
  }
}

/* The help lines, for everybody: a copy without anybody's name, as a guest sees it, that stays after signing out. */
async function helpLines(event) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keepHelp().catch(() => {}));
    return answer;
  } catch (lost) {
    const kept = await caches.match("/help-lines", { cacheName: HELP });
    if (kept) return kept;
    throw lost;
  }
}

/* With it the page that says that there is no connection, and how to reach them. */
async function keepHelp() {
  const asked = ["/help-lines", "/no-connection"];
  const answers = await Promise.all(asked.map((path) => fetch(path, { credentials: "omit", cache: "no-store" })));
  if (answers.some((answer) => !answer.ok)) return;
  const texts = await Promise.all(answers.map((answer) => answer.clone().text()));
  const files = new Set(texts.join().match(/\/static\/[\w.-]+\.(?:css|svg)\?v=\w+/g));
  const store = await caches.open(HELP);
  for (const old of await store.keys()) await store.delete(old);
  await Promise.all([...files].map((file) => store.add(file).catch(() => {})));
  await Promise.all(asked.map((path, place) => store.put(path, answers[place])));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (event.request.method === "POST" && url.pathname === "/sign-out") { event.waitUntil(wipe()); return; }
  if (event.request.mode === "navigate" && url.pathname === "/help-lines") {
    event.respondWith(helpLines(event));
  } else if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(withoutConnection(event.request));
  } else if (event.request.method === "GET" && url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
  }
});

/* 2. The queue: a step with the key that makes it count once, for the person who took it. */
function base() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(BASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STEPS, { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function inBase(mode, act) {
  const db = await base();
  try {
    return await new Promise((done, failed) => {
      const asked = act(db.transaction(STEPS, mode).objectStore(STEPS));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  } finally { db.close(); }
}

const waiting = async () => (await inBase("readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);

async function queue(step) {
  await inBase("readwrite", (store) => store.put(step));
  await self.registration.sync?.register("steps").catch(() => {});
}

let sending = null;
function send(csrf, who) {
  sending ||= sendAll(csrf, who).finally(() => { sending = null; });
  return sending;
}

// In order; one that is not answered stops the rest. What the server refuses is told to the page and not tried for ever.
async function sendAll(csrf, who) {
  const sent = [];
  for (const step of await waiting()) {
    if (who && step.who !== who) { await inBase("readwrite", (store) => store.delete(step.key)); continue; }
    const body = new URLSearchParams(step.body);
    if (csrf) body.set("_csrf", csrf);
    const answer = await fetch(step.url, { method: "POST", body });
    if (new URL(answer.url).pathname.startsWith("/sign-in") || answer.status === 401 || answer.status >= 500) break;
    if (answer.status === 403 && !csrf) break;
    await inBase("readwrite", (store) => store.delete(step.key));
    sent.push(step.key);
  }
  if (sent.length) for (const page of await self.clients.matchAll()) page.postMessage({ type: "sent", keys: sent });
}

self.addEventListener("sync", (event) => { if (event.tag === "steps") event.waitUntil(send("", "")); });

/* 3. Messages from pages. */
async function wipe() {
  await Promise.all([caches.delete(PAGE), caches.delete(FILES), inBase("readwrite", (store) => store.clear())]);
}

const ACTS = {
  keep: (told) => keep(told.url, told.files),
  check: (told) => check(told.under),
  queue: (told) => queue(told.step),
  send: (told) => send(told.csrf, told.who),
  waiting: () => waiting(),
  forget: () => caches.delete(PAGE),
  wipe: () => wipe(),
};

self.addEventListener("message", (event) => {
  const act = ACTS[event.data?.type];
  if (!act) return;
  const answered = act(event.data).catch(() => null);
  event.waitUntil(answered.then((answer) => event.ports[0]?.postMessage(answer ?? null)));
});

/* 4. Push: a message without words about anybody, and the page that it leads to. */
self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data?.json() ?? {}; } catch { /* a message that cannot be read still says that there is one */ }
  const shown = self.registration.showNotification(told.title || "Vangnet", {
    body: told.body || "", tag: told.tag || "vangnet", renotify: true, requireInteraction: told.tag === "call_out_ringing",
    data: { url: told.url || "/messages" },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // only a page of this site, whatever the message says
  const url = new URL(event.notification.data?.url || "/messages", self.location.origin);
  const to = url.origin === self.location.origin ? url.href : self.location.origin + "/messages";
  event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
    const here = open.find((each) => each.url === to);
    return here ? here.focus() : self.clients.openWindow(to);
  }));
});
