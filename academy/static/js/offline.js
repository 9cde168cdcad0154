/* Lets this device keep one empty form for a talk, for when there is no internet: fetched anew when it is a few minutes
   old, under the mark of who is signed in. What it kept for anybody else goes first. */
(function () {
  var outbox = document.querySelector("[data-outbox]");
  if (!outbox || !navigator.serviceWorker || !window.caches || !window.kept) { return; }
  var name = "talks-" + outbox.dataset.owner;
  var address = outbox.dataset.form;
  var FRESH_MS = 5 * 60 * 1000;

  function forgetOthers() {
    return caches.keys().then(function (names) {
      return Promise.all(names.filter(function (one) {
        return one.startsWith("talks-") && one !== name;
      }).map(function (one) { return caches.delete(one); }));
    });
  }

  function isFresh(copy) {
    return Boolean(copy) && Math.abs(Date.now() - Number(copy.headers.get("X-Kept-At"))) < FRESH_MS;
  }

  function copyOf(answer, html, until) {
    var now = Date.now();
    var headers = new Headers(answer.headers);
    headers.delete("Content-Encoding");
    headers.delete("Content-Length");
    headers.set("X-Kept-At", String(now));
    headers.set("X-Good-Until", String(until));
    return new Response(html.replace('data-kept-at=""', 'data-kept-at="' + now + '"'), { headers: headers });
  }

  function keep(cache, answer) {
    return answer.text().then(function (html) {
      var page = new DOMParser().parseFromString(html, "text/html");
      var place = page.querySelector("[data-talks]");
      if (!place || place.dataset.owner !== outbox.dataset.owner) { return null; }
      var parts = new Set(Array.from(page.querySelectorAll("script[src], link[href], use[href]"), function (one) {
        return (one.getAttribute("src") || one.getAttribute("href")).split("#")[0];
      }));
      parts.add(place.dataset.font);
      return cache.keys().then(function (requests) {
        return Promise.all(requests.map(function (request) {
          var here = new URL(request.url);
          var stays = here.pathname === address || parts.delete(here.pathname + here.search);
          return stays ? null : cache.delete(request);
        }));
      }).then(function () {
        return cache.addAll(Array.from(parts));
      }).then(function () {
        return cache.put(address, copyOf(answer, html, Date.now() + place.dataset.lasts * 1000));
      });
    });
  }

  function refresh() {
    return forgetOthers().then(function () { return caches.open(name); }).then(function (cache) {
      return cache.match(address).then(function (copy) {
        if (isFresh(copy)) { return null; }
        return fetch(address, { credentials: "same-origin", redirect: "error" }).then(function (answer) {
          return answer.ok ? keep(cache, answer) : cache.delete(address);
        });
      });
    });
  }

  navigator.serviceWorker.register(outbox.dataset.worker, { scope: "/begeleiding" }).then(refresh).catch(function () { return null; });
}());
