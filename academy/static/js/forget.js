/* Whoever stands at the door is not signed in here any more: the empty forms that this device kept for them, with first
   names, go. What was written and not sent stays, locked: its writer finds it again after coming in. */
if (window.caches) {
  caches.keys().then(function (names) {
    names.filter(function (name) { return name.startsWith("talks-"); }).forEach(function (name) { caches.delete(name); });
  });
}
