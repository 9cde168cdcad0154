/* Drafts: a form with data-autosave-url is sent there while somebody writes. The page says when it was last kept. */
document.querySelectorAll("form[data-autosave-url]").forEach(function (form) {
  var status = form.querySelector("[data-autosave-status]");
  var words = status && status.querySelector("span");
  var changed = false;
  var busy = false;
  var timer = null;

  function say(text) {
    if (words && words.textContent !== text) { words.textContent = text; }
  }

  function clock() {
    var now = new Date();
    return now.getHours() + "." + String(now.getMinutes()).padStart(2, "0");
  }

  function later(seconds) {
    clearTimeout(timer);
    timer = setTimeout(save, seconds * 1000);
  }

  function save() {
    if (!changed || busy) { return; }
    changed = false;
    busy = true;
    fetch(form.dataset.autosaveUrl, {
      method: "POST",
      body: new FormData(form),
      credentials: "same-origin",
      headers: { "Accept": "application/json", "X-CSRFToken": form.elements.csrf_token.value }
    }).then(function (answer) {
      if (!answer.ok || answer.redirected) { say(status.dataset.refused); return null; }
      return answer.status === 204 ? {} : answer.json();
    }).then(function (kept) {
      if (!kept) { return; }
      say(status.dataset.saved.replace("{time}", kept.saved_at || clock()));
      if (!changed) { form.dispatchEvent(new Event("autosave:kept")); }
    }).catch(function () {
      changed = true;
      say(status.dataset.waiting);
      later(15);
    }).finally(function () {
      busy = false;
      if (changed) { later(3); }
    });
  }

  form.addEventListener("input", function () { changed = true; later(3); });
  form.addEventListener("change", function () { changed = true; later(1); });
  form.addEventListener("submit", function () { changed = false; clearTimeout(timer); });
  window.addEventListener("online", function () { if (changed) { save(); } });
  window.addEventListener("pagehide", function () {
    if (changed && navigator.sendBeacon) { navigator.sendBeacon(form.dataset.autosaveUrl, new FormData(form)); }
  });
});
