/* What the page's scripts share. Each is a deferred file of its own; this one comes first. */
(() => {
  "use strict";

  /* The root itself and everything in it that matches. */
  const each = (root, selector, act) => {
    if (root.matches && root.matches(selector)) act(root);
    root.querySelectorAll(selector).forEach(act);
  };

  /* Acts on the page now, and on every part that htmx puts in later. */
  const onLoad = (act) => {
    act(document.body);
    document.addEventListener("htmx:load", ({ detail }) => { if (detail.elt !== document.body) act(detail.elt); });
  };

  window.wagemon = { each, onLoad };
})();
