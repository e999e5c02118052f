// The map beside the list of services: what it shows, it reads from the list. Without it the list says the same.
"use strict";

(() => {
  const frame = document.querySelector("[data-map-frame]");
  const place = document.querySelector("[data-map]");
  if (!frame || !place || !window.L) return;
  frame.hidden = false;
  const finder = document.querySelector("[data-finder]");
  const SIZE = 34;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(place, { zoomControl: false, attributionControl: Boolean(place.dataset.tiles), fadeAnimation: !still, zoomAnimation: !still, markerZoomAnimation: !still, minZoom: 7, maxZoom: 18, zoomSnap: place.dataset.tiles ? 1 : 0.25 });
  L.control.zoom({ zoomInTitle: place.dataset.zoomIn, zoomOutTitle: place.dataset.zoomOut }).addTo(map);
  map.fitBounds([[50.68, 2.54], [51.51, 5.92]], { animate: false });
  if (place.dataset.tiles) {
    place.classList.add("map--tiles");
    map.attributionControl.setPrefix(false);
    L.tileLayer(place.dataset.tiles, { maxZoom: 18 }).addTo(map).getAttribution = () => "";
    const credit = document.createElement("span");
    credit.textContent = place.dataset.credit || "";
    map.attributionControl.addAttribution(credit.innerHTML);
  }

  /* 1. The outlines of municipalities and wijken: the ground when there are no tiles. */
  const named = [];
  const turned = (polygons) => polygons.map((rings) => rings.map((ring) => ring.map(([x, y]) => [y, x])));
  fetch(place.dataset.outlines).then((answer) => answer.json()).then((belgium) => {
    for (const [kind, areas] of [["", belgium.municipalities], [" outline--wijk", belgium.wijken]]) {
      for (const area of areas) {
        const shape = L.polygon(turned(area.area), { className: "outline" + kind, interactive: false }).addTo(map);
        named.push({ shape, name: area.name, from: kind ? 13 : 10 });
      }
    }
    label();
  });

  const labels = L.layerGroup().addTo(map);
  function label() {
    labels.clearLayers();
    const zoom = map.getZoom();
    const seen = map.getBounds();
    const shown = named.filter((each) => zoom >= each.from && seen.contains(each.shape.getBounds().getCenter())).slice(0, 60);
    for (const each of shown) {
      const text = document.createElement("span");
      text.textContent = each.name;
      labels.addLayer(L.tooltip({ permanent: true, direction: "center", opacity: 1, interactive: false }).setLatLng(each.shape.getBounds().getCenter()).setContent(text));
    }
  }
  map.on("moveend", label);

  /* 2. A marker for each place of each service, numbered as in the list. */
  const places = [];
  for (const hit of document.querySelectorAll(".hit")) {
    for (const node of hit.querySelectorAll("[data-lat]")) {
      places.push({ hit, rough: node.dataset.rough === "1", lat: Number(node.dataset.lat), lon: Number(node.dataset.lon) });
    }
  }
  const markers = [];
  const shown = [];
  let origin = null;
  for (const each of places) {
    const pin = document.createElement("span");
    pin.className = "pin" + (each.rough ? " pin--rough" : "") + (each.hit.classList.contains("hit--not") ? " pin--not" : "");
    pin.textContent = each.hit.dataset.number;
    const link = each.hit.querySelector("h3 a");
    const icon = L.divIcon({ className: "", html: pin, iconSize: [SIZE, SIZE], popupAnchor: [0, -SIZE / 2] });
    const marker = L.marker([each.lat, each.lon], { icon, keyboard: true, title: link.textContent, riseOnHover: true });
    const popup = document.createElement("div");
    const name = link.cloneNode(true);
    name.removeAttribute("data-row");
    popup.append(name);
    const who = each.hit.querySelector(".hit__who");
    if (who) { const line = document.createElement("div"); line.textContent = who.textContent; popup.append(line); }
    const phone = each.hit.querySelector("a[href^='tel:']");
    if (phone) { const line = document.createElement("div"); const call = document.createElement("a"); call.href = phone.href; call.textContent = phone.lastChild.textContent; line.append(call); popup.append(line); }
    marker.bindPopup(popup, { minWidth: 200, maxWidth: 280 });
    marker.on("popupopen popupclose mouseover mouseout", (event) => {
      const on = event.type === "popupopen" || event.type === "mouseover";
      each.hit.classList.toggle("hit--here", on);
      if (event.type === "popupopen" && !finder.classList.contains("finder--map")) each.hit.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
    });
    marker.addTo(map);
    const node = marker.getElement();
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", each.hit.dataset.number + ": " + link.textContent);
    const here = (on) => () => { node.classList.toggle("here", on); marker.setZIndexOffset(on ? 1000 : 0); };
    each.hit.addEventListener("mouseenter", here(true));
    each.hit.addEventListener("mouseleave", here(false));
    each.hit.addEventListener("focusin", here(true));
    each.hit.addEventListener("focusout", here(false));
    markers.push(marker);
    shown.push({ marker, node, icon });
  }

  /* Markers that would cover each other step aside along a spiral, so that each can be seen and touched. */
  function spread() {
    const taken = [];
    if (origin) { const at = map.latLngToLayerPoint(origin.getLatLng()); taken.push([at.x, at.y]); }
    for (const each of shown) {
      const at = map.latLngToLayerPoint(each.marker.getLatLng());
      let aside = [0, 0];
      for (let step = 1; step < 200 && taken.some(([x, y]) => Math.hypot(at.x + aside[0] - x, at.y + aside[1] - y) < SIZE + 2); step++) {
        const away = 6 * Math.sqrt(step);
        aside = [away * Math.cos(step * 2.4), away * Math.sin(step * 2.4)];
      }
      taken.push([at.x + aside[0], at.y + aside[1]]);
      each.node.style.marginLeft = aside[0] - SIZE / 2 + "px";
      each.node.style.marginTop = aside[1] - SIZE / 2 + "px";
      each.icon.options.popupAnchor = [aside[0], aside[1] - SIZE / 2];
    }
  }
  map.on("zoomend", spread);
  if (place.dataset.lat) {
    const pin = document.createElement("span");
    pin.className = "pin pin--origin";
    const icon = L.divIcon({ className: "", html: pin, iconSize: [21, 21] });
    origin = L.marker([Number(place.dataset.lat), Number(place.dataset.lon)], { icon, interactive: false, keyboard: false, title: place.dataset.origin }).addTo(map);
    markers.push(origin);
  }
  const fit = () => {
    if (markers.length) map.fitBounds(L.featureGroup(markers).getBounds().pad(0.15), { maxZoom: 13, animate: false });
    spread();
  };
  fit();

  /* 3. On a phone: the list, or the map. */
  const tabs = document.querySelector("[data-tabs]");
  if (tabs) {
    tabs.hidden = false;
    tabs.addEventListener("click", (event) => {
      const button = event.target.closest("[data-show]");
      if (!button) return;
      finder.classList.toggle("finder--map", button.dataset.show === "map");
      for (const each of tabs.querySelectorAll("[data-show]")) each.setAttribute("aria-pressed", String(each === button));
      map.invalidateSize();
      fit();
      if (button.dataset.show === "map") frame.scrollIntoView({ block: "center" });
    });
  }
})();
