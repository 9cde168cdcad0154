/* What somebody writes stays on the device until we have it, locked with a key that only their own pages hold.
   A form with data-keep-on-device is kept at every change. Sent without internet it waits, and goes out by itself, once.
   What was begun on the form that the device keeps (js/talk.js) comes back here, to look at and send.
   A page may hold several such forms; data-kept-page says where one is found again, when its own address is no page. */
(function () {
  var outbox = document.querySelector("[data-outbox]");
  if (!outbox || !window.kept || !window.indexedDB || !window.crypto || !window.crypto.subtle) { return; }
  var forms = Array.from(document.querySelectorAll("form[data-keep-on-device]"));
  var said = outbox.querySelector("span");
  var link = outbox.querySelector("a");
  var owner = outbox.dataset.owner;
  var opens = outbox.dataset.opens;
  var addresses = forms.map(addressOf);
  var locked = kept.lock(outbox.dataset.locks);

  function addressOf(form) { return new URL(form.getAttribute("action"), location.href).pathname; }

  function pageOf(record) { return record.page || record.address; }

  function capital(name) { return name.charAt(0).toUpperCase() + name.slice(1); }

  function say(text, name, where) {
    outbox.hidden = !text;
    said.textContent = text.replace("{Name}", capital(name || ""));
    link.hidden = !where;
    link.href = where || "";
  }

  function send(where, pairs) {
    var body = new FormData();
    pairs.forEach(function (pair) { body.append(pair[0], pair[1]); });
    var token = document.querySelector("input[name=csrf_token]").value;
    body.append("csrf_token", token);
    return fetch(where, {
      method: "POST",
      body: body,
      credentials: "same-origin",
      redirect: "manual",
      headers: { "Accept": "application/json", "X-CSRFToken": token }
    });
  }

  /* Two texts of one talk become one: nothing that was typed is lost. */
  function together(typed, there) {
    if (!there || typed.startsWith(there)) { return typed; }
    return there.startsWith(typed) ? there : there + "\n\n" + typed;
  }

  function follow(form, isFirst) {
    var address = form ? addressOf(form) : "";
    var began = {};  // what we had of each text when somebody began to type
    var again = false;
    var queued = false;  // somebody said that it is done: what they type after goes out with it
    var writing = null;

    function remember(text) {
      form.querySelectorAll("textarea[name]").forEach(function (area) { began[area.name] = area[text]; });
    }

    /* What the form holds; with the button that sends it, when that says something too. Of a text also what it was. */
    function values(button) {
      var pairs = Array.from(new FormData(form)).filter(function (pair) { return pair[0] !== "csrf_token"; });
      pairs = pairs.map(function (pair) { return pair[0] in began ? pair.concat(began[pair[0]]) : pair; });
      return button && button.name ? pairs.concat([[button.name, button.value]]) : pairs;
    }

    function keep() {
      var record = { owner: owner, address: address, part: "", queued: queued, name: form.dataset.keepOnDevice };
      if (form.dataset.keptPage) { record.page = form.dataset.keptPage; }
      var pairs = values();
      return locked.then(function (closed) { return kept.put(closed, record, pairs); });
    }

    function keepSoon() {
      if (writing) { again = true; return; }
      writing = keep().catch(function () { return null; }).then(function () {
        writing = null;
        if (again) { again = false; keepSoon(); }
      });
    }

    function putBack(pairs, hasKey, begun) {
      pairs.forEach(function (pair) {
        var field = form.elements.namedItem(pair[0]);
        if (!field || (pair[0] === "form_key" && hasKey)) { return; }
        if (field.tagName === "TEXTAREA") {
          field.value = pair[2] === field.value ? pair[1] : together(pair[1], field.value);
        } else if (field.type === "checkbox" || field.type === "radio") {
          field.checked = field.value === pair[1];
        } else if (pair[1] || !begun) {
          field.value = pair[1];
        }
      });
    }

    /* Puts the parts of a talk back into the form, oldest first. */
    function putAllBack(records) {
      var begun = records.some(function (record) { return record.begun; });
      var fold = form.closest("details");
      if (fold) { fold.open = true; }
      return Promise.all(records.map(function (record) {
        return kept.read(opens, record).catch(function () { return []; });
      })).then(function (parts) {
        parts.forEach(function (pairs, number) {
          putBack(pairs, "hasDraft" in form.dataset || number > 0, records[number].begun);
        });
        return keep().then(function () { return kept.forget(owner, address, ""); }).catch(function () { return null; });
      }).then(function () {
        form.dispatchEvent(new Event("input", { bubbles: true }));
        say(begun ? outbox.dataset.begun : outbox.dataset.back);
      });
    }

    function isHere(record) { return Boolean(form) && record.address === address; }

    /* What waits for no form of this page is sent by the first. */
    function isMine(record) { return isHere(record) || (isFirst && addresses.indexOf(record.address) < 0); }

    function delivered(record, answer) {
      return kept.forget(owner, record.address).then(function () {
        if (isHere(record)) {
          return answer.json().then(function (sent) { location.assign(sent.page); });
        }
        say(outbox.dataset.sent, record.name);
        return null;
      });
    }

    function deliver(record) {
      return kept.read(opens, record).then(function (pairs) {
        return send(record.address, pairs).then(function (answer) {
          if (answer.ok) { return delivered(record, answer); }
          if (answer.type === "opaqueredirect") { say(outbox.dataset.out, record.name, pageOf(record)); return null; }
          if (isHere(record)) { queued = false; return putAllBack([record]); }
          say(outbox.dataset.refused, record.name, pageOf(record));
          return null;
        }, function () {
          if (isHere(record) && !queued) { queued = true; putBack(pairs, "hasDraft" in form.dataset); }
          say(outbox.dataset.waiting, record.name);
        });
      }, function () { return null; });
    }

    function deliverAll() {
      return kept.all(owner).then(function (records) {
        records = records.filter(isMine);
        var begun = new Set(records.filter(function (one) { return one.begun; }).map(function (one) { return one.address; }));
        records.filter(function (one) { return one.begun && !isHere(one); }).slice(0, 1).forEach(function (one) {
          say(outbox.dataset.look, one.name, pageOf(one));
        });
        return records.filter(function (one) { return one.queued && !begun.has(one.address); }).reduce(function (before, one) {
          return before.then(function () { return deliver(one); });
        }, Promise.resolve());
      });
    }

    /* Who was signed out meanwhile comes in first, and then finds this form and what waits for it. */
    function sent(answer) {
      if (answer.type === "opaqueredirect") { location.assign((form.dataset.keptPage || address).split("#")[0]); return null; }
      queued = false;
      if (!answer.ok) { return keep().then(function () { form.submit(); }); }
      return kept.forget(owner, address).then(function () { return answer.json(); }).then(function (done) { location.assign(done.page); });
    }

    function begin() {
      var status = form.querySelector("[data-autosave-status]");
      if (status && status.dataset.onDevice) { status.dataset.waiting = status.dataset.onDevice; }
      remember("defaultValue");
      form.addEventListener("input", keepSoon);
      form.addEventListener("change", keepSoon);
      form.addEventListener("autosave:kept", function () { remember("value"); if (!writing && !queued) { kept.forget(owner, address); } });
      form.addEventListener("submit", function (event) {
        var button = event.submitter || form.querySelector("button:not([type=button])");
        event.preventDefault();
        if (form.dataset.busy) { return; }
        form.dataset.busy = "yes";
        queued = true;
        Promise.resolve(writing).then(keep).catch(function () { return null; }).then(function () {
          return send(address, values(button));
        }).then(sent).catch(function () {
          delete form.dataset.busy;
          say(outbox.dataset.waiting, form.dataset.keepOnDevice);
          outbox.scrollIntoView({ block: "center" });
          button.blur();
        });
      });
      if ("answered" in form.dataset) { return keep(); }  // the page shows what was sent, and what became of it
      return kept.all(owner, address).then(function (records) {
        var waits = records.filter(function (record) { return record.queued; });
        if (records.length && waits.length < records.length) { return putAllBack(records); }
        return null;
      });
    }

    (form ? begin() : Promise.resolve()).catch(function () { return null; }).then(deliverAll);
    window.addEventListener("online", deliverAll);
  }

  (forms.length ? forms : [null]).forEach(function (form, number) { follow(form, number === 0); });
}());
