/* Light or dark, set before the first paint. Without this script the style sheet follows the system. */
(function () {
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try { return localStorage.getItem("theme"); } catch (blocked) { return null; }
  }

  function show() {
    root.dataset.bsTheme = chosen() || (system.matches ? "dark" : "light");
    document.querySelectorAll("[data-theme-switch]").forEach(function (button) {
      var words = button.querySelector("[data-dark]");
      words.textContent = root.dataset.bsTheme === "dark" ? words.dataset.light : words.dataset.dark;
      button.hidden = false;
    });
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-theme-switch]")) { return; }
    try { localStorage.setItem("theme", root.dataset.bsTheme === "dark" ? "light" : "dark"); } catch (blocked) { return; }
    show();
  });
}());
