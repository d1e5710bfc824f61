/* Drafts: what was typed stays in this tab for the person who typed it, never anything private.
   In the tab's own storage, which ends with the tab, and only while that person is signed in: on a
   shared computer nobody who comes next finds it. A form whose session was lost is kept by the
   server (kept.js). */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

  const KEPT_HOURS = 8;
  const PRIVATE = "[type=password], [type=file], [type=hidden]:not([data-combo] > *), [data-private]";
  /* Person and unit as base.html names them ("person/unit"): "" where nobody is signed in, undefined
     on the page of a fault, which does not know. */
  const VIEWER = document.body.dataset.viewer;
  const draftKey = (form) => `draft:${VIEWER}:${location.pathname}:${form.id}`;
  const draftFields = (form) => [...form.elements].filter((field) => field.name && !field.matches(PRIVATE));

  const readDraft = (key) => {
    try {
      const draft = JSON.parse(sessionStorage.getItem(key));
      return draft && Date.now() - draft.at < KEPT_HOURS * 3600000 ? draft : null;
    } catch { return null; }
  };

  const keepDraft = (form, key) => {
    const values = draftFields(form).map((field) => [field.name,
      field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked]
        : field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value]);
    try { sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), values })); } catch { /* full: the page itself still holds it */ }
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
    note.append(`这个标签页留有 ${new Date(draft.at).toLocaleString("zh-CN")} 没有提交的内容。`,
      button("接着填", () => { fillDraft(form, draft); note.remove(); }),
      button("不要了", () => { sessionStorage.removeItem(key); note.remove(); }));
    form.prepend(note);
  };

  /* What is old, and what was typed by somebody else than who is signed in now. */
  const dropDrafts = () => {
    const own = VIEWER && `draft:${VIEWER.split("/")[0]}/`;
    const isOthers = (key) => VIEWER === "" || (own && !key.startsWith(own));
    Object.keys(sessionStorage)
      .filter((key) => key.startsWith("draft:") && (isOthers(key) || !readDraft(key)))
      .forEach((key) => sessionStorage.removeItem(key));
  };

  /* Which draft was just sent. */
  const SENT = "sent-draft";

  const draft = (form) => {
    if (!VIEWER) return;
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
    if (received) sessionStorage.removeItem(key);
  };

  dropDrafts();
  settleDraft();
  onLoad((root) => each(root, "form[data-draft][id]", draft));
})();
