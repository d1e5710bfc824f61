/* A long choice found by typing: a combobox over what the server finds. */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

  const WAIT = 150;

  const combobox = (box) => {
    const text = box.querySelector("input[type=text]");
    const value = box.querySelector("input[type=hidden]");
    const list = document.createElement("ul");
    const status = box.querySelector("[role=status]");
    let asked = 0;
    let timer = 0;
    let options = [];
    let active = -1;
    let chosen = { label: text.value, value: value.value };

    /* The server reads what was chosen; what is typed goes along where drafts need it or where it
       may be something that is not in the list, not into the address of a filter. */
    const takesText = "takesText" in box.dataset;
    if (text.form?.method !== "post") text.removeAttribute("name");
    list.id = `${text.id}-options`;
    list.className = "combo-options";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", text.dataset.label);
    text.setAttribute("role", "combobox");
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-expanded", "false");
    text.setAttribute("aria-controls", list.id);
    box.append(list);

    const close = () => {
      list.hidden = true;
      active = -1;
      text.setAttribute("aria-expanded", "false");
      text.removeAttribute("aria-activedescendant");
    };

    const mark = (index) => {
      [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
      active = index;
      if (index < 0) { text.removeAttribute("aria-activedescendant"); return; }
      text.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    };

    const choose = (option) => {
      chosen = option || { label: "", value: "" };
      text.value = chosen.label;
      value.value = chosen.value;
      close();
      value.dispatchEvent(new Event("input", { bubbles: true }));
      value.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const show = (found) => {
      options = found.options;
      list.replaceChildren(...options.map((option, at) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${at}`;
        item.setAttribute("role", "option");
        item.textContent = option.label;
        if (option.note) {
          const note = document.createElement("small");
          note.textContent = ` ${option.note}`;
          item.append(note);
        }
        item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
        return item;
      }));
      const none = takesText ? "没有找到；平台上没有的，请写全代码。" : "没有找到，换几个字、代码或拼音试试。";
      status.textContent = options.length ? `${options.length} 项${found.more ? "，还有更多，请再多写几个字" : ""}` : none;
      list.hidden = !options.length;
      text.setAttribute("aria-expanded", String(options.length > 0));
      mark(options.length && text.value.trim() ? 0 : -1);
    };

    const ask = async () => {
      const mine = ++asked;
      const address = new URL(box.dataset.combo, location.href);
      address.searchParams.set("q", text.value === chosen.label ? "" : text.value.trim());
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        const found = await answer.json();
        /* An answer that was overtaken by a later question is dropped. */
        if (mine === asked && document.activeElement === text) show(found);
      } catch { if (mine === asked) status.textContent = "现在查不到，请稍后再试。"; }
    };
    const askSoon = () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); };

    text.addEventListener("input", () => {
      value.value = "";
      if (document.activeElement === text) askSoon();
    });
    /* A draft puts back both, the text before the value. */
    value.addEventListener("input", () => { chosen = { label: text.value, value: value.value }; });
    text.addEventListener("focus", () => { text.select(); });
    text.addEventListener("click", () => { if (list.hidden) ask(); });
    text.addEventListener("blur", () => {
      /* One that was typed whole is chosen; nothing typed is nothing chosen. */
      const typed = text.value.trim();
      const match = [chosen, ...options].find((option) => option.label === typed);
      if (match && match.value !== value.value) choose(match);
      else if (!typed && chosen.value) choose(null);
      else if (typed && !match && !takesText) status.textContent = "请从列出的里面选一项。";
      close();
    });
    text.addEventListener("keydown", (event) => {
      const { key } = event;
      if (key === "ArrowDown" || key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { ask(); return; }
        const step = key === "ArrowDown" ? 1 : -1;
        mark((active + step + options.length) % options.length);
      } else if (key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(options[active]);
      } else if (key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if ((key === "Home" || key === "End") && !list.hidden) {
        event.preventDefault();
        mark(key === "Home" ? 0 : options.length - 1);
      }
    });
  };

  onLoad((root) => each(root, "[data-combo]", combobox));
})();
