/* Going out wipes this device: the answer says so to the browser, and for a browser that does not listen we do it here.
   When something waits that was not sent, a page asks first; without script, or when the device does not answer at once,
   one simply goes out. */
(function () {
  var PATIENCE_MS = 2000;
  var usable = window.kept && window.indexedDB;

  function soon(promise, otherwise) {
    return Promise.race([promise, new Promise(function (done) { setTimeout(done, PATIENCE_MS, otherwise); })]);
  }

  function waiting(owner) { return soon(kept.all(owner), []); }

  function forgetForms() {
    if (!window.caches) { return null; }
    return caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) { return name.startsWith("talks-"); }).map(function (name) { return caches.delete(name); }));
    });
  }

  function forgetTexts(owner) {
    return kept.all(owner).then(function (records) {
      return Promise.all(records.map(function (record) { return kept.forget(owner, record.address); }));
    });
  }

  function leave(form, wiped) {
    function go() { form.submit(); }
    soon(Promise.all([wiped, forgetForms()]), null).then(go, go);
  }

  document.querySelectorAll("form.sign-out[data-owner]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (!usable) { return; }
      event.preventDefault();
      waiting(form.dataset.owner).then(function (records) {
        if (records.length) { location.assign(form.dataset.ask); } else { leave(form, null); }
      }, function () { leave(form, null); });
    });
  });

  document.querySelectorAll("form[data-throw-away]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (!usable) { return; }
      event.preventDefault();
      leave(form, forgetTexts(form.dataset.throwAway));
    });
  });

  document.querySelectorAll("[data-unsent]").forEach(function (list) {
    if (!usable) { return; }
    waiting(list.dataset.unsent).then(function (records) {
      var names = new Map(records.map(function (record) { return [record.page || record.address, record.name]; }));
      names.forEach(function (name, address) {
        var copy = list.querySelector("template").content.cloneNode(true);
        var link = copy.querySelector("a");
        link.href = address;
        link.querySelector("span").textContent = list.dataset.words.replace("{name}", name);
        list.append(copy);
      });
    });
  });
}());
