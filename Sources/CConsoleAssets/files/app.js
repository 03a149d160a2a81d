// What the pages cannot do by themselves: keys, deciding without a new page, and news as they come.
"use strict";
(() => {
  const root = document.documentElement;
  root.dataset.script = "1";
  const isChinese = root.dataset.lang === "zh";
  const words = (en, zh) => (isChinese ? zh : en);
  const token = document.querySelector('meta[name="promoguard-token"]').content;
  const live = () => document.getElementById("live");
  const rows = () => [...document.querySelectorAll("#live tbody tr")];

  for (const hidden of document.querySelectorAll('[data-action="help"], #all')) hidden.hidden = false;

  // The row that keys are about

  let currentID = null;
  let currentPlace = 0;

  function select(row, scroll = true) {
    for (const other of rows()) other.classList.toggle("current", other === row);
    if (!row) return;
    currentID = row.id;
    currentPlace = rows().indexOf(row);
    if (scroll) row.scrollIntoView({ block: "nearest" });
  }

  const current = () => rows().find((row) => row.classList.contains("current"));

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const place = all.indexOf(current());
    select(all[place < 0 ? 0 : Math.min(Math.max(place + step, 0), all.length - 1)]);
  }

  const boxes = () => [...document.querySelectorAll('#live input[name="flag"]')];

  function showChosen() {
    const chosen = document.getElementById("chosen");
    if (!chosen) return;
    const count = boxes().filter((box) => box.checked).length;
    chosen.textContent = count ? words(`${count} selected:`, `已选 ${count} 条：`) : words("This row:", "当前行：");
  }

  // Deciding

  let lastUndo = document.querySelector('.toast input[name="undo"]')?.value ?? null;

  async function send(path, body) {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-PromoGuard-Token": token },
      body: JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.error?.message ?? response.statusText);
    return answer;
  }

  let toastTimer = 0;

  function toast(text, { undo = null, isProblem = false } = {}) {
    document.querySelector(".toast")?.remove();
    const box = document.createElement("div");
    box.className = isProblem ? "toast problem" : "toast";
    box.setAttribute("role", "status");
    const message = document.createElement("span");
    message.textContent = text;
    box.append(message);
    if (undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = words("Undo", "撤销");
      const key = document.createElement("kbd");
      key.textContent = "z";
      button.append(key);
      button.addEventListener("click", () => inTurn(undoLast));
      box.append(button);
    }
    document.body.append(box);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => box.remove(), isProblem ? 12000 : 8000);
  }

  const stateWords = {
    confirm: words("confirmed", "已确认"),
    clear: words("cleared", "已排除"),
    unsure: words("unsure", "存疑"),
  };

  // What keys and buttons ask for is done in turn, each on the list that the one before left.
  let work = Promise.resolve();
  let isBusy = false;

  function inTurn(task) {
    work = work.then(async () => {
      isBusy = true;
      try {
        await task();
      } catch (error) {
        toast(error.message, { isProblem: true });
      } finally {
        isBusy = false;
      }
    });
  }

  async function decide(decision) {
    const checked = boxes().filter((box) => box.checked).map((box) => box.closest("tr"));
    const row = current();
    const chosen = checked.length ? checked : row ? [row] : [];
    if (!chosen.length) return toast(words("Select a row first: j and k move.", "请先选择一行：j、k 移动。"));
    const byRisk = new Map();
    for (const row of chosen) {
      byRisk.set(row.dataset.risk, [...(byRisk.get(row.dataset.risk) ?? []), row.dataset.ref]);
    }
    const names = [];
    let count = 0, repeated = 0;
    for (const [risk, accounts] of byRisk) {
      const answer = await send("/api/v1/decisions", { decision, risk, accounts });
      names.push(answer.undo);
      count += answer.decided;
      repeated += answer.repeated;
    }
    if (!count && repeated) return toast(words(`${repeated} ${repeated === 1 ? "flag" : "flags"} left as decided: you said the same before.`, `${repeated} 条标记保持不变：与您已有的处理结论相同。`));
    lastUndo = names;
    toast(words(`${count} ${count === 1 ? "flag" : "flags"} ${stateWords[decision]}.`, `${count} 条标记：${stateWords[decision]}。`), { undo: true });
    for (const box of boxes()) box.checked = false;
    await refresh();
  }

  async function undoLast() {
    if (!lastUndo) return;
    let count = 0;
    for (const undo of [].concat(lastUndo)) count += (await send("/api/v1/undo", { undo })).undone;
    lastUndo = null;
    toast(words(`Undone on ${count} ${count === 1 ? "flag" : "flags"}.`, `已撤销 ${count} 条。`));
    await refresh();
  }

  // News

  async function refresh() {
    const old = live();
    if (!old) return;
    const address = new URL(location.href);
    address.searchParams.delete("done");
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) return;
    const known = new Set(rows().map((row) => row.id));
    const checked = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
    const hadCurrent = Boolean(current());
    old.replaceWith(document.adoptNode(fresh));
    for (const box of boxes()) box.checked = checked.has(box.value);
    for (const row of rows()) if (known.size && !known.has(row.id)) row.classList.add("fresh");
    const all = rows();
    // The next by itself: what stands now where the row stood that is gone.
    if (hadCurrent && all.length) {
      select(all.find((row) => row.id === currentID) ?? all[Math.min(currentPlace, all.length - 1)], false);
    }
    const every = document.getElementById("all");
    if (every) every.hidden = false;
    showChosen();
  }

  let isWaiting = false;
  let lastRefresh = 0;
  let settling = 0;

  function hearChange() {
    if (isWaiting || !live()?.dataset.live || document.hidden) return;
    isWaiting = true;
    // No more than one page a second and a half, however much is written.
    setTimeout(async () => {
      isWaiting = false;
      lastRefresh = Date.now();
      if (!isBusy) await refresh().catch(() => {});
      // Sums of a large file may be two seconds old: once more when it is quiet.
      clearTimeout(settling);
      settling = setTimeout(() => isBusy || refresh().catch(() => {}), 2500);
    }, Math.max(0, lastRefresh + 1500 - Date.now()));
  }

  if (live()?.dataset.live) {
    const events = new EventSource("/events");
    events.addEventListener("hello", (event) => event.data !== live().dataset.live && hearChange());
    events.addEventListener("change", hearChange);
    document.addEventListener("visibilitychange", hearChange);
    addEventListener("pagehide", () => events.close());
  }

  // Keys

  const help = document.getElementById("help");
  const press = (key) => document.querySelector(`main [data-key="${key}"]`);

  function act(key) {
    const isList = Boolean(live());
    switch (key) {
      case "?": return help.showModal();
      case "/": return document.getElementById("search") ? document.getElementById("search").focus() : location.assign("/");
      case "j": return isList && inTurn(() => move(1));
      case "k": return isList && inTurn(() => move(-1));
      case "Enter": return isList && inTurn(() => current()?.querySelector("a.id")?.click());
      case "c": case "x": case "u": {
        const decision = { c: "confirm", x: "clear", u: "unsure" }[key];
        return isList ? inTurn(() => decide(decision)) : press(key)?.click();
      }
      case "z": {
        const button = document.querySelector('form.toast [data-key="z"]');
        return button ? button.click() : inTurn(undoLast);
      }
      case "g": {
        if (!isList) return press("g")?.click();
        const gang = current()?.dataset.gang;
        if (!gang) return toast(words("This row is in no gang.", "当前行不属于任何团伙。"));
        return location.assign(`/bulk?status=open&gang=${encodeURIComponent(gang)}`);
      }
      case "q": return press("q")?.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const target = event.target;
    const isTyping = target.matches("input:not([type=checkbox]), select, textarea");
    if (isTyping) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (event.key === "Enter" && target.matches("a, button, summary")) return;
    if (!["?", "/", "j", "k", "Enter", "c", "x", "u", "z", "g", "q"].includes(event.key)) return;
    event.preventDefault();
    act(event.key);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-action="help"]')) return help.showModal();
    const row = event.target.closest("#live tbody tr");
    if (row && !event.target.closest("a, button")) select(row, false);
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "all") for (const box of boxes()) box.checked = event.target.checked;
    showChosen();
  });

  document.addEventListener("submit", (event) => {
    const decision = event.submitter?.value;
    if (event.target.id !== "live" || !(decision in stateWords)) return;
    event.preventDefault();
    inTurn(() => decide(decision));
  });

  if (live() && rows().length) select(rows()[0], false);
  showChosen();
  const notice = document.querySelector("form.toast");
  if (notice) {
    setTimeout(() => notice.remove(), 15000);
    const address = new URL(location.href);
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }
})();
