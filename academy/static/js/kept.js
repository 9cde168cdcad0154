/* What waits on this device. Each text is locked with a key that the device does not have: only a page that its writer
   opens, signed in, can read it. Texts lie under the mark of who wrote them, the address of their form and a part. */
window.kept = (function () {
  var CURVE = { name: "ECDH", namedCurve: "P-256" };
  var opened = null;

  function bytes(hexadecimal) {
    return Uint8Array.from(hexadecimal.match(/../g), function (pair) { return parseInt(pair, 16); });
  }

  function base() {
    opened = opened || new Promise(function (done, failed) {
      var request = indexedDB.open("drafts", 2);
      request.onupgradeneeded = function () {
        if (request.result.objectStoreNames.contains("drafts")) { request.result.deleteObjectStore("drafts"); }
        request.result.createObjectStore("drafts", { keyPath: ["owner", "address", "part"] });
      };
      request.onsuccess = function () {
        request.result.onversionchange = function () { request.result.close(); };
        done(request.result);
      };
      request.onerror = failed;
    });
    return opened;
  }

  function ask(mode, question) {
    return base().then(function (drafts) {
      return new Promise(function (done, failed) {
        var change = drafts.transaction("drafts", mode, { durability: "strict" });
        var request = question(change.objectStore("drafts"));
        change.oncomplete = function () { done(request.result); };
        change.onerror = change.onabort = failed;
      });
    });
  }

  function secret(privateKey, publicKey, salt, use) {
    return crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256).then(function (bits) {
      return crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
    }).then(function (material) {
      var way = { name: "HKDF", hash: "SHA-256", salt: salt, info: new TextEncoder().encode("drafts") };
      return crypto.subtle.deriveKey(way, material, { name: "AES-GCM", length: 256 }, false, [use]);
    });
  }

  /* A lock of this page: it closes, and only the key that fits `locks` opens. */
  function lock(locks) {
    return Promise.all([
      crypto.subtle.importKey("raw", bytes(locks), CURVE, false, []),
      crypto.subtle.generateKey(CURVE, false, ["deriveBits"])
    ]).then(function (keys) {
      return crypto.subtle.exportKey("raw", keys[1].publicKey).then(function (from) {
        return secret(keys[1].privateKey, keys[0], from, "encrypt").then(function (key) { return { from: from, key: key }; });
      });
    });
  }

  function place(record) {
    return new TextEncoder().encode([record.owner, record.address, record.part].join(" "));
  }

  /* Puts what was written in its place, locked. */
  function put(closed, record, pairs) {
    var iv = crypto.getRandomValues(new Uint8Array(12));
    var way = { name: "AES-GCM", iv: iv, additionalData: place(record) };
    return crypto.subtle.encrypt(way, closed.key, new TextEncoder().encode(JSON.stringify(pairs))).then(function (box) {
      var locked = Object.assign({ at: Date.now(), from: closed.from, iv: iv, box: box }, record);
      return ask("readwrite", function (store) { return store.put(locked); });
    });
  }

  function read(opens, record) {
    return Promise.all([
      crypto.subtle.importKey("pkcs8", bytes(opens), CURVE, false, ["deriveBits"]),
      crypto.subtle.importKey("raw", record.from, CURVE, false, [])
    ]).then(function (keys) {
      return secret(keys[0], keys[1], record.from, "decrypt");
    }).then(function (key) {
      return crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv, additionalData: place(record) }, key, record.box);
    }).then(function (text) { return JSON.parse(new TextDecoder().decode(text)); });
  }

  function within(owner, address) {
    return address ? IDBKeyRange.bound([owner, address, ""], [owner, address, "\uffff"])
      : IDBKeyRange.bound([owner, "", ""], [owner, "\uffff", "\uffff"]);
  }

  /* What somebody has here, oldest first; of one form, or of all. */
  function all(owner, address) {
    return ask("readonly", function (store) { return store.getAll(within(owner, address)); }).then(function (records) {
      return records.sort(function (one, other) { return one.at - other.at; });
    });
  }

  /* Forgets what was written on a form; with `but` not that part. */
  function forget(owner, address, but) {
    return all(owner, address).then(function (records) {
      var gone = records.filter(function (record) { return record.part !== but; });
      if (!gone.length) { return null; }
      return ask("readwrite", function (store) {
        return gone.map(function (record) { return store.delete([owner, address, record.part]); }).pop();
      });
    });
  }

  return { all: all, forget: forget, lock: lock, put: put, read: read };
}());
