/* Answers for pages of guidance when there is no internet: with the empty form that this device keeps, and the style
   sheets, scripts and pictures of that form. With internet it does nothing: the network always goes first. */
var FORM = "/begeleiding/zonder-internet";

function forms() {
  return caches.keys().then(function (names) {
    return names.filter(function (name) { return name.startsWith("talks-"); });
  });
}

/* The form is good for as long as the sign-in that fetched it could last. */
function form() {
  return caches.match(FORM, { ignoreVary: true }).then(function (kept) {
    if (kept && Date.now() < Number(kept.headers.get("X-Good-Until"))) { return kept; }
    return forms().then(function (names) {
      return Promise.all(names.map(function (name) { return caches.delete(name); }));
    }).then(function () { return Response.error(); });
  });
}

function part(request) {
  return caches.match(request, { ignoreVary: true }).then(function (kept) { return kept || Response.error(); });
}

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", function (event) {
  var request = event.request;
  var address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) { return; }
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(form));
  } else if (address.pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(function () { return part(request); }));
  }
});
