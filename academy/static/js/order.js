/* Putting in order: no place is taken twice. Who takes a place gives the other the place that came free. */
document.querySelectorAll("form[data-order]").forEach(function (form) {
  var selects = Array.from(form.querySelectorAll("select"));
  var status = form.querySelector("[data-order-status]");
  var places = selects.map(function (select) { return select.value; });

  function said(select) {
    var item = form.querySelector("label[for='" + select.id + "']").textContent.trim();
    return form.dataset.order.replace("{item}", item).replace("{place}", select.value);
  }

  selects.forEach(function (select, number) {
    select.addEventListener("change", function () {
      var other = places.indexOf(select.value);
      var words = [said(select)];
      if (other !== -1 && other !== number) {
        selects[other].value = places[number];
        places[other] = places[number];
        words.push(said(selects[other]));
      }
      places[number] = select.value;
      status.textContent = words.join(" ");
    });
  });
});
