/* A button that copies a text; without script people select it themselves. */
document.querySelectorAll("[data-copy]").forEach(function (place) {
  var text = place.querySelector("textarea");
  var button = place.querySelector("[data-copy-button]");
  var status = place.querySelector("[role=status]");
  if (!navigator.clipboard) { return; }
  button.hidden = false;
  button.addEventListener("click", function () {
    text.select();
    navigator.clipboard.writeText(text.value).then(function () {
      status.textContent = status.dataset.copied;
    }, function () { status.textContent = status.dataset.failed; });
  });
});
