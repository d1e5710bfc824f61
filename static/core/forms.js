/* Forms: sent once, checked before they are sent, in our words. */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

  /* Up to so many faults are found without a summary. */
  const SEEN_AT_ONCE = 2;

  /* ---- Once: a second click does not submit again ---- */
  const once = (form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    each(form, "button:not([type=button])", (sender) => sender.setAttribute("aria-busy", "true"));
  });

  const again = () => each(document, "form[data-sent]", (form) => {
    delete form.dataset.sent;
    each(form, "[aria-busy]", (sender) => sender.removeAttribute("aria-busy"));
  });
  document.addEventListener("htmx:afterRequest", again);
  window.addEventListener("pageshow", again);

  /* ---- A list's address holds what was asked, not the empty fields ---- */
  const sparse = (form) => form.addEventListener("submit", () => {
    const empty = [...form.elements].filter((field) => field.name && field.value === "");
    empty.forEach((field) => { field.disabled = true; });
    /* The answer may be the page before, come back to by the browser's own button. */
    window.addEventListener("pageshow", () => empty.forEach((field) => { field.disabled = false; }));
  });

  /* ---- What is missing: forms are novalidate, the browser's own bubbles speak its language ---- */
  const complaint = (field) => {
    const { validity, type, title, localName } = field;
    if (!validity.valueMissing) return title || "格式不对，请照例子填写。";
    if (type === "file") return "还没有选择文件。";
    return localName === "select" || type === "radio" ? "还没有选择。" : "没有填写，请补上。";
  };
  const groupOf = (field) => field.closest(".field, .filter") || field.parentElement;
  const forgive = ({ target }) => {
    if (!target.validity || !target.hasAttribute("aria-invalid")) return;
    target.removeAttribute("aria-invalid");
    const group = groupOf(target);
    group.classList.remove("field-bad");
    each(group, "[data-complaint]", (list) => list.remove());
  };
  const complain = (field) => {
    forgive({ target: field });
    const list = document.createElement("ul");
    const item = document.createElement("li");
    list.className = "errorlist";
    list.dataset.complaint = "";
    item.textContent = complaint(field);
    list.append(item);
    field.setAttribute("aria-invalid", "true");
    const group = groupOf(field);
    group.classList.add("field-bad");
    group.append(list);
  };
  const labelOf = (field) => {
    const named = field.type === "radio" ? field.closest("fieldset")?.querySelector("legend") : field.labels?.[0];
    const label = named?.cloneNode(true);
    if (!label) return field.getAttribute("aria-label") || "";
    each(label, ".optional", (note) => note.remove());
    return label.textContent.trim();
  };
  /* A long form says on top what is missing, as the server does (components/form_errors.html). */
  const summarise = (form, faulty) => {
    const box = document.createElement("div");
    const heading = document.createElement("h2");
    const list = document.createElement("ul");
    box.className = "error-summary";
    box.dataset.complaint = "";
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    heading.textContent = `还有 ${faulty.length} 处需要填写或修改，其余已填的都保留着`;
    list.className = "error-list";
    list.append(...faulty.map((field) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${field.id}`;
      link.textContent = labelOf(field);
      item.append(link, `：${complaint(field)}`);
      return item;
    }));
    box.append(heading, list);
    form.prepend(box);
    return box;
  };
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!form.noValidate || (submitter && submitter.formNoValidate)) return;
    const faulty = [...form.elements]
      .filter((field) => field.willValidate && !field.validity.valid)
      .filter((field, at, all) => field.type !== "radio" || all.findIndex(({ name }) => name === field.name) === at);
    if (!faulty.length) return;
    event.preventDefault();
    event.stopPropagation();
    faulty.forEach(complain);
    each(form, ".error-summary", (old) => old.remove());
    if (faulty.length > SEEN_AT_ONCE) {
      const summary = summarise(form, faulty);
      summary.focus();
      summary.scrollIntoView({ block: "center" });
      return;
    }
    faulty[0].focus();
    /* With its label, clear of the bar on top. */
    groupOf(faulty[0]).scrollIntoView({ block: "center" });
  }, true);
  document.addEventListener("input", forgive, true);
  document.addEventListener("change", forgive, true);

  onLoad((root) => {
    each(root, "form[data-once]", once);
    each(root, "form[data-sparse]", sparse);
  });
})();
