// Put into a page before anything else of it runs: notes when the log's first line and all its lines are
// painted, and offers what the bench does with the log. The console and the baseline show it alike: a frame
// `.log-frame`, lines `.log-line` with their number in `data-line`, how many there are in `.log-count`.
"use strict";
{
  const bench = { frames: [], start: 0, first: 0, all: 0 };
  window.slipwayBench = bench;

  // When the log is asked for: the browser's own record of it comes only once all of it is read.
  const send = window.fetch;
  window.fetch = (...request) => {
    const address = String(request[0].url ?? request[0]);
    if (!bench.start && address.includes("/logs")) bench.start = performance.now();
    return send(...request);
  };

  const frames = () => document.querySelector(".log-frame");
  // The whole numbers of a text, as people write them.
  const numbers = (selector) =>
    (document.querySelector(selector)?.textContent ?? "")
      .match(/[0-9]+(?:[.,\u00a0\u202f][0-9]{3})*/g)
      ?.map((number) => Number(number.replace(/[^0-9]/g, ""))) ?? [];
  const frame = () => new Promise((done) => requestAnimationFrame(done));

  // After what this frame shows is painted.
  const painted = () =>
    new Promise((done) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now());
      channel.port2.postMessage(null);
    });

  const watch = async () => {
    const wanted = WANTED;
    for (;;) {
      await frame();
      bench.frames.push(performance.now());
      const first = !bench.first && document.querySelector(".log-line:not([hidden])");
      const all = numbers(".log-count")[0] >= wanted;
      const at = first || all ? await painted() : 0;
      if (first) bench.first = at;
      if (all) {
        bench.all = at;
        return;
      }
    }
  };
  watch();

  // How many places of the frame show no line.
  const blank = () => {
    const box = frames().getBoundingClientRect();
    let found = 0;
    for (let y = Math.max(box.top, 0) + 5; y < Math.min(box.bottom - 25, innerHeight); y += 10) {
      const here = document.elementsFromPoint(box.left + box.width / 2, y);
      if (!here.some((element) => element.classList.contains("log-line"))) found++;
    }
    return found;
  };

  const inFrame = (element) => {
    const box = frames().getBoundingClientRect();
    const of = element?.getBoundingClientRect();
    return of && of.bottom > box.top && of.top < box.bottom;
  };

  // Waits for frames until this holds and is painted; the time, or NaN after five seconds.
  const until = async (holds) => {
    const limit = performance.now() + 5000;
    while (performance.now() < limit) {
      await frame();
      if (holds()) return painted();
    }
    return NaN;
  };

  bench.times = () => {
    const { start } = bench;
    const gap = (from) => {
      const of = bench.frames.filter((at) => at >= from && at <= bench.all);
      return Math.max(0, ...of.map((at, index) => at - (index ? of[index - 1] : from)));
    };
    const since = (at) => (at ? at - start : NaN);
    // Nothing lies between a first line and an end that come in one frame.
    return { first: since(bench.first), all: since(bench.all), gap: gap(bench.first), stall: gap(start) };
  };

  bench.jump = async (line) => {
    frames().scrollIntoView({ block: "center" });
    const start = performance.now();
    location.hash = `#L${line}`;
    let gone = 0;
    const shown = () => {
      gone = blank();
      return inFrame(document.querySelector(`.log-line[data-line="${line}"]`));
    };
    return { time: (await until(shown)) - start, blank: gone };
  };

  bench.scroll = async () => {
    frames().scrollIntoView({ block: "center" });
    const start = await frame();
    let [count, gone, now] = [0, 0, start];
    while (now - start < 3000) {
      // Between two frames, as a wheel does.
      await painted();
      frames().scrollTop += 2000;
      now = await frame();
      count++;
      if (blank()) gone++;
    }
    return { frames: count, blank: gone };
  };

  bench.search = async (text, wanted) => {
    const field = document.querySelector('.log [role="search"] input, .log input[type="search"]');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    const put = (value) => {
      set.call(field, value);
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
    put("");
    await until(() => !document.querySelector(".log-line mark"));
    frames().scrollTop = 0;
    await frame();
    await frame();
    const start = performance.now();
    put(text);
    let first = NaN;
    const done = await until(() => {
      if (!first && inFrame(document.querySelector(".log-line mark"))) painted().then((at) => (first = at));
      return first && numbers(".log-matches").includes(wanted);
    });
    return { first: first - start, count: done - start };
  };

  bench.floor = async (url) => {
    const start = performance.now();
    const reader = (await fetch(url)).body.getReader();
    while (!(await reader.read()).done);
    return performance.now() - start;
  };
}
