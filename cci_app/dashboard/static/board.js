"use strict";
// The board: a task is moved by mouse, by touch, or by keyboard alone. A move is told to the API with the version that
// was seen; who comes second is told so, and sees how it stands.

(() => {
  const REFRESH_MS = 15000;
  const board = () => document.getElementById("board");
  const columns = () => [...board().querySelectorAll(".column")];
  const columnOf = (card) => card.closest(".column");
  const cardsIn = (column) => [...column.querySelectorAll(".task-card")];
  const words = (name, values) => board().dataset[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
  const say = (text) => { document.getElementById("told").textContent = text; };
  const facts = (card) => ({
    title: card.dataset.title,
    column: columnOf(card).dataset.name,
    place: cardsIn(columnOf(card)).indexOf(card) + 1,
    all: cardsIn(columnOf(card)).length,
  });
  // What is being moved, and where it stood.
  let lifted = null;
  let busy = false;

  function notice(text) {
    const told = document.createElement("div");
    const line = document.createElement("p");
    told.className = "notice bad";
    line.textContent = text;
    told.append(line);
    document.getElementById("notice").replaceChildren(told);
  }

  function lift(card, how) {
    lifted = { card, how, from: columnOf(card), next: card.nextElementSibling };
    card.classList.add("lifted");
    card.querySelector(".move").setAttribute("aria-pressed", "true");
    board().classList.add("moving");
    for (const here of board().querySelectorAll(".here")) here.hidden = false;
    document.getElementById("notice").replaceChildren();
    say(words("lifted", facts(card)));
  }

  function letGo() {
    const { card } = lifted;
    lifted = null;
    card.classList.remove("lifted");
    card.querySelector(".move").setAttribute("aria-pressed", "false");
    board().classList.remove("moving");
    for (const here of board().querySelectorAll(".here")) here.hidden = true;
  }

  const putBack = ({ card, from, next }) => from.querySelector(".cards").insertBefore(card, next);

  function cancel() {
    const was = lifted;
    putBack(was);
    letGo();
    was.card.querySelector(".move").focus();
    say(words("back", facts(was.card)));
  }

  async function ask(method, path, body, version) {
    const headers = { "Content-Type": "application/json", "If-Match": `"${version}"` };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  }

  // The status first, then the place in the project's order, where one project is shown.
  async function tell({ card, from, next }) {
    const column = columnOf(card);
    let told = { status: 200, body: { version: card.dataset.version } };
    if (column !== from) told = await ask("PATCH", `/api/tasks/${card.dataset.task}/status`, { status: column.dataset.status }, card.dataset.version);
    const before = card.previousElementSibling;
    if (told.status === 200 && board().dataset.project && (column !== from || card.nextElementSibling !== next)) {
      told = await ask("POST", `/api/tasks/${card.dataset.task}/move`, { after: before ? Number(before.dataset.task) : null }, told.body.version);
    }
    return told;
  }

  async function drop() {
    const was = lifted;
    const moved = facts(was.card);
    const stays = columnOf(was.card) === was.from && was.card.nextElementSibling === was.next;
    letGo();
    was.card.querySelector(".move").focus();
    if (stays) return say(words("back", moved));
    busy = true;
    try {
      const told = await tell(was);
      if (told.status === 200) {
        was.card.dataset.version = told.body.version;
        count();
        say(words("dropped", moved));
        return;
      }
      if (told.status === 409) {
        const status = told.body.error.details.current?.status;
        const name = columns().find((each) => each.dataset.status === status)?.dataset.name ?? was.from.dataset.name;
        notice(words("conflict", { ...moved, column: name }));
      } else {
        putBack(was);
        notice(words("failed", moved));
      }
      await refresh(was.card.dataset.task);
    } catch {
      putBack(was);
      notice(words("failed", moved));
    } finally {
      busy = false;
    }
  }

  function count() {
    for (const column of columns()) column.querySelector("h2 span").textContent = cardsIn(column).length.toLocaleString(document.documentElement.lang);
  }

  // What comes while a task is taken up is not shown: it would fall from the hand.
  document.addEventListener("htmx:before:swap", (event) => { if (lifted) event.preventDefault(); });

  async function refresh(task) {
    if (!board()) return;
    const kept = task ?? document.activeElement?.closest?.(".task-card")?.dataset.task;
    const onButton = task || document.activeElement?.matches?.(".move");
    await htmx.ajax("GET", board().dataset.here, { target: "#board", select: "#board", swap: "outerHTML" });
    const again = kept && document.getElementById(`task-${kept}`);
    if (again && !lifted) (onButton ? again.querySelector(".move") : again.querySelector("a"))?.focus({ preventScroll: true });
  }
  setInterval(() => { if (!document.hidden && !lifted && !busy) refresh(); }, REFRESH_MS);

  function step(card, key) {
    const column = columnOf(card);
    const list = column.querySelector(".cards");
    if (key === "ArrowUp" && card.previousElementSibling) list.insertBefore(card, card.previousElementSibling);
    if (key === "ArrowDown" && card.nextElementSibling) list.insertBefore(card.nextElementSibling, card);
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const to = columns()[columns().indexOf(column) + (key === "ArrowRight" ? 1 : -1)];
      if (to) to.querySelector(".cards").prepend(card);
    }
    card.querySelector(".move").focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(words("at", facts(card)));
  }

  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.(".task-card .move");
    if (!button || busy) return;
    const card = button.closest(".task-card");
    const isHeld = lifted?.card === card;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (isHeld) drop();
      else if (!lifted) lift(card, "keys");
    } else if (isHeld && event.key === "Escape") {
      event.preventDefault();
      cancel();
    } else if (isHeld && event.key.startsWith("Arrow")) {
      event.preventDefault();
      step(card, event.key);
    }
  });

  // By touch: the sign takes it up, and each column says where it may be put.
  document.addEventListener("click", (event) => {
    const here = event.target.closest?.(".here");
    const button = event.target.closest?.(".task-card .move");
    if (here && lifted) {
      columnOf(here).querySelector(".cards").prepend(lifted.card);
      drop();
    } else if (button && event.detail > 0 && !busy) {
      if (lifted) cancel();
      else lift(button.closest(".task-card"), "touch");
    }
  });

  // Whoever goes away with the keyboard while a task is taken up puts it back.
  document.addEventListener("focusout", (event) => {
    if (lifted?.how !== "keys" || !event.target.closest?.(".lifted")) return;
    setTimeout(() => { if (lifted?.how === "keys" && !lifted.card.contains(document.activeElement)) { putBack(lifted); letGo(); } });
  });

  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".task-card");
    if (!card || busy || lifted) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.title);
    lift(card, "drag");
  });
  document.addEventListener("dragover", (event) => {
    const column = event.target.closest?.(".column");
    if (!column || lifted?.how !== "drag") return;
    event.preventDefault();
    const below = cardsIn(column).find((each) => {
      const box = each.getBoundingClientRect();
      return each !== lifted.card && event.clientY < box.top + box.height / 2;
    });
    column.querySelector(".cards").insertBefore(lifted.card, below ?? null);
  });
  document.addEventListener("drop", (event) => {
    if (lifted?.how !== "drag" || !event.target.closest?.(".column")) return;
    event.preventDefault();
    drop();
  });
  document.addEventListener("dragend", () => { if (lifted?.how === "drag") cancel(); });
})();
