/* The place where one is stands in sight in a bar that is wider than the screen. */
(() => {
  "use strict";
  const { each, onLoad } = window.wagemon;

  onLoad((root) => each(root, ".nav [aria-current], .tabs [aria-current]", (link) => {
    const bar = link.parentElement;
    bar.scrollLeft = link.offsetLeft - bar.offsetLeft - (bar.clientWidth - link.offsetWidth) / 2;
  }));
})();
