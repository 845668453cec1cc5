// Sets theme and language before the first paint. Starts the console, and loads its files.
// docs/ARCHITECTURE.md says more.
(() => {
  "use strict";
  const root = document.documentElement;

  // The keys of src/platform/storage.rs.
  const base = new URL(document.baseURI).pathname.replace(/\/+$/, "");
  const prefix = `slipway${base && base + "/"}.`;
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // Storage can be forbidden.
    }
  };

  // Takes over what all consoles of the host once shared.
  try {
    if (!stored(`${prefix}base`)) {
      const copies = base && !stored("slipway.base");
      localStorage.setItem(`${prefix}base`, "1");
      for (const key of copies ? Object.keys(localStorage) : [])
        if (/^slipway\.(?!token$)/.test(key)) localStorage.setItem(prefix + key.slice(8), stored(key));
    }
  } catch {}

  const theme = stored(`${prefix}theme`);
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  // The first of the user's languages that the console has. Every kind of Chinese gets zh-CN.
  const wanted = [stored(`${prefix}language`), ...(navigator.languages ?? [navigator.language])];
  const supported = wanted
    .map((tag) => /^(zh|en)(-|_|$)/i.exec(tag ?? "")?.[1].toLowerCase())
    .find(Boolean);
  root.lang = supported === "zh" ? "zh-CN" : "en";

  // The files that the address needs, as they are on their way; each is taken once.
  const ahead = new Map();

  // Gives `use` the answer for a file; after a failure once more, past the cache.
  const load = async (url, type, use = (answer) => answer, integrity = "") => {
    let missing;
    // As a preload without crossorigin asks: WebKit uses it for nothing else, and Firefox for nothing with a digest.
    const ask = async (cache, integrity = "") => {
      missing = false;
      const answer = await fetch(url, { cache, integrity, mode: "no-cors", credentials: "include" });
      const { ok, status } = answer;
      if (ok && type.test(answer.headers.get("content-type"))) return answer;
      missing = status < 500 && status !== 408 && status !== 429;
      throw new Error(`${status} ${url}`);
    };
    try {
      const begun = ahead.get(url);
      ahead.delete(url);
      return await (begun ?? use(ask("default")));
    } catch {}
    try {
      return await use(ask("reload", integrity));
    } catch (error) {
      // A wrong digest hides the status.
      if (integrity) await load(url, type).catch(() => {});
      if (missing) root.dataset.outdated = "";
      throw error;
    }
  };

  // Loads a lazy style sheet, once.
  const style = (link) => {
    const attempt = () =>
      new Promise((resolve, reject) => {
        link.onload = resolve;
        link.onerror = () => {
          link.removeAttribute("rel");
          reject();
        };
        link.rel = "stylesheet";
      });
    link.loading ??= attempt()
      .catch(() => load(link.href, /css/, undefined, link.integrity).then(attempt))
      .then(
        () => link.removeAttribute("data-lazy"),
        (error) => {
          link.loading = undefined;
          throw error;
        },
      );
    return link.loading;
  };

  // Reloads the page, past the cache. Without a network, keeps what is there.
  const reload = async () => {
    const failed = "failed" in root.dataset;
    const files = failed ? performance.getEntriesByType("resource").map(({ name }) => name) : [];
    const scripts = files.filter((name) => /\.js$/.test(name));
    try {
      await Promise.all([location.href, ...scripts].map((url) => fetch(url, { cache: "reload" })));
    } catch (error) {
      delete root.dataset.outdated;
      if (!failed) throw error;
    }
    location.reload();
  };

  // The answers that the address needs, asked for while the code loads; each is taken once, by a call with the same
  // token. src/platform/early_answers.rs takes them.
  const early = new Map();
  const asked = [];
  const askEarly = (url, token) => {
    asked.push(url);
    const abort = new AbortController();
    const headers = { Accept: "application/json" };
    if (token) headers.Authorization = token;
    const answer = fetch(url, { headers, cache: "no-cache", signal: abort.signal });
    answer.catch(() => {});
    early.set(url, { answer, token, sent: Date.now(), abort });
    return answer;
  };
  const takeEarly = (url, token = "", signal) => {
    const found = early.get(url);
    early.delete(url);
    if (found?.token === token) {
      signal?.addEventListener("abort", () => found.abort.abort());
      return found;
    }
    found?.abort.abort();
  };

  // As src/state/connection.rs finds the address and its token.
  const connection = (config) => {
    const address = stored(`${prefix}address`) ?? String(config.api ?? "");
    const entries = [sessionStorage, localStorage].map((store) => store.getItem(`${prefix}token`) ?? "");
    const entry = entries.find((entry) => entry.startsWith(`${address}\n`));
    const token = entry?.slice(address.length + 1).trim();
    return { address: address.replace(/\/+$/, ""), token: token ? `Token ${token}` : "" };
  };

  // Asks for what the page of this address begins with.
  const begin = async () => {
    const path = location.pathname.slice(base.length);
    const build = /^\/builds\/([\w-]+)$/.exec(path)?.[1];
    const list = /^\/(builds)?$/.test(path) && !location.search;
    const config = askEarly(`${base}/config.json`, "");
    if (build) {
      for (const { href } of document.querySelectorAll("link[data-ahead]")) {
        const compiled = WebAssembly.compileStreaming(fetch(href));
        compiled.catch(() => {});
        ahead.set(href, compiled);
      }
      // Behind the others, so that they come after them in the cascade.
      document.addEventListener("DOMContentLoaded", () => {
        for (const link of document.querySelectorAll("link:is([data-lazy=further], [data-lazy=build], [data-lazy=log])"))
          style(link).catch(() => {});
      });
    }
    if (!build && !list) return;
    const answer = (await config).clone();
    const { address, token } = connection(answer.ok ? await answer.json() : {});
    const api = `${address}/v1/builds`;
    const urls = build ? [`${api}/${build}`, `${api}/${build}/logs`] : [`${api}?page=1`];
    urls.forEach((url) => askEarly(url, token));
    // What nobody takes is not kept on its way.
    setTimeout(() => early.forEach(({ abort }) => abort.abort()), 30000);
  };

  // After a trap (a panic, too deep a recursion, or a fault of the browser's compiler), nothing on the page can be relied
  // on. An open dialog would lie above what says so, and let nobody reach it.
  for (const type of ["error", "unhandledrejection"])
    addEventListener(type, ({ error, reason }) => {
      if (!/^(Runtime|Range|Internal)Error$/.test((error ?? reason)?.name)) return;
      root.dataset.failed = "";
      document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
    });

  const wait = (millis) => new Promise((done) => setTimeout(done, millis));

  // Lets offline.js keep what is seen, for the token that this device keeps; first removes what it has kept, to `forget`.
  // Waits, so that the first view is not slower. Without service workers, nothing is kept.
  let since = 0; // When it was last made to forget.
  const keep = async (forget) => {
    try {
      if (forget) {
        since = performance.now();
        asked.length = 0;
        await caches.delete(`${prefix}api`);
      }
      const worker = navigator.serviceWorker;
      const isKnown = !forget && worker.controller;
      const token = `${prefix}token`;
      const tell = async (seen) =>
        (await worker.ready).active.postMessage([stored(`${prefix}address`), stored(token), sessionStorage.getItem(token), seen]);
      await wait(2000);
      await worker.register(`${base}/offline.js`);
      if (isKnown) return await tell([]);
      await tell();
      // The worker sees what is asked for once it controls the page, which it never does after a reload past it.
      const controls = new Promise((done) => worker.addEventListener("controllerchange", done, { once: true }));
      if (!worker.controller) await Promise.race([controls, wait(5000)]);
      // What was on its way before has mostly come by then.
      await wait(2000);
      const loaded = performance.getEntriesByType("resource").filter(({ name, startTime }) => startTime >= since || !name.includes("/v1/"));
      await tell([...asked, ...loaded.map(({ name }) => name)]);
    } catch {}
  };

  window.slipway = { load, style, reload, takeEarly, keep };

  // A module with SIMD and references, as the console's own.
  const sample = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 12, 1, 10, 0, 65, 0, 253, 15, 26, 208, 111, 26, 11);
  const isAble = window.WebAssembly?.validate(sample);

  const start = async () => {
    const script = document.querySelector('link[rel="modulepreload"]').href;
    const wasm = document.querySelector('link[rel="preload"][as="fetch"]');
    const { default: init } = await import(script).catch(async (error) => {
      await load(script, /javascript/);
      throw error;
    });
    const compile = (answer) => WebAssembly.compileStreaming(answer);
    const module = await load(wasm.href, /wasm/, compile, wasm.dataset.integrity);
    await init({ module_or_path: module });
  };
  // Without its answer, the console asks itself.
  if (isAble) begin().catch(() => {});
  document.addEventListener("DOMContentLoaded", () => {
    if (!isAble) return (root.dataset.failed = "unable");
    document.querySelector(".boot-failed button").onclick = reload;
    start().catch((error) => {
      root.dataset.failed = "";
      throw error;
    });
  });
})();
