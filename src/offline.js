// The service worker. Keeps what was seen of the site and of the API, and gives it only when the network fails: an
// answer with any status is an answer. A browser stops the worker at any time, so all that it must know is in its caches.
// docs/ARCHITECTURE.md says more.
(() => {
  "use strict";
  const scope = registration.scope;

  // As boot.js and src/platform/storage.rs name what is this console's.
  const base = new URL(scope).pathname.replace(/\/+$/, "");
  const prefix = `slipway${base && base + "/"}.`;
  const SITE = `${prefix}site`;
  const API = `${prefix}api`;

  // What is kept of the API at most.
  const MAX_ANSWERS = 200;
  const MAX_BYTES = 64 << 20;
  const MAX_ANSWER_BYTES = 8 << 20;

  // An answer that was kept has the time, and the SHA-256 of the Authorization header that it is for.
  const KEPT = "X-Slipway-Kept";
  const OWNER = "X-Slipway-Owner";
  // Beside the answers: for whom they are, and their sizes, the oldest first. It goes when they go.
  const MARK = `${scope}offline.js?mark`;

  const digest = async (text) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const ownerOf = (request) => digest(request.headers.get("Authorization") ?? "");
  const find = (cacheName, url) => caches.match(url, { cacheName, ignoreVary: true });
  const later = (millis) => new Promise((done) => setTimeout(done, millis));

  // Changes of the mark, one after the other.
  let changes = Promise.resolve();
  const change = (work) => (changes = changes.then(work, work));
  const readMark = async (cache) => (await cache.match(MARK))?.json();
  const writeMark = (cache, mark) => cache.put(MARK, new Response(JSON.stringify(mark)));

  // The calls that are kept. Not the first list of builds: src/state/last_list.rs has it. Not a part of a log. No
  // parameter that could be a secret.
  const isKeptCall = ({ pathname, search, searchParams, username }) => {
    const call = /\/v1\/(builds|repositories)((?:\/[^/]+)*)\/?$/.exec(pathname);
    if (!call || username) return false;
    const [, noun, path] = call;
    const [first, second, third, ...more] = path.split("/").slice(1);
    if (noun === "builds" && first) return !search && !third && (!second || second === "logs");
    const isList = noun === "builds" || (first && !second);
    if (!isList) return Boolean(first && !search && !more.length && (!third || third === "build-config"));
    const isPlain = [...searchParams.keys()].every((key) => /^(page|namespace|repo_name)$/.test(key));
    return isPlain && (noun !== "builds" || !/^(\?page=1)?$/.test(search));
  };

  // Without the secrets of URLs: what stands before an @, and parameters that are named like a secret.
  const withoutSecrets = (text) =>
    text
      .replace(/(https?:\\?\/\\?\/)[^\s\/\\"]*@/gi, "$1")
      .replace(/(:\\?\/\\?\/[^\s\/\\"@:]*):[^\s\/\\"]*@/g, "$1@")
      .replace(SECRET_PARAMETER, "$1");
  // As crates/api/src/redact/token.rs, but what has such a word anywhere in its name.
  const SECRET_PARAMETER =
    /((?:[?&;#]|\\u0026)(?:[\w.-]{0,64}(?:token|secret|pass|pwd|key|credential|auth|sig|jwt|bearer|session|code)[\w.-]{0,64}|pat|pw|sas)=)[^\s&;#"\\]+/gi;
  const isSecretName = (name) => /token|secret|passw|pwd|credential|webhook_code/i.test(name);

  // The text of an answer as it may be kept. `undefined`: it may not.
  const keptText = (text, isLog) => {
    // A log that was cut has no end.
    if (isLog) return /^\s*\[/.test(text) && text.trimEnd().endsWith("]") ? withoutSecrets(text) : undefined;
    return withoutSecrets(JSON.stringify(JSON.parse(text, (name, value) => (isSecretName(name) ? null : value))));
  };

  // Reads a body up to the limit; `undefined`: it is longer.
  const read = async (body) => {
    const reader = body.getReader();
    const chunks = [];
    for (let size = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return new Blob(chunks);
      chunks.push(value);
      size += value.length;
      if (size > MAX_ANSWER_BYTES) {
        // The page's own copy goes on.
        reader.cancel().catch(() => {});
        return undefined;
      }
    }
  };

  // Keeps an answer of the API, or forgets what was kept when it says that there is no right to it any more. `answer`
  // is a copy, which the page doesn't wait for.
  const keepAnswer = async (url, owner, answer) => {
    const { status, body } = answer;
    const cache = await caches.open(API);
    const isOwner = async () => (await readMark(cache))?.owner === owner;
    // The token of a tab alone is not the one in the mark.
    if (!(await isOwner())) return body?.cancel();
    if (status === 401) return caches.delete(API);
    const isGone = [403, 404, 410].includes(status);
    if (!isGone && status !== 200) return body?.cancel();
    const isLog = /\/logs\/?$/.test(new URL(url).pathname);
    const bytes = isGone || !body ? undefined : await read(body);
    const text = bytes && keptText(await bytes.text(), isLog);
    await change(async () => {
      // The user may have changed meanwhile. What was opened before that is not the cache of the new one.
      const mark = await readMark(cache);
      if (mark?.owner !== owner) return;
      delete mark.sizes[url];
      mark.partial = mark.partial?.filter((log) => log !== url);
      if (text === undefined) await cache.delete(url);
      else {
        mark.sizes[url] = bytes.size;
        const headers = { "Content-Type": "application/json", [KEPT]: Date.now(), [OWNER]: owner };
        await cache.put(url, new Response(text, { headers }));
      }
      const urls = Object.keys(mark.sizes);
      let total = Object.values(mark.sizes).reduce((sum, size) => sum + size, 0);
      while (urls.length > MAX_ANSWERS || total > MAX_BYTES) {
        const oldest = urls.shift();
        total -= mark.sizes[oldest];
        delete mark.sizes[oldest];
        await cache.delete(oldest);
      }
      await writeMark(cache, mark);
    });
  };

  // A log that is followed is read on in parts, which are not kept. What is kept of it lacks them: that is in the mark.
  // A window of time, which has an end, is another matter.
  const partOf = ({ pathname, search, searchParams, href }) =>
    search && !searchParams.has("end_time") && /\/v1\/builds\/[^/]+\/logs\/?$/.test(pathname) ? href.split("?")[0] : undefined;
  const notePart = (log, owner) =>
    change(async () => {
      const cache = await caches.open(API);
      const mark = await readMark(cache);
      if (mark?.owner !== owner || !(log in mark.sizes) || mark.partial?.includes(log)) return;
      mark.partial = [...(mark.partial ?? []), log];
      await writeMark(cache, mark);
    });

  // The last parts are asked for after the build has ended, and may come while the log is on its way to the cache.
  const lastParts = new Map();

  // Reads the whole log again, once its build has ended and no more parts come, if one is missing.
  const completeLog = async ({ url, headers }, owner) => {
    const log = `${url.replace(/\/+$/, "")}/logs`;
    const mark = await readMark(await caches.open(API));
    if (lastParts.has(log) || mark?.owner !== owner || !mark.partial?.includes(log)) return;
    const build = await (await find(API, url))?.json();
    if (!build?.ended_at && !/^[SF]$/.test(build?.status)) return;
    const answer = await fetch(log, { headers, cache: "no-cache", priority: "low" });
    await keepAnswer(log, owner, answer);
  };

  const seePart = async ({ url, headers }) => {
    const log = partOf(new URL(url));
    const part = {};
    lastParts.set(log, part);
    const owner = await ownerOf({ headers });
    await notePart(log, owner);
    await later(1000);
    if (lastParts.get(log) !== part) return;
    lastParts.delete(log);
    await notePart(log, owner);
    await completeLog({ url: log.replace(/\/logs\/?$/, ""), headers }, owner);
  };

  const keptAnswer = async (request) => {
    const kept = await find(API, request.url);
    return kept?.headers.get(OWNER) === (await ownerOf(request)) ? kept : undefined;
  };

  // For each origin that did not answer, until when what was kept is given at once. Lost when the worker is stopped,
  // which costs an attempt.
  const pauses = new Map();
  const isPaused = (origin) => {
    const pause = pauses.get(origin);
    return pause && performance.now() < pause.until && (pause.online || !navigator.onLine);
  };
  const pause = (origin) => {
    if (isPaused(origin)) return;
    const millis = Math.min(30000, 2 * (pauses.get(origin)?.millis ?? 500));
    const until = performance.now() + millis * (0.5 + Math.random() / 2);
    pauses.set(origin, { millis, until, online: navigator.onLine });
  };
  addEventListener("online", () => pauses.clear());

  const answerOfApi = async (event) => {
    const { request } = event;
    const { origin } = new URL(request.url);
    const early = isPaused(origin) && (await keptAnswer(request));
    if (early) return early;
    let answer;
    try {
      answer = await fetch(request);
    } catch (error) {
      if (request.signal.aborted) throw error;
      pause(origin);
      const kept = await keptAnswer(request);
      if (kept) return kept;
      throw error;
    }
    pauses.delete(origin);
    // What is known to be too long isn't read twice.
    const isLong = Number(answer.headers.get("Content-Length")) > MAX_ANSWER_BYTES;
    const copy = isLong ? { status: answer.status } : answer.clone();
    const keep = async () => {
      const owner = await ownerOf(request);
      await keepAnswer(request.url, owner, copy);
      await completeLog(request, owner);
    };
    event.waitUntil(keep().catch(() => {}));
    return answer;
  };

  // Files of the site whose name has a hash of their content.
  const NAMES = /[\w-]+-[0-9a-f]{12,}(?:_bg)?\.(?:js|css|wasm)/g;
  const isName = (name) => name.match(NAMES)?.[0] === name;
  const stem = (name) => name.replace(/-[0-9a-f]{12,}(?=(_bg)?\.)/, "");
  const TYPES = { js: /javascript/, css: /css/, wasm: /wasm/, json: /json/ };
  const isFile = ({ ok, headers }, name) =>
    ok && TYPES[name.split(".").pop()].test(headers.get("Content-Type"));

  // Keeps a file, mostly from the browser's cache, and gives it. Fails if the site doesn't have it.
  const keepFile = async (cache, name) => {
    const url = scope + name;
    const known = await cache.match(url, { ignoreVary: true });
    if (known) return known;
    for (const mode of ["force-cache", "reload"]) {
      const answer = await fetch(url, { cache: mode, priority: "low" });
      if (!isFile(answer, name)) continue;
      await cache.put(url, answer.clone());
      return answer;
    }
    throw new Error(url);
  };

  // Keeps the page at this URL, whose console has started, once all files of its first view are kept, and those that
  // were used before. Only then the files of other versions go.
  const keepSite = async (url, seen) => {
    // What the browser has of an older version would replace a newer one.
    const answer = await fetch(url, { cache: "no-cache", headers: { Accept: "text/html" } });
    const headers = new Headers(answer.headers);
    const page = await answer.text();
    const names = new Set(page.match(NAMES));
    // What a network's login page would lack.
    if (![...names].some((name) => name.endsWith("_bg.wasm"))) return;
    const cache = await caches.open(SITE);
    const urls = (await cache.keys()).map(({ url }) => url);
    const used = new Set([...urls, ...seen].map((url) => stem(url.slice(scope.length))));
    // Grows by what the loader of the chunks names.
    for (const name of names) {
      if (name.endsWith(".wasm") && !name.endsWith("_bg.wasm") && !used.has(stem(name))) continue;
      const file = await keepFile(cache, name);
      if (name.startsWith("split-")) for (const chunk of (await file.text()).match(NAMES) ?? []) names.add(chunk);
    }
    await keepFile(cache, "config.json").catch(() => {});
    headers.delete("Content-Encoding");
    headers.delete("Content-Length");
    await cache.put(scope, new Response(page, { headers }));
    for (const url of urls) {
      const name = url.slice(scope.length);
      if (isName(name) && !names.has(name)) await cache.delete(url);
    }
  };

  // The console's pages, by the first part of their paths: those of src/routing/routes.rs. What else there is on the host
  // is not the console's to answer.
  const PAGES = /^(?:(?:index\.html|builds|repositories|connection|file)(?:[/?#]|$)|[?#]|$)/;

  const page = async (event) => {
    // Who opens or reloads a page wants to know.
    pauses.clear();
    try {
      return (await event.preloadResponse) ?? (await fetch(event.request));
    } catch (error) {
      const kept = await find(SITE, scope);
      if (kept) return kept;
      throw error;
    }
  };

  const file = async (event, name) => {
    try {
      const answer = await fetch(event.request);
      if (name === "config.json" && isFile(answer, name)) {
        const copy = answer.clone();
        event.waitUntil(caches.open(SITE).then((cache) => cache.put(scope + name, copy)).catch(() => {}));
      } else if (isName(name) && isFile(answer, name)) {
        // Behind the page's own work.
        const keep = async () => keepFile(await caches.open(SITE), name);
        event.waitUntil(later(3000).then(keep).catch(() => {}));
      }
      return answer;
    } catch (error) {
      const kept = await find(SITE, scope + name);
      if (kept) return kept;
      throw error;
    }
  };

  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => {
    // Asks for a page while the worker starts. In Firefox 153, a page whose preload fails shows the browser's own error,
    // whatever the worker answers.
    const preload = /Firefox\//.test(navigator.userAgent) ? undefined : registration.navigationPreload;
    event.waitUntil(Promise.all([clients.claim(), preload?.enable()]));
  });
  addEventListener("fetch", (event) => {
    const { cache, method, mode, url } = event.request;
    // After a write the API itself is asked, as far as it can be reached.
    if (method !== "GET") return pauses.delete(new URL(url).origin);
    const name = url.startsWith(scope) ? url.slice(scope.length) : undefined;
    if (mode === "navigate") {
      if (name !== undefined && PAGES.test(name)) event.respondWith(page(event));
    } else if (isKeptCall(new URL(url))) {
      // What decides about a write is asked with "reload", and gets no kept answer.
      if (cache !== "reload") event.respondWith(answerOfApi(event));
    } else if (partOf(new URL(url))) event.waitUntil(seePart(event.request).catch(() => {}));
    else if (name && (name === "config.json" || isName(name))) event.respondWith(file(event, name));
  });

  // The site is kept for one page after the other: two versions at once would remove each other's files.
  let sites = Promise.resolve();

  // What the page tells: for whom the API's answers are to be kept. The first page of a browser, and one that has had
  // all forgotten, tells a little later what it had loaded before the worker kept it. That is asked for once more.
  const listen = async ([address, entry, entryOfTab, urls], page) => {
    const [home, token = ""] = (entry ?? "").split("\n");
    const authorization = token.trim() && `Token ${token.trim()}`;
    const owner = await digest(authorization);
    const of = await digest(`${address}\n${entry}`);
    await change(async () => {
      const known = await readMark(await caches.open(API));
      if (known?.of === of) return;
      await caches.delete(API);
      await writeMark(await caches.open(API), { of, owner, sizes: {} });
    });
    if (!urls) return;
    const seen = [...new Set(urls.map((url) => new URL(url, scope).href))];
    await (sites = sites.then(() => keepSite(page, seen)).catch(() => {}));
    // What was seen with the token of a tab alone isn't kept.
    if (entryOfTab) return;
    const api = new URL(`${home.replace(/\/+$/, "")}/v1/`, scope).href;
    for (const url of seen.filter((url) => isKeptCall(new URL(url))).slice(0, 20)) {
      // The user may have signed out meanwhile.
      if ((await readMark(await caches.open(API)))?.of !== of) return;
      const isToken = authorization && url.startsWith(api);
      const headers = { Accept: "application/json", ...(isToken && { Authorization: authorization }) };
      const known = await find(API, url);
      if (known) continue;
      try {
        const answer = await fetch(url, { headers, cache: "no-cache", priority: "low" });
        await keepAnswer(url, isToken ? owner : await digest(""), answer);
      } catch {
        // One that fails is not kept. The others may be.
      }
    }
  };
  addEventListener("message", (event) => {
    event.waitUntil(listen(event.data, event.source.url).catch(() => {}));
  });
})();
