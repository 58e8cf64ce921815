"use strict";
// The page's whole behaviour. State: answers by item id, and the place in the sheet (-1 the start, n the end).
(() => {
  const sheet = JSON.parse(document.getElementById("sheet").textContent);
  const items = sheet.items;
  const store = "finewright-sheet-" + sheet.digest;
  const find = (id) => document.getElementById(id);
  const labels = new Map(sheet.choices.map((choice) => [choice.value, choice.label]));
  const searched = sheet.choices.some((choice) => !choice.key);
  const state = { answers: {}, at: -1 };
  let kept = true;
  let unsaved = false;
  let since = null;

  // --- what is remembered -------------------------------------------------------------------------------------------

  function restore() {
    try {
      const before = JSON.parse(localStorage.getItem(store));
      if (before === null) return;
      for (const item of items) {
        const one = before.answers[item.id];
        if (one) state.answers[item.id] = { answer: String(one.answer), comment: String(one.comment), seconds: +one.seconds || 0 };
      }
      state.at = Math.max(-1, Math.min(items.length, before.at | 0));
    } catch { /* Nothing kept, or nothing that can be read: begin anew. */ }
  }

  function keep() {
    try {
      localStorage.setItem(store, JSON.stringify(state));
      kept = true;
    } catch {
      kept = false;
    }
  }

  function entry(item) {
    return (state.answers[item.id] ??= { answer: "", comment: "", seconds: 0 });
  }

  const isAnswered = (item) => Boolean(state.answers[item.id]?.answer);
  const answered = () => items.filter(isAnswered).length;

  // Seconds count while an item is on the screen and the page is looked at.
  function tick() {
    const item = items[state.at];
    if (item && since !== null) entry(item).seconds += (performance.now() - since) / 1000;
    since = item && !document.hidden ? performance.now() : null;
  }

  // --- what is shown ------------------------------------------------------------------------------------------------

  function element(tag, text, style) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (style) made.className = style;
    return made;
  }

  function shown(block) {
    const section = element("section", undefined, "block");
    section.append(element("h3", block.title));
    const text = element("div", block.text || "(empty)", block.text ? "text" : "text empty");
    text.dir = "auto";
    section.append(text);
    return section;
  }

  // Neighbours that belong side by side share a row.
  function showBlocks(item) {
    const rows = [];
    for (const block of item.blocks) {
      const row = rows.at(-1);
      if (block.beside && row?.classList.contains("beside")) row.append(shown(block));
      else {
        rows.push(element("div", undefined, block.beside ? "row beside" : "row"));
        rows.at(-1).append(shown(block));
      }
    }
    find("blocks").replaceChildren(...rows);
  }

  // The choices that are buttons for an item, with the key of each.
  function buttons(item) {
    const keyed = sheet.choices.filter((choice) => choice.key).map((choice) => [choice.key.toLowerCase(), choice.value]);
    const free = [..."123456789"].filter((key) => !keyed.some(([taken]) => taken === key));
    const chosen = state.answers[item.id]?.answer;
    const offered = [...item.suggested];
    const within = (value) => offered.includes(value) || keyed.some(([, other]) => other === value);
    if (chosen && !within(chosen)) offered.push(chosen);
    return [...offered.slice(0, free.length).map((value, place) => [free[place], value]), ...keyed];
  }

  function choiceButton(key, value, chosen) {
    const button = element("button");
    button.type = "button";
    button.dataset.value = value;
    button.setAttribute("aria-pressed", String(value === chosen));
    if (key) {
      button.setAttribute("aria-keyshortcuts", key);
      button.append(element("kbd", key));
    }
    const label = element("span", labels.get(value) ?? value);
    label.dir = "auto";
    button.append(label);
    button.addEventListener("click", () => choose(value));
    return button;
  }

  function showChoices(item) {
    const chosen = state.answers[item.id]?.answer;
    find("choices").replaceChildren(...buttons(item).map(([key, value]) => choiceButton(key, value, chosen)));
    find("find").hidden = !searched;
    find("search").value = "";
    find("found").replaceChildren();
  }

  function matches() {
    const wanted = find("search").value.trim().toLowerCase();
    if (!wanted) return [];
    const holding = sheet.choices.filter((choice) => choice.label.toLowerCase().includes(wanted));
    const rank = (choice) => (choice.label.toLowerCase() === wanted ? 0 : choice.label.toLowerCase().startsWith(wanted) ? 1 : 2);
    return holding.sort((one, other) => rank(one) - rank(other)).slice(0, 12);
  }

  function showProgress() {
    const done = answered();
    find("progress").value = done;
    find("count").textContent = `${done} of ${items.length} answered`;
    find("kept").textContent = kept ? "Kept in this browser" : "Not kept: save before you close the page";
    find("kept").className = kept ? "" : "warning";
  }

  function showEnd() {
    const open = items.filter((item) => !isAnswered(item));
    find("end-title").textContent = open.length ? "Not quite done" : "All answered";
    find("end-text").textContent = open.length
      ? `${open.length} of ${items.length} items have no answer yet. You can save what there is and go on later.`
      : "Save your answers as a CSV file and hand that file back.";
    const links = open.map((item) => {
      const number = items.indexOf(item);
      const link = element("button", `Item ${number + 1}`);
      link.type = "button";
      link.addEventListener("click", () => go(number));
      return link;
    });
    find("missing").replaceChildren(...links);
  }

  function go(to) {
    tick();
    state.at = Math.max(-1, Math.min(items.length, to));
    keep();
    show();
  }

  function show() {
    const item = items[state.at];
    since = item && !document.hidden ? performance.now() : null;
    find("start").hidden = state.at !== -1;
    find("help").hidden = state.at === -1;
    find("item").hidden = find("answer").hidden = !item;
    find("end").hidden = state.at !== items.length;
    showProgress();
    if (item) {
      find("item-title").textContent = `Item ${state.at + 1} of ${items.length}`;
      showBlocks(item);
      showChoices(item);
      find("comment").value = state.answers[item.id]?.comment ?? "";
      focusOn("item-title");
    } else if (state.at === -1) {
      find("begin").firstChild.textContent = answered() ? "Go on " : "Begin ";
      find("begin").focus();
    } else {
      showEnd();
      focusOn("end-title");
    }
    window.scrollTo(0, 0);
  }

  // A heading that takes the focus is read out, and Tab goes on from there.
  function focusOn(id) {
    find(id).focus({ preventScroll: true });
  }

  // --- what is done -------------------------------------------------------------------------------------------------

  function choose(value) {
    const item = items[state.at];
    tick();
    entry(item).answer = value;
    unsaved = true;
    find("status").textContent = `Item ${state.at + 1}: ${labels.get(value) ?? value}`;
    go(state.at + 1);
  }

  function begin() {
    const first = items.findIndex((item) => !isAnswered(item));
    go(first === -1 ? items.length : first);
  }

  const guarded = new RegExp("^(?:" + sheet.guarded + ")");
  const cell = (text) => '"' + (guarded.test(text) ? "'" + text : text).replaceAll('"', '""') + '"';

  function csv() {
    const rows = items.map((item) => {
      const texts = new Map(item.blocks.map((block) => [block.title, block.text]));
      const one = state.answers[item.id] ?? { answer: "", comment: "", seconds: 0 };
      const seconds = one.answer ? one.seconds.toFixed(1) : "";
      const asides = [cell(one.answer), cell(one.comment), `"${seconds}"`, `"${sheet.digest}"`];
      return [cell(item.id), ...sheet.headings.map((title) => cell(texts.get(title) ?? "")), ...asides];
    });
    return [sheet.columns.map(cell), ...rows].map((row) => row.join(",") + "\r\n").join("");
  }

  function save() {
    tick();
    keep();
    const link = element("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv;charset=utf-8" }));
    link.download = `${sheet.name}-answers.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    const said = `Saved as ${link.download}, where this browser puts its downloads.`;
    find("status").textContent = said;
    find("saved").textContent = said;
  }

  // --- keys ---------------------------------------------------------------------------------------------------------

  const actions = {
    ArrowLeft: () => go(state.at - 1),
    Backspace: () => go(state.at - 1),
    ArrowRight: () => (state.at === -1 ? begin() : go(state.at + 1)),
    c: () => find("comment").focus(),
    s: save,
    "?": () => go(-1),
    "/": () => searched && find("search").focus(),
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches("input[type=text], textarea");
    if (typing && event.key === "Escape") return focusOn("item-title");
    if (typing || !find("shortcuts").checked) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const item = items[state.at];
    const chosen = item && buttons(item).find(([of]) => of === key);
    const onlyOfItems = key === "c" || key === "/";
    const action = chosen ? () => choose(chosen[1]) : onlyOfItems && !item ? undefined : actions[key];
    if (!action) return;
    event.preventDefault();
    // A key that is held down answers one item, not ten; arrows may run.
    if (!event.repeat || key.startsWith("Arrow")) action();
  }

  function onSearchKey(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const [first] = matches();
    if (first) choose(first.value);
  }

  function listKeys() {
    const keyed = sheet.choices.filter((choice) => choice.key).map((choice) => [[choice.key], choice.label]);
    const offered = items.some((item) => item.suggested.length) ? [[["1", "…", "9"], "One of the suggested answers"]] : [];
    const typed = searched ? [[["/"], "Find another answer by typing"]] : [];
    const rest = [
      [["←", "Backspace"], "Back"], [["→"], "On, without an answer"], [["c"], "Write a comment"],
      [["Esc"], "Leave the comment"], [["s"], "Save as CSV"], [["?"], "These instructions"],
    ];
    const rows = [...keyed, ...offered, ...typed, ...rest].map(([keys, label]) => {
      const row = element("div");
      const names = element("dt");
      names.append(...keys.map((key) => element("kbd", key)));
      row.append(names, element("dd", label));
      return row;
    });
    find("keys").replaceChildren(...rows);
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", () => { tick(); keep(); });
  window.addEventListener("pagehide", () => { tick(); keep(); });
  window.addEventListener("beforeunload", (event) => { if (unsaved && !kept) event.preventDefault(); });
  find("begin").addEventListener("click", begin);
  find("help").addEventListener("click", () => go(-1));
  find("save").addEventListener("click", save);
  find("save-end").addEventListener("click", save);
  find("back").addEventListener("click", () => go(state.at - 1));
  find("next").addEventListener("click", () => go(state.at + 1));
  find("search").addEventListener("keydown", onSearchKey);
  find("search").addEventListener("input", () => {
    find("found").replaceChildren(...matches().map((choice) => choiceButton("", choice.value)));
  });
  find("comment").addEventListener("input", () => {
    entry(items[state.at]).comment = find("comment").value;
    unsaved = true;
    keep();
    showProgress();
  });

  restore();
  keep();
  // A sheet that was begun opens at its start, with the count of what is there; `Go on` finds the first open item.
  state.at = -1;
  listKeys();
  show();
})();
