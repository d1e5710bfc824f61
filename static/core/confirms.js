/* A form that acts at once (data-confirm) is asked about first; without script it is simply sent.

   Loaded after forms.js, whose listener says first what is missing. */
(() => {
  "use strict";

  const button = (words, kind) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = kind ? `button ${kind}` : "button";
    made.textContent = words;
    return made;
  };
  const ask = (form, sender) => {
    const box = document.createElement("dialog");
    const head = document.createElement("header");
    const title = document.createElement("h2");
    const body = document.createElement("div");
    const question = document.createElement("p");
    const row = document.createElement("div");
    const words = sender ? sender.textContent.trim() : "确认";
    const act = button(words, sender && sender.classList.contains("button-danger") ? "button-danger" : "button-main");
    const leave = button("取消");
    box.className = "dialog";
    box.setAttribute("aria-labelledby", "confirm-title");
    head.className = "dialog-head";
    title.id = "confirm-title";
    title.textContent = words;
    body.className = "dialog-body";
    /* A template may break a long question into lines. */
    question.textContent = form.dataset.confirm.replace(/\s*\n\s*/g, "");
    row.className = "form-actions";
    act.addEventListener("click", () => {
      form.dataset.confirmed = "yes";
      form.requestSubmit(sender);
      delete form.dataset.confirmed;
      /* It stays until the answer comes, so that a second click hits nothing beneath it. */
      act.setAttribute("aria-busy", "true");
    });
    leave.addEventListener("click", () => box.close());
    box.addEventListener("close", () => box.remove());
    window.addEventListener("pageshow", () => box.remove());
    head.append(title);
    row.append(act, leave);
    body.append(question, row);
    box.append(head, body);
    document.getElementById("main").append(box);
    box.showModal();
    leave.focus();
  };
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!form.dataset.confirm || form.dataset.confirmed || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    ask(form, submitter);
  }, true);
})();
