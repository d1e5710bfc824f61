/* Days and months as people type them, whatever the language of the browser. */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

  const two = (text) => text.padStart(2, "0");
  const plain = (text) => text.trim().replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xFEE0));

  const isoDay = (text) => {
    const found = /^(\d{4})[-/.年\s](\d{1,2})[-/.月\s](\d{1,2})[日号]?$/.exec(text) || /^(\d{4})(\d\d)(\d\d)$/.exec(text);
    return found ? `${found[1]}-${two(found[2])}-${two(found[3])}` : "";
  };
  const isoMonth = (text) => {
    const found = /^(\d{4})[-/.年\s](\d{1,2})月?$/.exec(text) || /^(\d{4})(\d\d)$/.exec(text);
    return found ? `${found[1]}-${two(found[2])}` : "";
  };

  const written = (input, iso) => input.addEventListener("change", () => {
    const form = iso(plain(input.value));
    if (form) input.value = form;
  });

  onLoad((root) => {
    each(root, "input[data-day]", (input) => written(input, isoDay));
    each(root, "input[data-month]", (input) => written(input, isoMonth));
  });
})();
