/* Amounts: separators and 大写 under the field. */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

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

  onLoad((root) => each(root, "input[data-amount]", amount));
})();
