/* Going out wipes this device. When something waits on it that was not sent, a page asks first; without script, or when
   the device does not answer at once, one simply goes out. */
(function () {
  var PATIENCE_MS = 2000;
  var usable = window.kept && window.indexedDB;

  function waiting(owner) {
    return Promise.race([
      kept.all(owner),
      new Promise(function (done) { setTimeout(done, PATIENCE_MS, []); })
    ]);
  }

  document.querySelectorAll("form.sign-out[data-owner]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (!usable) { return; }
      event.preventDefault();
      waiting(form.dataset.owner).then(function (records) {
        if (records.length) { location.assign(form.dataset.ask); } else { form.submit(); }
      }, function () { form.submit(); });
    });
  });

  document.querySelectorAll("[data-unsent]").forEach(function (list) {
    if (!usable) { return; }
    waiting(list.dataset.unsent).then(function (records) {
      var names = new Map(records.map(function (record) { return [record.address, record.name]; }));
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
