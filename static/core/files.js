/* Files: drag or pick, with name and size. */
(() => {
  "use strict";

  const { each, onLoad } = window.wagemon;

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

  onLoad((root) => each(root, "[data-drop]", drop));
})();
