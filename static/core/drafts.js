/* Drafts: what was typed stays in this browser, per person, never anything private. */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

  const KEPT_DAYS = 14;
  const PRIVATE = "[type=password], [type=file], [type=hidden], [data-private]";
  const draftKey = (form) => `draft:${document.body.dataset.viewer || ""}:${location.pathname}:${form.id}`;
  const draftFields = (form) => [...form.elements].filter((field) => field.name && !field.matches(PRIVATE));

  const readDraft = (key) => {
    try {
      const draft = JSON.parse(localStorage.getItem(key));
      return draft && Date.now() - draft.at < KEPT_DAYS * 86400000 ? draft : null;
    } catch { return null; }
  };

  const keepDraft = (form, key) => {
    const values = draftFields(form).map((field) => [field.name,
      field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked]
        : field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value]);
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), values })); } catch { /* full: the page itself still holds it */ }
  };

  const fillField = (field, value) => {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.value === value[0]) [, field.checked] = value;
    } else if (field.multiple) {
      [...field.options].forEach((option) => { option.selected = value.includes(option.value); });
    } else field.value = value;
  };

  const fillDraft = (form, draft) => {
    const waiting = [...draft.values];
    draftFields(form).forEach((field) => {
      const at = waiting.findIndex(([name]) => name === field.name);
      if (at < 0) return;
      fillField(field, waiting.splice(at, 1)[0][1]);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  };

  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button button-small";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };

  const offerDraft = (form, key, draft) => {
    const note = document.createElement("div");
    note.className = "draft-note";
    note.setAttribute("role", "status");
    note.append(`本机留有 ${new Date(draft.at).toLocaleString("zh-CN")} 没有提交的内容。`,
      button("接着填", () => { fillDraft(form, draft); note.remove(); }),
      button("不要了", () => { localStorage.removeItem(key); note.remove(); }));
    form.prepend(note);
  };

  const dropStaleDrafts = () => Object.keys(localStorage)
    .filter((key) => key.startsWith("draft:") && !readDraft(key))
    .forEach((key) => localStorage.removeItem(key));

  const SENT = "draft:sent";

  const draft = (form) => {
    const key = draftKey(form);
    const kept = readDraft(key);
    const faulty = form.querySelector(".error-summary");
    if (kept && !faulty) offerDraft(form, key, kept);
    form.addEventListener("input", () => keepDraft(form, key));
    form.addEventListener("submit", () => { keepDraft(form, key); sessionStorage.setItem(SENT, key); });
    if (faulty) keepDraft(form, key);
  };

  /* The page after a submission either shows the form's faults again or it was received. */
  const settleDraft = () => {
    const key = sessionStorage.getItem(SENT);
    const received = document.querySelector("[id=main]:not(:has(.error-summary, .oops))");
    if (!key) return;
    sessionStorage.removeItem(SENT);
    if (received) localStorage.removeItem(key);
  };

  dropStaleDrafts();
  settleDraft();
  onLoad((root) => each(root, "form[data-draft][id]", draft));
})();
