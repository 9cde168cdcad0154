/* What somebody writes stays on the device until we have it, locked with a key that only their own pages hold.
   A form with data-keep-on-device is kept at every change. Sent without internet it waits, and goes out by itself, once. */
(function () {
  var outbox = document.querySelector("[data-device-key]");
  if (!outbox || !window.indexedDB || !window.crypto || !window.crypto.subtle) { return; }
  var form = document.querySelector("form[data-keep-on-device]");
  var said = outbox.querySelector("span");
  var address = form ? new URL(form.getAttribute("action"), location.href).pathname : "";
  var again = false;
  var queued = false;  // somebody said that it is done: what they type after goes out with it
  var writing = null;
  var locked = opened();

  function opened() {
    var bytes = Uint8Array.from(outbox.dataset.deviceKey.match(/../g), function (pair) { return parseInt(pair, 16); });
    var key = crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    var owner = crypto.subtle.digest("SHA-256", bytes).then(function (sum) {
      return Array.from(new Uint8Array(sum).slice(0, 8), function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
    });
    var base = new Promise(function (done, failed) {
      var request = indexedDB.open("drafts", 1);
      request.onupgradeneeded = function () { request.result.createObjectStore("drafts", { keyPath: ["owner", "address"] }); };
      request.onsuccess = function () { done(request.result); };
      request.onerror = failed;
    });
    return Promise.all([key, owner, base]);
  }

  function ask(mode, question) {
    return locked.then(function (parts) {
      return new Promise(function (done, failed) {
        var change = parts[2].transaction("drafts", mode, { durability: "strict" });
        var request = question(change.objectStore("drafts"), parts[1]);
        change.oncomplete = function () { done(request.result); };
        change.onerror = change.onabort = failed;
      });
    });
  }

  function say(text) {
    outbox.hidden = !text;
    said.textContent = text;
  }

  function values() {
    return Array.from(new FormData(form)).filter(function (pair) { return pair[0] !== "csrf_token"; });
  }

  function keep() {
    var iv = crypto.getRandomValues(new Uint8Array(12));
    var text = new TextEncoder().encode(JSON.stringify(values()));
    return locked.then(function (parts) {
      return crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, parts[0], text).then(function (box) {
        return ask("readwrite", function (store, owner) {
          return store.put({ owner: owner, address: address, iv: iv, box: box, queued: queued, name: form.dataset.keepOnDevice });
        });
      });
    });
  }

  function keepSoon() {
    if (writing) { again = true; return; }
    writing = keep().catch(function () { return null; }).then(function () {
      writing = null;
      if (again) { again = false; keepSoon(); }
    });
  }

  function forget(where) {
    return ask("readwrite", function (store, owner) { return store.delete([owner, where]); });
  }

  function read(record) {
    return locked.then(function (parts) {
      return crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv }, parts[0], record.box);
    }).then(function (text) { return JSON.parse(new TextDecoder().decode(text)); });
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
  function together(kept, there) {
    if (!there || kept.startsWith(there)) { return kept; }
    return there.startsWith(kept) ? there : kept + "\n\n" + there;
  }

  function putBack(pairs) {
    var has_draft = "hasDraft" in form.dataset;
    pairs.forEach(function (pair) {
      var field = form.elements.namedItem(pair[0]);
      if (!field || (pair[0] === "form_key" && has_draft)) { return; }
      if (field.tagName === "TEXTAREA") {
        field.value = together(pair[1], field.value);
      } else {
        field.value = pair[1];
      }
    });
    form.dispatchEvent(new Event("input", { bubbles: true }));
    say(outbox.dataset.back);
  }

  function deliver(record) {
    return read(record).then(function (pairs) {
      return send(record.address, pairs).then(function (answer) {
        if (answer.ok) {
          return forget(record.address).then(function () {
            if (form && record.address === address) {
              return answer.json().then(function (sent) { location.assign(sent.page); });
            }
            say(outbox.dataset.sent.replace("{name}", record.name));
            return null;
          });
        }
        if (form && record.address === address) { queued = false; putBack(pairs); }
        else { say(outbox.dataset.refused.replace("{name}", record.name)); }
        return null;
      }, function () {
        if (form && record.address === address && !queued) { queued = true; putBack(pairs); }
        say(outbox.dataset.waiting.replace("{name}", record.name));
      });
    }, function () { return null; });
  }

  function deliverAll() {
    return ask("readonly", function (store, owner) {
      return store.getAll(IDBKeyRange.bound([owner, ""], [owner, "\uffff"]));
    }).then(function (records) {
      return records.filter(function (record) { return record.queued; }).reduce(function (before, record) {
        return before.then(function () { return deliver(record); });
      }, Promise.resolve());
    });
  }

  function begin() {
    var status = form.querySelector("[data-autosave-status]");
    if (status && status.dataset.onDevice) { status.dataset.waiting = status.dataset.onDevice; }
    ask("readonly", function (store, owner) { return store.get([owner, address]); }).then(function (record) {
      if (record && !record.queued) { read(record).then(putBack, function () { forget(address); }); }
    });
    form.addEventListener("input", keepSoon);
    form.addEventListener("change", keepSoon);
    form.addEventListener("autosave:kept", function () { if (!writing && !queued) { forget(address); } });
    form.addEventListener("submit", function (event) {
      var button = form.querySelector("button:not([type=button])");
      event.preventDefault();
      if (form.dataset.busy) { return; }
      form.dataset.busy = "yes";
      queued = true;
      Promise.resolve(writing).then(keep).catch(function () { return null; }).then(function () {
        return send(address, values());
      }).then(function (answer) {
        queued = false;
        if (!answer.ok) { return keep().then(function () { form.submit(); }); }
        return forget(address).then(function () { return answer.json(); }).then(function (sent) { location.assign(sent.page); });
      }).catch(function () {
        delete form.dataset.busy;
        say(outbox.dataset.waiting.replace("{name}", form.dataset.keepOnDevice));
        outbox.scrollIntoView({ block: "center" });
        button.blur();
      });
    });
  }

  if (form) { begin(); }
  deliverAll();
  window.addEventListener("online", deliverAll);
}());
