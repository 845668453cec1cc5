// Runs before the first paint: sets theme and language, so that neither flashes. Then, once the page
// is parsed, starts the console. The policy of this page allows no inline script, so this is a file.
(() => {
  "use strict";
  const root = document.documentElement;
  const stored = (key) => {
    try {
      return localStorage.getItem(`slipway.${key}`);
    } catch {
      return null; // A browser that forbids storage still gets the console.
    }
  };

  const theme = stored("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  // The first of the user's languages that the console speaks; every Chinese is served Chinese.
  const wanted = [stored("language"), ...(navigator.languages ?? [navigator.language])];
  const spoken = wanted
    .map((tag) => /^(zh|en)(-|_|$)/i.exec(tag ?? "")?.[1].toLowerCase())
    .find(Boolean);
  root.lang = spoken === "zh" ? "zh-CN" : "en";

  const start = async () => {
    const script = document.querySelector('link[rel="modulepreload"]');
    const wasm = document.querySelector('link[rel="preload"][as="fetch"]');
    const { default: init } = await import(script.href);
    await init({
      module_or_path: fetch(wasm.href, { integrity: wasm.integrity, credentials: "same-origin" }),
    });
  };
  document.addEventListener("DOMContentLoaded", () => {
    start().catch((error) => {
      console.error(error);
      root.dataset.failed = "";
    });
  });
})();
