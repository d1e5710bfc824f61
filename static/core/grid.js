/* The grid of an upload: cells chosen and mended by keyboard, blocks pasted, rows deleted and added.

   Every change goes to the server, which checks the whole table and answers with the rows that this
   page holds: they are put in place cell by cell, so that nobody is interrupted while typing. */
(() => {
  "use strict";

  const { onLoad } = window.wagemon;

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  const grid = (box) => {
    const address = box.dataset.grid;
    const bar = box.querySelector("[data-bar]");
    const queue = [];
    let sending = false;
    let editor = null;

    const cells = () => [...box.querySelectorAll("td[data-column]")];
    const rowOf = (cell) => cell.closest("tr");
    const keyOf = (cell) => rowOf(cell).dataset.key;
    const placeOf = (cell) => `${keyOf(cell)}-${cell.dataset.column}`;
    const cellAt = (place) => cells().find((cell) => placeOf(cell) === place);
    const headOf = (row) => row.querySelector("th").textContent.replace(/\s+/g, " ").trim();
    const labelOf = (cell) => `${headOf(rowOf(cell))} ${cell.dataset.label}`;
    const say = (text) => { bar.textContent = text; };

    const describe = (cell) => {
      const { fault, was } = cell.dataset;
      say([labelOf(cell), fault && `：${fault}`, was && `（原表写的是 ${was}）`].filter(Boolean).join(""));
    };
    const choose = (cell) => {
      cells().forEach((other) => { other.tabIndex = -1; });
      cell.tabIndex = 0;
      cell.focus();
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
      describe(cell);
    };
    const neighbour = (cell, down, right) => {
      const rows = [...box.querySelectorAll("tbody tr[data-key]")];
      const row = rows[rows.indexOf(rowOf(cell)) + down];
      const inRow = (one) => [...one.querySelectorAll("td[data-column]")];
      return row && inRow(row)[inRow(rowOf(cell)).indexOf(cell) + right];
    };
    const step = (cell, back) => cells()[cells().indexOf(cell) + (back ? -1 : 1)];

    /* ---- What the server answers ---- */
    const renew = (old, fresh) => {
      const put = document.importNode(fresh, true);
      old.replaceWith(put);
      window.htmx.process(put);
      document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: put } }));
      return put;
    };
    const renewCell = (old, fresh) => {
      if (editor && editor.cell === old) return;
      const chosen = old === document.activeElement;
      const put = document.importNode(fresh, true);
      put.tabIndex = old.tabIndex;
      old.replaceWith(put);
      if (chosen) { put.focus({ preventScroll: true }); describe(put); }
    };
    const renewRow = (old, fresh) => {
      old.className = fresh.className;
      const columns = [...old.children];
      [...fresh.children].forEach((cell, at) => {
        if (cell.dataset.column) renewCell(columns[at], cell);
        else if (!columns[at].contains(document.activeElement)) renew(columns[at], cell);
        else { renew(columns[at], cell).querySelector("button, a")?.focus(); }
      });
    };
    const show = (text) => {
      const page = new DOMParser().parseFromString(text, "text/html").getElementById("import-preview");
      const old = new Map([...box.querySelectorAll("tbody tr[data-key]")].map((row) => [row.dataset.key, row]));
      let last = null;
      let added = null;
      page.querySelectorAll("tbody tr[data-key]").forEach((row) => {
        const { key } = row.dataset;
        if (old.has(key)) { last = old.get(key); renewRow(last, row); return; }
        const put = document.importNode(row, true);
        if (last) last.after(put); else box.querySelector("tbody").append(put);
        window.htmx.process(put);
        last = put;
        added = put;
      });
      const parts = document.getElementById("import-preview");
      page.querySelectorAll("[data-part]").forEach((part) => {
        const there = parts.querySelector(`[data-part="${part.dataset.part}"]`);
        if (!there) return;
        const held = there.contains(document.activeElement);
        const put = renew(there, part);
        if (held && !added) (put.querySelector("button:not([disabled])") || put.querySelector("a"))?.focus();
      });
      if (added && !editor) choose(added.querySelector("td[data-column]"));
    };

    /* ---- What is sent: one change after another ---- */
    const form = (entries) => {
      const body = new FormData();
      entries.forEach(([name, value]) => body.append(name, value));
      body.append("query", box.dataset.query);
      body.append("shown", [...box.querySelectorAll("tbody tr[data-key]")].map((row) => row.dataset.key).join(","));
      return body;
    };
    const next = async () => {
      if (sending || !queue.length) return;
      sending = true;
      const { entries, places } = queue[0];
      const marked = (name, on) => places.map(cellAt).filter(Boolean).forEach((cell) => cell.classList.toggle(name, on));
      try {
        const answer = await fetch(address, {
          method: "POST",
          body: form(entries),
          headers: { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers") || "{}") },
        });
        const elsewhere = answer.headers.get("HX-Redirect");
        if (elsewhere) { window.location.assign(elsewhere); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        queue.shift();
        const text = await answer.text();
        marked("cell-unsaved", false);
        if (queue.length && queue[0].entries[0][0].startsWith("cell")) { sending = false; next(); return; }
        show(text);
      } catch {
        marked("cell-unsaved", true);
        say("没有保存：连不上平台。改的内容还在这一页，连上后会自动再存。");
        window.setTimeout(() => { sending = false; next(); }, 3000);
        return;
      }
      sending = false;
      next();
    };
    const send = (entries, places = []) => { queue.push({ entries, places }); next(); };
    window.addEventListener("beforeunload", (event) => { if (queue.length) event.preventDefault(); });

    /* ---- Typing into a cell ---- */
    const close = () => {
      const { cell, held } = editor;
      editor = null;
      cell.replaceChildren(...held);
      return cell;
    };
    const set = (cell, text) => {
      if (cell.dataset.raw === text) return;
      cell.textContent = text || "—";
      if (cell.dataset.raw !== undefined) cell.dataset.raw = text;
      cell.classList.add("cell-waiting");
      send([[`cell-${placeOf(cell)}`, text]], [placeOf(cell)]);
    };
    const commit = () => {
      const { input, before } = editor;
      const text = input.value.trim();
      const cell = close();
      if (text !== before) set(cell, text);
      return cell;
    };
    const open = (cell, text, before) => {
      const input = document.createElement("input");
      input.maxLength = 500;
      input.autocomplete = "off";
      input.dataset.private = "";
      input.setAttribute("aria-label", labelOf(cell));
      input.value = text;
      editor = { cell, input, before, held: [...cell.childNodes] };
      cell.replaceChildren(input);
      input.focus();
      input.addEventListener("blur", () => { if (editor && editor.input === input) commit(); });
    };
    /* What is shown in part only is fetched in full, on record; what is typed over it needs not be. */
    const edit = async (cell) => {
      if (rowOf(cell).classList.contains("row-removed")) return;
      const { raw, url } = cell.dataset;
      if (raw !== undefined) { open(cell, raw, raw); return; }
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) { window.location.assign(elsewhere); return; }
      if (!answer.ok) { say("打不开这一格，请刷新页面再试。"); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const { value } = page.querySelector("input[name=value]");
      if (!editor && cell.isConnected) open(cell, value, value);
    };

    const typing = (event) => {
      const { key, shiftKey } = event;
      if (event.isComposing) return;
      const moves = { Enter: () => neighbour(editor.cell, shiftKey ? -1 : 1, 0), Tab: () => step(editor.cell, shiftKey) };
      if (key === "Escape") { event.preventDefault(); event.stopPropagation(); choose(close()); }
      if (!moves[key]) return;
      event.preventDefault();
      const to = moves[key]();
      const cell = commit();
      choose(to || cell);
    };
    const moving = (event, cell) => {
      const { key, shiftKey } = event;
      if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") {
        event.preventDefault();
        send([["undo", "1"]]);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const to = ARROWS[key] ? neighbour(cell, ...ARROWS[key]) : key === "Tab" ? step(cell, shiftKey) : null;
      if (to) { event.preventDefault(); choose(to); return; }
      if (ARROWS[key]) event.preventDefault();
      if (rowOf(cell).classList.contains("row-removed")) return;
      if (key === "Enter" || key === "F2") { event.preventDefault(); edit(cell); }
      if (key === "Delete" || key === "Backspace") { event.preventDefault(); set(cell, ""); }
      /* A letter begins anew; where a Chinese input method composes, it composes in the field. */
      if (key.length === 1 || key === "Process") open(cell, "", null);
    };

    box.addEventListener("keydown", (event) => {
      if (editor && event.target === editor.input) { typing(event); return; }
      const cell = event.target.closest("td[data-column]");
      if (cell && event.target === cell) moving(event, cell);
    });
    box.addEventListener("click", ({ target }) => {
      const cell = target.closest("td[data-column]");
      if (cell && !(editor && editor.cell === cell)) choose(cell);
    });
    box.addEventListener("dblclick", ({ target }) => {
      const cell = target.closest("td[data-column]");
      if (cell && !editor) edit(cell);
    });
    box.addEventListener("focusin", ({ target }) => { if (target.matches("td[data-column]")) describe(target); });
    box.addEventListener("paste", (event) => {
      const cell = document.activeElement.closest("td[data-column]");
      if (!cell || editor) return;
      event.preventDefault();
      const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
      if (!text) return;
      if (!/[\t\n]/.test(text)) { set(cell, text.trim()); return; }
      say("正在粘贴……");
      send([["paste", text], ["at", placeOf(cell)]]);
    });
    /* Rows deleted and added, the last change undone: plain forms, sent from here. */
    box.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-change]")) return;
      event.preventDefault();
      event.stopPropagation();
      const names = ["csrfmiddlewaretoken", "query"];
      send([...new FormData(event.target)].filter(([name]) => !names.includes(name)));
    }, true);

    box.querySelector("table")?.setAttribute("role", "grid");
    cells().forEach((cell, at) => { cell.tabIndex = at ? -1 : 0; });
  };

  onLoad((root) => {
    const found = root.matches("[data-grid]") ? [root] : [...root.querySelectorAll("[data-grid]")];
    found.filter((box) => box.dataset.grid).forEach(grid);
  });
})();
