/* Conversations are kept in this browser alone: one entry of localStorage each, by user. */
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

  function keep(text) {
    if (!text) return;
    const conversation = JSON.parse(text);
    const before = read(conversation.id);
    if (!conversation.turns.length) { forget(conversation.id); return; }
    if (before?.renamed) Object.assign(conversation, {title: before.title, renamed: true});
    write(conversation);
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
    const conversation = read(id);
    if (!conversation) return;
    sessionStorage.setItem(CURRENT, id);
    list.close();
    tell("stop_answer", {});
    setTimeout(() => tell("open_conversation", {conversation: JSON.stringify(conversation)}), 100);
  }

  // ---- the list ----
  const list = document.createElement("dialog");
  list.id = "conversations";
  list.setAttribute("aria-labelledby", "conversations-title");
  list.innerHTML = `<div class="src-bar"><h2 id="conversations-title">المحادثات</h2>
    <button type="button" class="txt-btn" data-do="close" aria-label="إغلاق القائمة">✕</button></div>
    <input type="search" placeholder="بحث في المحادثات" aria-label="بحث في المحادثات"><ul></ul>
    <p class="hint">تُحفظ في هذا المتصفح وحده.</p>`;
  const [search, rows] = [list.querySelector("input"), list.querySelector("ul")];

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
    about.textContent = [count(conversation.turns.length), isNaN(when) ? "" : window.jawab.writtenDate(when)].filter(Boolean).join(" · ");
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

  function show() {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const found = all().filter(({title, turns}) => {
      if (!words.length) return true;
      const text = fold([title, ...turns.flatMap(({question, answer}) => [question, answer?.text])].join(" "));
      return words.every(word => text.includes(word));
    });
    let group = "";
    rows.replaceChildren(...found.flatMap(conversation => {
      const before = group;
      group = dayOf(conversation);
      return group === before ? [row(conversation)] : [heading(group), row(conversation)];
    }));
    if (found.length) return;
    const none = document.createElement("li");
    none.className = "none";
    none.textContent = words.length ? "لا توجد محادثة تطابق البحث." : "لا توجد محادثات محفوظة بعد.";
    rows.append(none);
  }

  function rename(item, id) {
    const field = document.createElement("input");
    field.value = read(id)?.title ?? "";
    field.maxLength = 120;
    field.setAttribute("aria-label", "اسم المحادثة");
    item.replaceChildren(field);
    field.select();
    let done = false;
    const end = save => {
      if (done) return;
      done = true;
      const conversation = read(id);
      if (save && conversation && field.value.trim()) write({...conversation, title: field.value.trim(), renamed: true});
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

  let armed = null;
  function remove(pressed, id) {
    if (armed === pressed) { forget(id); show(); return; }
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
    else tell("export_conversation", {conversation: JSON.stringify(read(id)), format: action});
  });
  search.addEventListener("input", show);

  document.addEventListener("click", event => {
    const pressed = event.target.closest?.("#list-btn, #new-btn, [data-only]");
    if (!pressed) return;
    if (pressed.id === "new-btn") { sessionStorage.removeItem(CURRENT); return; }
    if (pressed.dataset.only) { document.querySelector(".src-close")?.click(); tell("only_article", {id: pressed.dataset.only}); return; }
    search.value = "";
    document.body.append(list);
    show();
    list.showModal();
  });

  // A page that is loaded again shows the conversation it had, unless it was opened for a question.
  const current = sessionStorage.getItem(CURRENT);
  if (current && !new URL(location).searchParams.get("q")) {
    const waiting = setInterval(() => {
      if (!document.querySelector("#hdr .hdr") || !document.querySelector("#q textarea")) return;
      clearInterval(waiting);
      open(current);
    }, 100);
  }

  Object.assign(window.jawab, {keep, saveFile, tell});
})();
