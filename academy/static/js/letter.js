// The QR code on a letter carries the code behind the #, which no server sees: put it in the field.
(() => {
  const field = document.getElementById("code");
  const digits = location.hash.slice(1);
  if (!field || !/^\d{16}$/.test(digits)) return;
  field.value = digits.match(/.{4}/g).join(" ");
  history.replaceState(null, "", location.pathname + location.search);
})();
