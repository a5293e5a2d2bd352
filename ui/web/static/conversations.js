/* Conversations: kept in this browser, one entry of localStorage each, or by the server; the list of them. */
(() => {
  const MOST = 200;
  const CURRENT = "jawab-current-conversation";
  const prefix = () => `jawab-conversation:${window.gradio_config?.username ?? ""}:`;

  function tell(name, data) {
    document.querySelector("#hdr .hdr")?.dispatchEvent(new CustomEvent(`jawab:${name}`, {detail: data, bubbles: true}));
  }

  function read(id) {
    try {
      const kept = JSON.parse(localStorage.getItem(prefix() + id));
      return kept && Array.isArray(kept.turns) ? kept : null;
    } catch { return null; }
  }

  function all() {
    const names = Object.keys(localStorage).filter(name => name.startsWith(prefix()));
    const found = names.map(name => read(name.slice(prefix().length))).filter(Boolean);
    return found.sort((one, other) => String(other.updated).localeCompare(String(one.updated)));
  }

  const forget = id => localStorage.removeItem(prefix() + id);

  // Where the browser's space is used up, the oldest make room.
  function write(conversation) {
    const text = JSON.stringify(conversation);
    for (const old of all().reverse().filter(other => other.id !== conversation.id).slice(0, Math.max(0, all().length - MOST)))
      forget(old.id);
    for (;;) {
      try { localStorage.setItem(prefix() + conversation.id, text); return; }
      catch {
        const oldest = all().filter(other => other.id !== conversation.id).pop();
        if (!oldest) return;
        forget(oldest.id);
      }
    }
  }

  function find(words) {
    const wanted = fold(words).split(/\s+/).filter(Boolean);
    return all().filter(({title, turns}) => {
      if (!wanted.length) return true;
      const text = fold([title, ...turns.flatMap(({question, answer}) => [question, answer?.text])].join(" "));
      return wanted.every(word => text.includes(word));
    }).map(({id, title, updated, turns}) => ({id, title, updated, turns: turns.length}));
  }

  // What keeps conversations: this browser, or where readers sign in the server, by their name.
  const browser = {
    find,
    sent: id => ({conversation: JSON.stringify(read(id))}),
    has: id => read(id) !== null,
    remove: forget,
    rename: (id, title) => { if (read(id)) write({...read(id), title, renamed: true}); },
    keep(conversation) {
      const before = read(conversation.id);
      if (before?.renamed) Object.assign(conversation, {title: before.title, renamed: true});
      if (conversation.turns.length) write(conversation);
      else forget(conversation.id);
    },
  };
  const server = {
    find: async words => (await ask("GET", `?words=${encodeURIComponent(words)}`)).json(),
    sent: id => ({id}),
    has: () => true,
    remove: id => ask("DELETE", `/${id}`),
    rename: (id, title) => ask("PATCH", `/${id}`, JSON.stringify({title})),
    keep() {},
  };
  const store = () => document.querySelector(".on-server") ? server : browser;

  async function ask(method, path, body) {
    const reply = await fetch(`./conversations${path}`, {method, body});
    if (!reply.ok) throw new Error(`${method} ${reply.status}`);
    return reply;
  }

  // What was kept here before the server kept anything moves there; what it cannot read stays.
  async function takeOver() {
    for (const conversation of all()) {
      const taken = ask("PUT", `/${conversation.id}`, JSON.stringify(conversation));
      await taken.then(() => forget(conversation.id), () => {});
    }
  }

  function keep(text) {
    if (!text) return;
    const conversation = JSON.parse(text);
    store().keep(conversation);
    sessionStorage.setItem(CURRENT, conversation.id);
    if (list.open) show();
  }

  function saveFile(text) {
    if (!text) return;
    const file = JSON.parse(text);
    const link = document.createElement("a");
    const bytes = Uint8Array.from(atob(file.base64), letter => letter.charCodeAt(0));
    link.href = URL.createObjectURL(new Blob([bytes], {type: file.type}));
    link.download = file.name.replace(/[\\/:*?"<>|\n]+/g, " ").trim().slice(0, 90);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  function open(id) {
    if (!store().has(id)) return;
    sessionStorage.setItem(CURRENT, id);
    list.close();
    tell("stop_answer", {});
    setTimeout(() => tell("open_conversation", store().sent(id)), 100);
  }

  // ---- the list ----
  const list = document.createElement("dialog");
  list.id = "conversations";
  list.setAttribute("aria-labelledby", "conversations-title");
  list.innerHTML = `<div class="src-bar"><h2 id="conversations-title">المحادثات</h2>
    <button type="button" class="txt-btn" data-do="close" aria-label="إغلاق القائمة">✕</button></div>
    <input type="search" placeholder="بحث في المحادثات" aria-label="بحث في المحادثات"><p class="wrong" role="alert" hidden>تعذّر ذلك. يمكن إعادة تحميل الصفحة.</p><ul></ul><p class="hint"></p>`;
  const [search, failed, rows, hint] = ["input", ".wrong", "ul", ".hint"].map(part => list.querySelector(part));

  function button(label, action, id, name = label) {
    const made = document.createElement("button");
    Object.assign(made, {type: "button", className: "txt-btn", textContent: label});
    Object.assign(made.dataset, {do: action, id});
    made.setAttribute("aria-label", name);
    return made;
  }

  function count(turns) {
    if (turns < 3) return ["", "سؤال واحد", "سؤالان"][turns];
    const rest = turns % 100;
    return `${turns} ${rest >= 3 && rest <= 10 ? "أسئلة" : rest > 10 ? "سؤالًا" : "سؤال"}`;
  }

  function row(conversation) {
    const {id, title} = conversation;
    const item = document.createElement("li");
    const about = document.createElement("small");
    const when = new Date(conversation.updated);
    about.textContent = [count(conversation.turns), isNaN(when) ? "" : window.jawab.writtenDate(when)].filter(Boolean).join(" · ");
    const opener = button(title, "open", id);
    opener.className = "conversation";
    opener.append(about);
    item.append(opener, button("إعادة تسمية", "rename", id, `إعادة تسمية: ${title}`), exports(id, title), button("حذف", "delete", id, `حذف: ${title}`));
    return item;
  }

  function exports(id, title) {
    const menu = document.createElement("details"), summary = document.createElement("summary"), kinds = document.createElement("div");
    Object.assign(summary, {className: "txt-btn", textContent: "تصدير ▾"});
    summary.setAttribute("aria-label", `تصدير: ${title}`);
    kinds.append(...["Word", "Markdown", "JSON"].map(kind => button(kind, kind.toLowerCase(), id, `تصدير ${kind}: ${title}`)));
    menu.append(summary, kinds);
    return menu;
  }

  // As the product compares words: without signs above letters, and what is written in more than one way written in one.
  const WAYS = {"ى": "ي", "ی": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ـ": ""};
  const fold = text => text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[ىیةٱکـ]/g, letter => WAYS[letter])
    .replace(/[٠-٩]/g, digit => digit.charCodeAt() - 0x660).toLowerCase();

  function dayOf(conversation) {
    const ago = day => { const then = new Date(); then.setDate(then.getDate() - day); return then.toDateString(); };
    const when = new Date(conversation.updated).toDateString();
    return when === ago(0) ? "اليوم" : when === ago(1) ? "أمس" : "أقدم";
  }

  function heading(text) {
    const item = document.createElement("li");
    Object.assign(item, {className: "group", textContent: text});
    return item;
  }

  let shown = 0;
  async function show() {
    const [words, turn] = [search.value.trim(), ++shown];
    let found = [], none = words ? "لا توجد محادثة تطابق البحث." : "لا توجد محادثات محفوظة بعد.";
    try { found = await store().find(words); } catch { none = "تعذّر الوصول إلى المحادثات. يمكن إعادة تحميل الصفحة."; }
    if (turn !== shown) return;  // what was typed since is looked for
    let group = "";
    rows.replaceChildren(...found.flatMap(conversation => {
      const before = group;
      group = dayOf(conversation);
      return group === before ? [row(conversation)] : [heading(group), row(conversation)];
    }));
    if (found.length) return;
    const told = document.createElement("li");
    Object.assign(told, {className: "none", textContent: none});
    rows.append(told);
  }

  function rename(item, id) {
    const field = document.createElement("input");
    field.value = item.querySelector(".conversation").firstChild.textContent;
    field.maxLength = 120;
    field.setAttribute("aria-label", "اسم المحادثة");
    item.replaceChildren(field);
    field.select();
    let done = false;
    const end = async save => {
      if (done) return;
      done = true;
      const title = field.value.trim();
      if (save && title) await change(() => store().rename(id, title));
      show();
    };
    field.addEventListener("keydown", event => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      end(event.key === "Enter");
    });
    field.addEventListener("blur", () => end(true));
    field.focus();
  }

  // What fails is told where it was wanted; the list then shows what there is.
  async function change(step) {
    try { await step(); failed.hidden = true; } catch { failed.hidden = false; }
  }

  let armed = null;
  function remove(pressed, id) {
    if (armed === pressed) { change(() => store().remove(id)).then(show); return; }
    const calm = button => { button.textContent = "حذف"; button.classList.remove("armed"); };
    if (armed) calm(armed);
    armed = pressed;
    pressed.textContent = "تأكيد الحذف";
    pressed.classList.add("armed");
    setTimeout(() => { calm(pressed); if (armed === pressed) armed = null; }, 4000);
  }

  list.addEventListener("click", event => {
    if (event.target === list) { list.close(); return; }
    for (const menu of list.querySelectorAll("details[open]")) if (!menu.contains(event.target) || event.target.closest("div")) menu.open = false;
    const pressed = event.target.closest("[data-do]");
    if (!pressed) return;
    const {do: action, id} = pressed.dataset;
    if (action === "close") list.close();
    else if (action === "open") open(id);
    else if (action === "rename") rename(pressed.closest("li"), id);
    else if (action === "delete") remove(pressed, id);
    else tell("export_conversation", {...store().sent(id), format: action});
  });
  search.addEventListener("input", show);

  document.addEventListener("click", event => {
    const pressed = event.target.closest?.("#list-btn, #new-btn, [data-only]");
    if (!pressed) return;
    if (pressed.id === "new-btn") { sessionStorage.removeItem(CURRENT); return; }
    if (pressed.dataset.only) { document.querySelector(".src-close")?.click(); tell("only_article", {id: pressed.dataset.only}); return; }
    search.value = "";
    failed.hidden = true;
    hint.textContent = store() === browser ? "تُحفظ في هذا المتصفح وحده."
      : `تُحفظ على الخادم باسم \u2068${window.gradio_config?.username}\u2069، وتظهر على كل جهاز يُدخَل منه بهذا الاسم.`;
    document.body.append(list);
    show();
    list.showModal();
  });

  // A page that is loaded again shows the conversation it had, unless it was opened for a question.
  const waiting = setInterval(async () => {
    if (!document.querySelector("#hdr .hdr") || !document.querySelector("#q textarea")) return;
    clearInterval(waiting);
    if (store() === server) await takeOver();
    const current = sessionStorage.getItem(CURRENT);
    if (current && !new URL(location).searchParams.get("q")) open(current);
  }, 100);

  Object.assign(window.jawab, {keep, saveFile, tell});
})();
