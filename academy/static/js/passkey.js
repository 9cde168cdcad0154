/* Passkeys: a form with data-passkey asks the server for a question, the device for an answer, and sends that along. */
(function () {
  if (!window.PublicKeyCredential || !navigator.credentials || !window.isSecureContext) { return; }

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function known(list) {
    return (list || []).map(function (one) { return { type: one.type, id: bytes(one.id) }; });
  }

  function question(how, options) {
    options.challenge = bytes(options.challenge);
    if (how === "create") {
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = known(options.excludeCredentials);
    } else {
      options.allowCredentials = known(options.allowCredentials);
    }
    return { publicKey: options };
  }

  function answer(made) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (made.response[name]) { response[name] = text(made.response[name]); }
    });
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: response, clientExtensionResults: {}
    });
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var how = form.dataset.passkey;
    var status = form.querySelector("[role=status]");
    form.hidden = false;
    if (form.closest("[data-needs-passkey]")) { form.closest("[data-needs-passkey]").hidden = false; }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      fetch(form.dataset.ask, { method: "POST", body: new FormData(form), credentials: "same-origin" }).then(function (got) {
        if (got.redirected) { location.reload(); }
        if (!got.ok || got.redirected) { throw new Error("refused"); }
        return got.json();
      }).then(function (options) {
        return navigator.credentials[how](question(how, options));
      }).then(function (made) {
        form.elements.credential.value = answer(made);
        form.submit();
      }).catch(function () { status.textContent = status.dataset.refused; });
    });
  });
})();
