/* Dialogs, menus, printing, and where the focus goes. */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

  document.addEventListener("click", (event) => {
    const { target } = event;
    const opener = target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    if (target.closest("[data-closes]")) target.closest("dialog").close();
    if (target.closest("[data-print]")) window.print();
    each(document, "details[data-dismiss][open]", (menu) => { if (!menu.contains(target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    each(document, "details[data-dismiss][open]", (menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  /* ---- Focus: who mends one row of a table goes on at the row in its place ---- */
  let place = null;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const row = detail.target.contains(document.activeElement) && document.activeElement.closest("tbody tr");
    place = row ? row.sectionRowIndex : null;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (place === null || document.activeElement !== document.body) return;
    const buttons = [...detail.elt.querySelectorAll("tbody tr")].slice(0, place + 1).reverse()
      .map((row) => row.querySelector("button")).filter(Boolean);
    const next = buttons[0] || detail.elt.querySelector("button");
    if (next) next.focus();
  });

  onLoad((root) => {
    each(root, "dialog", (box) => { if (box.querySelector(".error-summary")) box.showModal(); });
    each(root, ".nav [aria-current], .tabs [aria-current]", (tab) => {
      tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 40;
    });
    each(root, "[data-focus]", (summary) => summary.focus());
  });
})();
