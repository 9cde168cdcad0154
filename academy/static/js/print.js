/* A button that prints the page; without script people use the menu of their browser. */
document.querySelectorAll("[data-print]").forEach(function (place) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", function () { window.print(); });
});
