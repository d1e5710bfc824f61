/* What went wrong between the page and the server, in words. */
(() => {
  "use strict";

  const say = (words) => { document.getElementById("connection").textContent = words; };
  document.addEventListener("htmx:sendError", () => say("连不上服务器。已填的内容还在，网络恢复后请再试一次。"));
  document.addEventListener("htmx:timeout", () => say("服务器很久没有回应。已填的内容还在，请稍后再试。"));
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status === 403) say("登录已过期或没有办理权限，没有作任何改动。请刷新页面后再试。");
    else if (status === 404) say("这条记录已不在，可能刚被别人改动。请刷新页面。");
    else say("这一步没有完成，已填的内容还在。请稍后再试；一再出现时请告诉平台技术运营方。");
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful) say(""); });
  window.addEventListener("offline", () => say("网络已断开。已填的内容还在，请先不要关闭页面。"));
  window.addEventListener("online", () => say(""));
})();
