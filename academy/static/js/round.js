// While files are being made, the bar follows; without this there is a link to look again.
(() => {
  const shown = () => document.getElementById("voortgang");

  async function follow() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("voortgang");
      if (!fresh) return;
      if (!fresh.hasAttribute("data-going")) { location.reload(); return; }
      shown().replaceChildren(...fresh.childNodes);
    } catch {
      // Offline for a moment: ask again later.
    }
    setTimeout(follow, 3000);
  }

  if (shown()) setTimeout(follow, 2000);
})();
