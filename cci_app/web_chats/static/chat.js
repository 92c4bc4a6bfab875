/* A chat with an assistant on any page:  <script src="https://…/chat.js" data-chat="…" async></script>
   No dependencies, nothing that is evaluated, no markup from strings, no style but a sheet of its own below a shadow root:
   it works where the page's policy allows this script and requests to where it came from. */
(() => {
  "use strict";
  const script = document.currentScript;
  const chat = script && script.dataset.chat;
  if (!chat || !Element.prototype.attachShadow || !("replaceSync" in CSSStyleSheet.prototype)) return;
  const home = new URL(script.src).origin;
  const whole = "page" in script.dataset;
  const WORDS = {
    es: {
      open: "Abrir el chat", close: "Cerrar el chat", messages: "Mensajes", write: "Escriba su mensaje", send: "Enviar",
      anew: "Empezar otra conversación", human: "Una persona", waiting: "está escribiendo…", you: "Usted",
      lost: "No hay conexión. Su mensaje se enviará en cuanto vuelva.", slow: "Demasiados mensajes seguidos. Espere un momento.",
      over: "Este chat ya no está disponible. Recargue la página o pida otro enlace.", fresh: "Mensaje nuevo",
      long: "El mensaje es demasiado largo.", gone: "este archivo ya no está disponible",
      begun: "La conversación anterior terminó; esta es otra.", file: "Archivo", image: "Imagen",
    },
    fr: {
      open: "Ouvrir le chat", close: "Fermer le chat", messages: "Messages", write: "Écrivez votre message", send: "Envoyer",
      anew: "Nouvelle conversation", human: "Une personne", waiting: "écrit…", you: "Vous",
      lost: "Pas de connexion. Votre message partira dès qu’elle reviendra.", slow: "Trop de messages à la suite. Patientez un instant.",
      over: "Ce chat n’est plus disponible. Rechargez la page ou demandez un autre lien.", fresh: "Nouveau message",
      long: "Le message est trop long.", gone: "ce fichier n’est plus disponible",
      begun: "La conversation précédente est terminée ; en voici une autre.", file: "Fichier", image: "Image",
    },
    en: {
      open: "Open the chat", close: "Close the chat", messages: "Messages", write: "Write your message", send: "Send",
      anew: "New conversation", human: "A person", waiting: "is writing…", you: "You",
      lost: "No connection. Your message will leave as soon as it is back.", slow: "Too many messages at once. Wait a moment.",
      over: "This chat is not available any more. Load the page anew, or ask for another link.", fresh: "New message",
      long: "The message is too long.", gone: "this file is not available any more",
      begun: "The conversation before is over; this is another one.", file: "File", image: "Picture",
    },
  };
  const SHEET = `
    :host { all: initial; position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483000; color-scheme: light dark; }
    :host(.whole) { inset: 0; }
    * { box-sizing: border-box; }
    .root { --ink: #1d2733; --quiet: #5a6673; --ground: #f5f4f0; --surface: #fff; --line: #e2dfd8; --accent: #0f5c73;
      --on-accent: #fff; --mine: #e3eff2; --bad: #a52a2a; --bad-wash: #fae6e4;
      font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink); }
    @media (prefers-color-scheme: dark) { .root { --ink: #e6eaee; --quiet: #a3afbb; --ground: #12171d; --surface: #1a2129;
      --line: #303b46; --accent: #6cc1d8; --on-accent: #0b1a20; --mine: #1f3d47; --bad: #f39a92; --bad-wash: #3a1d1c; } }
    button { font: inherit; color: inherit; cursor: pointer; border: 0; background: none; padding: 0; margin: 0; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .launch { position: relative; display: grid; place-items: center; width: 3.5rem; height: 3.5rem; border-radius: 50%;
      margin-left: auto; background: var(--accent); color: var(--on-accent); box-shadow: 0 4px 16px rgb(0 0 0 / 25%); }
    .launch svg { width: 1.625rem; height: 1.625rem; }
    .fresh { position: absolute; top: 0; right: 0; width: 1rem; height: 1rem; border-radius: 50%; background: #d9480f;
      border: 2px solid var(--surface); }
    .panel { display: flex; flex-direction: column; width: 23rem; max-width: calc(100vw - 2rem); height: 34rem;
      max-height: calc(100vh - 6.5rem); max-height: calc(100dvh - 6.5rem); margin-bottom: .75rem; overflow: hidden;
      background: var(--surface); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 8px 32px rgb(0 0 0 / 20%); }
    [hidden] { display: none !important; }
    header { display: flex; align-items: center; gap: .5rem; padding: .625rem .5rem .625rem 1rem; border-bottom: 1px solid var(--line); }
    h2 { flex: 1; min-width: 0; margin: 0; font-size: 1rem; font-weight: 650; overflow-wrap: anywhere; }
    header button { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 8px; color: var(--quiet); }
    header button:hover { background: var(--ground); color: var(--ink); }
    header svg { width: 1.25rem; height: 1.25rem; }
    .log { flex: 1; overflow-y: auto; padding: 1rem; background: var(--ground); display: flex; flex-direction: column; gap: .5rem;
      overscroll-behavior: contain; }
    .log:focus-visible { outline-offset: -3px; }
    .said { max-width: 85%; align-self: flex-start; }
    .said.visitor { align-self: flex-end; }
    .bubble { padding: .5rem .75rem; border-radius: 12px; background: var(--surface); border: 1px solid var(--line);
      white-space: pre-wrap; overflow-wrap: anywhere; }
    .visitor .bubble { background: var(--mine); border-color: transparent; }
    .who { font-size: .75rem; color: var(--quiet); margin: 0 .25rem .125rem; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    a { color: var(--accent); text-underline-offset: .15em; overflow-wrap: anywhere; }
    .press { display: flex; flex-wrap: wrap; gap: .375rem; margin-top: .375rem; }
    .press > * { padding: .375rem .75rem; min-height: 2.25rem; border: 1px solid var(--accent); border-radius: 999px;
      background: var(--surface); color: var(--accent); text-decoration: none; text-align: left; }
    .file { display: flex; align-items: center; gap: .5rem; max-width: 100%; margin-top: .375rem; padding: .5rem .75rem;
      min-height: 2.75rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); color: var(--accent);
      text-align: left; overflow-wrap: anywhere; }
    .file svg { flex: none; width: 1.25rem; height: 1.25rem; }
    .file:has(canvas) { padding: .25rem; }
    canvas { display: block; max-width: 100%; max-height: 16rem; border-radius: 9px; }
    .waiting { color: var(--quiet); font-size: .875rem; margin: 0 .25rem; }
    .notice { margin: 0; padding: .5rem 1rem; font-size: .875rem; background: var(--bad-wash); color: var(--bad); }
    form { display: flex; align-items: flex-end; gap: .5rem; padding: .625rem; border-top: 1px solid var(--line); margin: 0; }
    textarea { flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--quiet);
      border-radius: 10px; padding: .5rem .75rem; resize: none; height: 2.625rem; max-height: 8rem; field-sizing: content; }
    textarea::placeholder { color: var(--quiet); opacity: 1; }
    form button { display: grid; place-items: center; flex: none; width: 2.625rem; height: 2.625rem; border-radius: 10px;
      background: var(--accent); color: var(--on-accent); }
    form svg { width: 1.25rem; height: 1.25rem; }
    button:disabled { opacity: .55; cursor: default; }
    .whole .panel { width: 100%; max-width: 44rem; height: 100%; max-height: none; margin: 0 auto; border-radius: 0;
      border-width: 0 1px; box-shadow: none; }
    .whole { height: 100%; background: var(--ground); }
    @media (max-width: 480px) {
      :host(.open) { inset: 0; }
      .open { height: 100%; } .open .panel { width: 100%; max-width: none; height: 100%; max-height: none; margin: 0; border: 0; border-radius: 0; }
      .open .launch { display: none; }
    }
    @media (prefers-reduced-motion: no-preference) { .panel { animation: rise .16s ease-out; } }
    @keyframes rise { from { opacity: 0; transform: translateY(.5rem); } }
    @media (forced-colors: active) { .launch, form button { border: 1px solid; } }
  `;
  const DRAWN = {
    chat: "M4 4h16v12H9l-5 4z", close: "M6 6l12 12M18 6L6 18", send: "M4 12l16-8-5 16-3-7z", anew: "M5 12a7 7 0 1 0 2-5M5 4v4h4",
    file: "M6 3h8l5 5v13H6zM14 3v5h5",
  };

  const speaks = (script.dataset.lang || document.documentElement.lang || navigator.language || "").slice(0, 2).toLowerCase();
  let language = WORDS[speaks] ? speaks : "en";
  let words = WORDS[language];
  const KEPT = `cci-chat-${chat}`;
  const shown = new Map();
  let about = { title: "", greeting: {}, languages: [] };
  let visitor = null, tag = "", waiting = false, sending = false, opened = false, timer = 0, over = false, pause = 0;

  /* What the browser keeps, and nothing where it may keep nothing. */
  const keep = (value) => { try { value ? localStorage.setItem(KEPT, value) : localStorage.removeItem(KEPT); } catch { /* kept here */ } };
  const kept = () => { try { return localStorage.getItem(KEPT); } catch { return null; } };

  const make = (name, values = {}, ...inside) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(values)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...inside);
    return element;
  };
  const draw = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2",
      "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(key, value);
    path.setAttribute("d", DRAWN[name]);
    svg.append(path);
    return svg;
  };

  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHEET);
  shadow.adoptedStyleSheets = [sheet];
  const title = make("h2", { id: "title" });
  const anew = make("button", { type: "button", "aria-label": words.anew, title: words.anew, hidden: true, onclick: () => begin() }, draw("anew"));
  const close = make("button", { type: "button", "aria-label": words.close, hidden: whole, onclick: () => toggle(false) }, draw("close"));
  const log = make("div", { class: "log", role: "log", "aria-label": words.messages, tabindex: "0" });
  const typing = make("p", { class: "waiting", role: "status" });
  const notice = make("p", { class: "notice", role: "alert", hidden: true });
  const field = make("textarea", { rows: "1", maxlength: "4096", "aria-label": words.write, placeholder: words.write, autocomplete: "off" });
  const send = make("button", { type: "submit", "aria-label": words.send }, draw("send"));
  const form = make("form", { onsubmit: (event) => { event.preventDefault(); say(field.value); } }, field, send);
  const panel = make("section", { class: "panel", id: "panel", role: whole ? "region" : "dialog", "aria-labelledby": "title", hidden: !whole },
    make("header", {}, title, anew, close), log, notice, form);
  const fresh = make("span", { class: "fresh", hidden: true }, make("span", { class: "unseen" }, words.fresh));
  const launch = make("button", { type: "button", class: "launch", "aria-label": words.open, "aria-expanded": "false", "aria-controls": "panel",
    hidden: whole, onclick: () => toggle(!opened) }, draw("chat"), fresh);
  const root = make("div", { class: whole ? "root whole" : "root", lang: language }, panel, launch);
  if (whole) host.classList.add("whole");
  shadow.append(root);

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && opened && !whole) { event.stopPropagation(); toggle(false); } });

  async function ask(path, options = {}, as = "json") {
    const headers = { ...(visitor && { "X-Chat-Visitor": visitor }), ...(options.body && { "Content-Type": "application/json" }) };
    const answer = await fetch(`${home}/api/v1/chat/${chat}${path}`, { ...options, headers, credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.ok) return answer[as]();
    const error = new Error(String(answer.status));
    error.status = answer.status;
    error.after = Number(answer.headers.get("Retry-After")) || 5;
    throw error;
  }

  const tell = (text) => { notice.textContent = text; notice.hidden = !text; };

  function toggle(open) {
    opened = open;
    for (const each of [host, root]) each.classList.toggle("open", open);
    panel.hidden = !open && !whole;
    launch.setAttribute("aria-expanded", String(open));
    launch.setAttribute("aria-label", open ? words.close : words.open);
    if (open) { fresh.hidden = true; down(); field.focus(); poll(); } else launch.focus();
  }

  /* Words with their addresses as links: of the web alone, whatever stands there. */
  function linked(text) {
    const parts = [];
    let from = 0;
    for (const found of text.matchAll(/https?:\/\/[^\s<>"]{1,500}/g)) {
      const address = found[0].replace(/[.,;:!?)\]]+$/, "");
      const named = address.replace(/^https?:\/\/(www\.)?/, "");
      const told = named.length > 48 ? `${named.slice(0, 47)}…` : named;
      parts.push(text.slice(from, found.index), make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, told));
      from = found.index + address.length;
    }
    return [...parts, text.slice(from)];
  }

  /* A file by its name. What a colleague sent is fetched as the messages are, so that whoever may read them may open it. */
  function attached(file, id) {
    const name = file.name || words[file.kind] || words.file;
    if (file.url) {
      const opens = /^https?:\/\//.test(file.url) ? { href: file.url, target: "_blank", rel: "noopener noreferrer" } : {};
      return make("a", { class: "file", ...opens }, draw("file"), name);
    }
    const press = make("button", { type: "button", class: "file" }, draw("file"), name);
    const fetched = async () => {
      try {
        return await ask(`/files/${id}`, {}, "blob");
      } catch (error) {
        if (error.status !== 404) throw error;
        press.replaceChildren(`${name}: ${words.gone}`);
        press.disabled = true;
        return null;
      }
    };
    press.addEventListener("click", () => fetched().then((blob) => blob && save(blob, name)).catch(fail));
    if (file.kind === "image") fetched().then((blob) => blob && picture(press, blob, name)).catch(() => { /* its name stands there */ });
    return press;
  }
  function save(blob, name) {
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }
  /* Drawn, because the page's policy may allow no pictures but its own. */
  async function picture(press, blob, name) {
    const image = await createImageBitmap(blob);
    const scale = Math.min(1, 800 / Math.max(image.width, image.height));
    const canvas = make("canvas", { width: Math.ceil(image.width * scale), height: Math.ceil(image.height * scale), role: "img", "aria-label": name });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const isLast = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    press.replaceChildren(canvas);
    if (isLast) down();
  }

  function bubble(entry) {
    const speaker = { visitor: words.you, human: words.human, assistant: about.title }[entry.by];
    const who = make("p", { class: entry.by === "human" ? "who" : "unseen" }, `${speaker}${entry.by === "human" ? "" : ":"}`);
    const said = make("div", { class: `said ${entry.by}` }, who);
    if (entry.text) said.append(make("div", { class: "bubble", dir: "auto" }, ...linked(entry.text)));
    said.append(...entry.files.map((each) => attached(each, entry.id)));
    if (entry.link && /^https?:\/\//.test(entry.link.url)) {
      said.append(make("div", { class: "press" }, make("a", { href: entry.link.url, target: "_blank", rel: "noopener noreferrer" }, entry.link.label)));
    }
    if (entry.choices.length) {
      said.append(make("div", { class: "press" }, ...entry.choices.map((one) => make("button", { type: "button", onclick: () => say(one) }, one))));
    }
    return said;
  }

  const down = () => { log.scrollTop = log.scrollHeight; };

  function greet() {
    const greeting = about.greeting[language] || Object.values(about.greeting)[0];
    if (greeting) { shown.set("greeting", bubble({ by: "assistant", text: greeting, files: [], link: null, choices: [] })); log.append(shown.get("greeting")); }
  }

  function show(thread) {
    tag = thread.tag;
    waiting = thread.waiting;
    typing.textContent = waiting ? `${about.title} ${words.waiting}` : "";
    if (thread.messages) {
      const known = shown.size;
      for (const entry of thread.messages) {
        if (shown.has(entry.id)) continue;
        shown.get("mine")?.remove();
        shown.delete("mine");
        const element = bubble(entry);
        shown.set(entry.id, element);
        if (!opened && !whole && known && entry.by !== "visitor") fresh.hidden = false;
      }
      /* In the order in which it was said; what stands there already is not read out again. */
      let last = shown.get("begun") || shown.get("greeting") || null;
      for (const entry of thread.messages) {
        const element = shown.get(entry.id);
        const place = last ? last.nextSibling : log.firstChild;
        if (element !== place) log.insertBefore(element, place);
        last = element;
      }
      log.append(typing);
      const buttons = [...log.querySelectorAll(".press button")];
      const newest = thread.messages.length ? shown.get(thread.messages[thread.messages.length - 1].id) : null;
      for (const each of buttons) each.disabled = !newest || !newest.contains(each);
      anew.hidden = !thread.messages.length;
      down();
    }
    log.append(typing);
  }

  function fail(error) {
    if (error.status === 401 && visitor) {
      forget();
      shown.set("begun", make("p", { class: "waiting", role: "status" }, words.begun));
      log.append(shown.get("begun"));
      return;
    }
    if (error.status === 401 || error.status === 403 || error.status === 404) { over = true; tell(words.over); field.disabled = send.disabled = true; return; }
    pause = (error.after || 5) * 1000;
    tell(error.status === 429 ? words.slow : error.status === 422 ? words.long : words.lost);
  }

  function forget() {
    visitor = null; tag = ""; waiting = false;
    keep(null);
    for (const each of shown.values()) each.remove();
    shown.clear();
    typing.textContent = "";
    anew.hidden = true;
    greet();
  }

  function begin() { forget(); tell(""); field.focus(); }

  async function say(written) {
    const text = written.trim();
    if (!text || sending || over) return;
    sending = true;
    send.disabled = true;
    field.value = "";
    const id = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const mine = bubble({ by: "visitor", text, files: [], link: null, choices: [] });
    shown.set("mine", mine);
    typing.textContent = `${about.title} ${words.waiting}`;
    log.append(mine, typing);
    down();
    try {
      for (let again = 0; ; again += 1) {
        try {
          if (!visitor) { visitor = (await ask("/visits", { method: "POST" })).visitor; keep(visitor); }
          show(await ask("/messages", { method: "POST", body: JSON.stringify({ text, message_id: id }) }));
          tell("");
          break;
        } catch (error) {
          /* Under the same id it is the same message, however often it is sent. */
          if (over || again > 5 || (error.status && error.status < 500 && error.status !== 429 && error.status !== 401)) throw error;
          fail(error);
          if (over) throw error;
          shown.set("mine", mine);
          log.append(mine, typing);
          await new Promise((done) => { setTimeout(done, Math.min(pause || 1000, 15000)); });
        }
      }
    } catch (error) {
      fail(error);
      shown.get("mine")?.remove();
      shown.delete("mine");
      typing.textContent = "";
      field.value = text;
    } finally {
      sending = false;
      send.disabled = over;
      if (opened || whole) field.focus();
      poll();
    }
  }

  /* Often while somebody looks at it, seldom otherwise, and not at all before anything was said. */
  function poll() {
    clearTimeout(timer);
    if (over) return;
    const looked = (opened || whole) && !document.hidden;
    timer = setTimeout(fetchThread, pause || (waiting ? 1500 : looked ? 3000 : 20000));
    pause = 0;
  }
  async function fetchThread() {
    if (visitor && !sending && !document.hidden) {
      const whose = visitor;
      try {
        const thread = await ask(`/messages?seen=${encodeURIComponent(tag)}`);
        if (whose === visitor && !sending) { show(thread); tell(""); }
      } catch (error) { if (whose === visitor) fail(error); }
    }
    poll();
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden && visitor) { clearTimeout(timer); fetchThread(); } });

  async function start() {
    visitor = kept();
    try {
      about = await ask("");
    } catch {
      return;
    }
    if (!WORDS[speaks] || (about.languages.length && !about.languages.includes(language))) {
      const first = about.languages.find((each) => WORDS[each]);
      if (first && !WORDS[speaks]) relabel(first);
    }
    title.textContent = about.title;
    greet();
    document.body.append(host);
    if (whole) field.focus();
    if (visitor) await fetchThread(); else poll();
  }
  function relabel(code) {
    language = code;
    words = WORDS[code];
    root.lang = code;
    for (const [element, text] of [[anew, words.anew], [close, words.close], [log, words.messages], [field, words.write], [send, words.send], [launch, words.open]]) {
      element.setAttribute("aria-label", text);
    }
    anew.title = words.anew;
    field.placeholder = words.write;
    fresh.firstChild.textContent = words.fresh;
  }
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
