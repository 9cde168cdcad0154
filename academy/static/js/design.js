// The picture of a certificate follows what somebody chooses; without this there is a button for it.
(() => {
  const form = document.querySelector("form[data-look-url]");
  const shown = document.getElementById("voorbeeld");
  if (!form || !shown) return;
  let timer = null;
  let asked = 0;

  async function look() {
    const mine = ++asked;
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.lookUrl, {
        method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "error",
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("voorbeeld");
      if (mine === asked && fresh) shown.replaceChildren(...fresh.childNodes);
    } catch {
      // The picture stays as it was; the button still works.
    } finally {
      if (mine === asked) shown.removeAttribute("aria-busy");
    }
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(look, wait);
  }

  form.addEventListener("input", () => later(900));
  form.addEventListener("change", () => later(150));
})();
