/* The form for a talk that a device keeps for when there is no internet. It holds no key that opens: what is typed here
   is read again on the real form, by who wrote it, and is sent from there. */
(function () {
  var place = document.querySelector("[data-talks]");
  if (!place || !place.dataset.keptAt || !window.kept || !window.crypto || !window.crypto.subtle) { return; }
  var DAY_MS = 24 * 60 * 60 * 1000;
  var form = place.querySelector("form");
  var status = place.querySelector("[data-talk-status]");
  var plan = location.pathname.match(/^\/begeleiding\/(\d+)\/gesprek$/);
  var chosen = plan && place.querySelector('a[data-plan="' + plan[1] + '"]');
  var writing = null;
  var again = false;

  function show(name) { place.querySelector("[data-" + name + "]").hidden = false; }
  function hide(name) { place.querySelector("[data-" + name + "]").hidden = true; }

  function say(text) {
    status.hidden = false;
    status.querySelector("span").textContent = text.replace("{name}", chosen.dataset.name);
  }

  /* How many days the academy's calendar went on since this device fetched the form. */
  function daysSince() {
    var fetched = new Date(Number(place.dataset.keptAt));
    return Math.round((new Date().setHours(0, 0, 0, 0) - fetched.setHours(0, 0, 0, 0)) / DAY_MS);
  }

  function moveOn(field) {
    var parts = field.value.split("-").map(Number);
    var day = new Date(parts[2], parts[1] - 1, parts[0] + daysSince());
    field.value = [day.getDate(), day.getMonth() + 1].map(function (one) { return String(one).padStart(2, "0"); }).join("-") + "-" + day.getFullYear();
  }

  function key() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }

  function write() {
    var part = key();
    var record = { owner: place.dataset.owner, address: location.pathname, part: part, begun: true, queued: false, name: place.dataset.keptAs.replace("{name}", chosen.dataset.name) };
    var locked = kept.lock(place.dataset.locks);

    function keep() {
      var pairs = Array.from(new FormData(form));
      return locked.then(function (closed) { return kept.put(closed, record, pairs); });
    }

    function keepSoon() {
      if (writing) { again = true; return writing; }
      writing = keep().then(function () {
        writing = null;
        say(status.dataset.kept);
        return again ? (again = false, keepSoon()) : null;
      }, function () { writing = null; say(status.dataset.failed); });
      return writing;
    }

    form.elements.form_key.value = part;
    [form.elements.happened_on, form.elements.action_due_on].forEach(moveOn);
    form.addEventListener("input", keepSoon);
    form.addEventListener("change", keepSoon);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      keepSoon().then(function () { status.scrollIntoView({ block: "center" }); });
    });
    kept.all(record.owner, record.address).then(function (records) {
      if (records.length) { show("earlier"); }
    });
  }

  show("offline");
  hide("online");
  if (!chosen) { return; }
  hide("list");
  place.querySelectorAll("[data-words]").forEach(function (one) {
    one.textContent = one.dataset.words.replace("{name}", chosen.dataset.name);
  });
  document.title = place.querySelector("h1").textContent;
  place.querySelector("[data-again]").href = location.pathname;
  form.hidden = false;
  write();
}());
