/* Small helps for pages that work without them. No framework, no eval, Chromium 109. */
(() => {
  "use strict";

  const each = (root, selector, act) => {
    if (root.matches && root.matches(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  };

  /* ---- Amounts: separators and 大写 under the field ---- */
  const DIGITS = "零壹贰叁肆伍陆柒捌玖";
  const PLACES = ["", "拾", "佰", "仟"];
  const GROUPS = ["", "万", "亿", "万亿"];

  const groupWords = (four) => {
    let words = "";
    [...four].forEach((digit, at) => {
      if (digit !== "0") words += DIGITS[digit] + PLACES[four.length - 1 - at];
      else if (words && !words.endsWith("零")) words += "零";
    });
    return words.replace(/零+$/, "");
  };

  const yuanWords = (whole) => {
    let words = "";
    const groups = whole.padStart(Math.ceil(whole.length / 4) * 4, "0").match(/\d{4}/g) || [];
    groups.forEach((four, at) => {
      if (four === "0000") return;
      if (words && (four[0] === "0" || groups[at - 1] === "0000")) words += "零";
      words += groupWords(four.replace(/^0+/, "")) + GROUPS[groups.length - 1 - at];
    });
    return words;
  };

  const capitals = (whole, cents) => {
    const [jiao, fen] = cents;
    const yuan = yuanWords(whole);
    if (cents === "00") return yuan ? yuan + "元整" : "零元整";
    let tail = jiao === "0" ? "" : DIGITS[jiao] + "角";
    if (fen !== "0") tail += (jiao === "0" && yuan ? "零" : "") + DIGITS[fen] + "分";
    return (yuan ? yuan + "元" : "") + tail + (fen === "0" ? "整" : "");
  };

  const amountWords = (text) => {
    const match = /^(\d{1,16})(?:\.(\d{0,2}))?$/.exec(text.replace(/[,,\s]/g, ""));
    if (!match) return "";
    const whole = match[1].replace(/^0+(?=\d)/, "");
    const cents = (match[2] || "").padEnd(2, "0");
    const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return `${separated}.${cents} 元 · ${capitals(whole.replace(/^0$/, ""), cents)}`;
  };

  const amount = (input) => {
    const words = document.createElement("output");
    words.className = "amount-words";
    words.htmlFor = input.id;
    input.after(words);
    const show = () => { words.textContent = amountWords(input.value.trim()); };
    input.addEventListener("input", show);
    show();
  };

  /* ---- Files: drag or pick, with name and size ---- */
  const size = (bytes) => (bytes < 1048576
    ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

  const drop = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const name = zone.querySelector(".drop-name");
    const show = () => {
      const files = [...input.files];
      if (files.length) name.textContent = files.map((file) => `${file.name}（${size(file.size)}）`).join("、");
    };
    const over = (event) => { event.preventDefault(); zone.classList.add("drop-over"); };
    zone.addEventListener("dragover", over);
    zone.addEventListener("dragleave", () => zone.classList.remove("drop-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("drop-over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("change", show);
  };

  /* ---- Drafts: what was typed stays in this browser, per person, never anything private ---- */
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

  /* ---- Dialogs, menus, printing ---- */
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

  /* ---- What the browser finds missing, in our words: its own speak the system's language ---- */
  const complaint = ({ type, validity }) => {
    if (!validity.valueMissing) return "格式不对，请照例子填写。";
    return type === "file" ? "还没有选择文件。" : "没有填写，请补上。";
  };
  document.addEventListener("invalid", ({ target }) => {
    if (!target.validity.customError) target.setCustomValidity(complaint(target));
  }, true);
  const forgive = ({ target }) => { if (target.setCustomValidity) target.setCustomValidity(""); };
  document.addEventListener("input", forgive, true);
  document.addEventListener("change", forgive, true);

  /* ---- What went wrong, in words ---- */
  const say = (words) => { document.getElementById("connection").textContent = words; };
  document.addEventListener("htmx:sendError", () => say("连不上服务器。已填的内容还在，网络恢复后请再试一次。"));
  document.addEventListener("htmx:timeout", () => say("服务器很久没有回应。已填的内容还在，请稍后再试。"));
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status === 403) say("登录已过期或没有办理权限，没有作任何改动。请刷新页面后再试。");
    else if (status === 404) say("这条记录已不在，可能刚被别人改动。请刷新页面。");
    else say("这一步没有完成，已填的内容还在。请稍后再试；一再出现时请告诉平台技术运营方。");
  });
  document.addEventListener("htmx:afterRequest", (event) => { again(); if (event.detail.successful) say(""); });
  window.addEventListener("offline", () => say("网络已断开。已填的内容还在，请先不要关闭页面。"));
  window.addEventListener("online", () => say(""));
  window.addEventListener("pageshow", again);

  const start = (root) => {
    each(root, "input[data-amount]", amount);
    each(root, "[data-drop]", drop);
    each(root, "form[data-draft][id]", draft);
    each(root, "form[data-once]", once);
    each(root, "dialog", (box) => { if (box.querySelector(".error-summary")) box.showModal(); });
    each(root, ".nav [aria-current], .tabs [aria-current]", (tab) => {
      tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 40;
    });
    each(root, "[data-focus]", (summary) => summary.focus());
  };

  dropStaleDrafts();
  settleDraft();
  start(document.body);
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) start(event.detail.elt); });
})();
