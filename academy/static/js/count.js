/* How many characters are left. Screen readers hear it when somebody stops writing for a moment. */
document.querySelectorAll("[data-count]").forEach(function (area) {
  var status = area.closest("form").querySelector("[data-count-status]");
  var most = Number(area.dataset.count);
  var timer = null;

  function say() {
    var written = area.value.trim().replace(/\s+/g, " ");
    var left = most - Array.from(written).length;
    status.textContent = left < 0
      ? area.dataset.countOver.replace("{over}", -left)
      : area.dataset.countLeft.replace("{left}", left);
  }

  area.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(say, 400);
  });
  say();
});
