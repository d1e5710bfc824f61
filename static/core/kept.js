/* A form whose session was lost stands there as it was: the server kept it for this person. */
(() => {
  "use strict";

  const { onLoad } = window.wagemon;

  const fill = (form, fields) => {
    const waiting = fields.slice();
    /* Of what is hidden only the value beside a typed choice was anybody's doing. */
    const typed = [...form.elements].filter((field) => field.name && field.type !== "file"
      && (field.type !== "hidden" || field.closest("[data-combo]")));
    typed.forEach((field) => {
      const at = waiting.findIndex(([name, value]) => name === field.name
        && (field.type !== "checkbox" && field.type !== "radio" || field.value === value));
      if (field.type === "checkbox" || field.type === "radio") field.checked = at >= 0;
      else if (field.multiple) {
        const chosen = waiting.filter(([name]) => name === field.name).map(([, value]) => value);
        [...field.options].forEach((option) => { option.selected = chosen.includes(option.value); });
      } else if (at >= 0) [, field.value] = waiting[at];
      if (at >= 0) waiting.splice(at, 1);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  };

  const restore = () => {
    const data = document.getElementById("kept-form");
    if (!data) return;
    const kept = JSON.parse(data.textContent);
    const action = kept.action.split("?")[0];
    const form = [...document.querySelectorAll("main form[method=post]")]
      .find((one) => new URL(one.action, location.href).pathname === action);
    if (!form) return;
    fill(form, kept.fields);
    form.closest("dialog")?.showModal();
  };

  onLoad(restore);
})();
