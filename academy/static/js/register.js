/* A register: "everyone is here" without a round trip, and a count that follows. */
document.querySelectorAll("form[data-register]").forEach(function (form) {
  var count = form.querySelector("[data-register-count]");

  function names() {
    return new Set(Array.from(form.querySelectorAll("input[type=radio]"), function (radio) { return radio.name; }));
  }

  function recount() {
    if (!count) { return; }
    var here = count.dataset.here.split(" ");
    var marked = Array.from(form.querySelectorAll("input[type=radio]:checked"));
    var present = marked.filter(function (radio) { return here.includes(radio.value); }).length;
    count.textContent = count.dataset.registerCount.replace("{here}", present).replace("{all}", names().size);
  }

  form.querySelectorAll("[data-mark-all]").forEach(function (button) {
    button.addEventListener("click", function (event) {
      event.preventDefault();
      names().forEach(function (name) {
        var choices = Array.from(form.querySelectorAll("input[type=radio]")).filter(function (radio) { return radio.name === name; });
        var wanted = choices.find(function (radio) { return radio.value === button.dataset.markAll; }) ||
          choices.find(function (radio) { return radio.value === "not_applicable"; }); /* who joined later */
        if (wanted && !choices.some(function (radio) { return radio.checked; })) { wanted.checked = true; }
      });
      form.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  form.addEventListener("change", recount);
  form.addEventListener("input", recount); /* what the device kept comes back this way, see js/drafts.js */
  recount();
});
