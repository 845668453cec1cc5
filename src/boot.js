// Sets theme and language before the first paint, so that neither flashes. Starts the console once the page
// is parsed. A file of its own, because the page's policy allows no inline script.
(() => {
  "use strict";
  const root = document.documentElement;
  const stored = (key) => {
    try {
      return localStorage.getItem(`slipway.${key}`);
    } catch {
      return null; // Storage can be forbidden. The console works without it.
    }
  };

  const theme = stored("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  // The first of the user's languages that the console has. Every kind of Chinese gets zh-CN.
  const wanted = [stored("language"), ...(navigator.languages ?? [navigator.language])];
  const supported = wanted
    .map((tag) => /^(zh|en)(-|_|$)/i.exec(tag ?? "")?.[1].toLowerCase())
    .find(Boolean);
  root.lang = supported === "zh" ? "zh-CN" : "en";

  const start = async () => {
    const script = document.querySelector('link[rel="modulepreload"]');
    const wasm = document.querySelector('link[rel="preload"][as="fetch"]');
    const { default: init } = await import(script.href);
    await init({
      module_or_path: fetch(wasm.href, {
        integrity: wasm.dataset.integrity ?? "",
        credentials: "same-origin",
      }),
    });
  };
  document.addEventListener("DOMContentLoaded", () => {
    start().catch((error) => {
      console.error(error);
      root.dataset.failed = "";
    });
  });
})();
