// Lets this browser take push messages: asks for leave, subscribes, and sends the form that holds the subscription.
"use strict";

(() => {
  const form = document.getElementById("push-form");
  const none = document.getElementById("push-none");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;

  const bytes = (key) => Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const denied = () => { form.hidden = true; none.hidden = false; none.textContent = none.dataset.denied; };

  if (Notification.permission === "denied") { denied(); return; }
  form.hidden = false;
  none.hidden = true;
  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      if (await Notification.requestPermission() !== "granted") { denied(); return; }
      await navigator.serviceWorker.register("/sw.js");
      const worker = await navigator.serviceWorker.ready;
      const made = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) })).toJSON();
      form.elements.endpoint.value = made.endpoint;
      form.elements.p256dh.value = made.keys.p256dh;
      form.elements.auth.value = made.keys.auth;
      form.submit();
    } catch { denied(); }
  }, true);
})();
