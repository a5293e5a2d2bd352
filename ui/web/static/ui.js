/* Citations open their source; names for buttons that Gradio leaves unnamed or in English. */
(() => {
  const LINK = /#src-(t[0-9a-f]+)-(\d+|all)$/;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const hovers = matchMedia("(hover: hover)");  // a finger's tap would lay the preview over the sheet

  // On a phone the sources are a sheet over the page: a dialog, behind which nothing is reached.
  const narrow = matchMedia("(max-width: 960px)");
  let opener, behind = [];

  function holdBehind() {
    releaseBehind();
    const sheet = document.querySelector("#src-col");
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-modal", "true");
    for (let part = sheet; part !== document.body; part = part.parentElement)
      for (const other of part.parentElement.children)
        if (other !== part && !other.inert && !other.matches("#whole, #cite-preview, dialog, .toast-wrap, script, style")) {
          other.inert = true;
          behind.push(other);
        }
  }

  function releaseBehind() {
    for (const part of behind) part.inert = false;
    behind = [];
    const sheet = document.querySelector("#src-col");
    sheet?.setAttribute("role", "region");
    sheet?.removeAttribute("aria-modal");
  }

  function openSource(turn, number) {
    preview.hidden = true;
    const panel = document.querySelector("#sources");
    const section = panel?.querySelector(`[data-turn="${CSS.escape(turn)}"]`);
    if (!section) return;
    for (const other of panel.querySelectorAll(".src-turn"))
      other.classList.toggle("is-active", other === section);
    opener = document.activeElement;
    document.body.classList.add("src-open");
    if (narrow.matches) holdBehind();
    const card = number === "all" ? section.querySelector(".src-card") : document.getElementById(`src-${turn}-${number}`);
    if (!card) return;
    for (const hit of panel.querySelectorAll(".is-hit")) hit.classList.remove("is-hit");
    if (number !== "all") card.classList.add("is-hit");
    const target = (number !== "all" && card.querySelector("mark")) || card;
    target.scrollIntoView({block: "center", behavior: calm.matches ? "auto" : "smooth"});
    card.focus({preventScroll: true});
  }

  function closeSources() {
    if (!document.body.classList.contains("src-open")) return;
    document.body.classList.remove("src-open");
    releaseBehind();
    (opener?.isConnected && opener !== document.body ? opener : document.querySelector("#q textarea"))?.focus({preventScroll: true});
  }
  narrow.addEventListener("change", closeSources);

  document.addEventListener("click", event => {
    const link = event.target.closest?.('a[href*="#src-"]');
    const found = link && LINK.exec(link.getAttribute("href"));
    if (found) {
      // The page has a <base href>: with a query string, following "#…" would reload it and lose the chat.
      event.preventDefault();
      event.stopPropagation();
      openSource(found[1], found[2]);
    } else if (event.target.closest?.(".whole-close") || event.target.matches?.("dialog.art-whole")) {
      event.target.closest("dialog").close();
    } else if (event.target.closest?.("#skip")) {
      event.preventDefault();
      document.querySelector("#q textarea")?.focus();
    } else if (event.target.closest?.(".src-close")) {
      closeSources();
    } else if (event.target.closest?.("#theme-btn")) {
      const dark = document.body.classList.toggle("dark");
      localStorage.setItem("jawab-theme", dark ? "dark" : "light");
    } else if (event.target === document.body || event.target === document.documentElement) {
      closeSources();
    }
  }, true);

  document.addEventListener("keydown", event => {
    if (event.key === "Escape") {
      preview.hidden = true;
      if (!document.querySelector("dialog[open]")) closeSources();
    }
    const typing = event.target.closest?.("input, textarea, [contenteditable]");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      document.querySelector("#q textarea")?.focus();
    }
  });

  // What a citation rests on, beside it: title, publisher, date and the cited words.
  const preview = document.createElement("div");
  preview.id = "cite-preview";
  preview.setAttribute("role", "tooltip");
  preview.hidden = true;

  // What of an element is seen: without what is for screen readers alone, its links as text.
  function seen(element) {
    const copy = element?.cloneNode(true) ?? document.createElement("p");
    for (const hidden of copy.querySelectorAll(".sr-only")) hidden.remove();
    for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    return copy;
  }

  // The same as text: Latin names keep their place among Arabic words where no markup does it.
  function isolated(element) {
    const copy = seen(element);
    for (const name of copy.querySelectorAll("bdi"))
      if (/[A-Za-z]/.test(name.textContent))
        name.textContent = `${name.dir === "ltr" ? "\u2066" : "\u2067"}${name.textContent}\u2069`;
    return copy.textContent;
  }

  function showPreview(link) {
    const found = LINK.exec(link.getAttribute("href") ?? "");
    const card = found && document.getElementById(`src-${found[1]}-${found[2]}`);
    if (!card) return;
    preview.replaceChildren(...[".src-title", ".src-meta", "mark"].map(part => {
      const line = document.createElement("p");
      line.append(...seen(card.querySelector(part)).childNodes);
      return line;
    }));
    (document.querySelector("main") ?? document.body).append(preview);
    preview.hidden = false;
    const place = link.getBoundingClientRect();
    const width = Math.min(360, innerWidth - 24);
    preview.style.width = `${width}px`;
    preview.style.left = `${Math.max(12, Math.min(place.left - width / 2, innerWidth - width - 12))}px`;
    const below = place.bottom + preview.offsetHeight + 12 < innerHeight;
    preview.style.top = below ? `${place.bottom + 8}px` : `${place.top - preview.offsetHeight - 8}px`;
  }
  for (const [name, shown] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]])
    document.addEventListener(name, event => {
      const link = event.target.closest?.("#chat a.cite");
      if (link && shown && hovers.matches) showPreview(link);
      else if (link) preview.hidden = true;
    });

  // A day with both names of its month, as in «25 نوفمبر/تشرين الثاني 2026، 1:05 م».
  function writtenDate(day) {
    const say = (place, options) => new Intl.DateTimeFormat(`ar-${place}-u-nu-latn-ca-gregory`, options).format(day);
    const month = ["EG", "SY"].map(place => say(place, {month: "long"})).join("/");
    return `${day.getDate()} ${month} ${day.getFullYear()}، ${say("EG", {timeStyle: "short"})}`;
  }
  window.jawab = {writtenDate};

  // Gradio's sanitizer strips aria-* from links, and some of its own names are English.
  const NAMES = {"chatbot conversation": "المحادثة", "Pending": "قيد التنفيذ", "Feedback": "سبب",
    "إعجاب": "أفادتني", "عدم الإعجاب": "لم تُفدني", "Liked": "أفادتني", "Disliked": "لم تُفدني", "Close": "إغلاق", "Scroll down": "إلى الأسفل"};
  const TOASTS = [[/queue is full/i, "الخادم مشغول الآن. أعد المحاولة بعد قليل."],
    [/connection|failed to fetch|network/i, "انقطع الاتصال بالخادم. تحقّق من أنه يعمل ثم أعد المحاولة."]];
  const LEVELS = {info: "تمّ", success: "تمّ", warning: "تنبيه", error: "خطأ"};
  const BUTTONS = {".submit-button": "إرسال السؤال", ".stop-button": "إيقاف الإجابة"};

  // Before it is painted or read out: Gradio tells a toast's level, and some errors, in English.
  function renameToasts() {
    for (const title of document.querySelectorAll(".toast-title:not([data-told])")) {
      const level = Object.keys(LEVELS).find(name => title.classList.contains(name));
      if (level) title.firstChild.data = LEVELS[level];
      title.dataset.told = "";
    }
    for (const toast of document.querySelectorAll("[data-testid=toast-text]:not([data-told])")) {
      const known = TOASTS.find(([english]) => english.test(toast.textContent));
      if (known) toast.textContent = known[1];
      removeEcho();
      toast.dataset.told = "";
    }
  }

  // Before anything is typed: Gradio 6.31 has no field for a day.
  function offerCalendars() {
    for (const day of document.querySelectorAll(":is(#f-since, #f-until, #art-date) input[type=text]")) day.type = "date";
  }

  // Text runs as most of its letters do: "auto" looks at the first alone, and turns «NATO تعلن» around.
  function turn(element) {
    const text = element.value ?? element.textContent;
    const count = letters => (text.match(letters) ?? []).length;
    const dir = count(/[A-Za-z]/g) > count(/[\u0600-\u06ff]/g) ? "ltr" : "rtl";
    if (element.dir !== dir) element.dir = dir;
  }
  document.addEventListener("input", event => {
    if (event.target.matches?.("#q textarea, textarea.edit-textarea")) turn(event.target);
  });

  // A mark stands behind the full stop, and on the line of the word that it is about.
  function keepWithWord(link) {
    const [before, behind] = [link.previousSibling, link.nextSibling];
    if (before?.nodeType !== Node.TEXT_NODE) return;
    const stop = behind?.nodeType === Node.TEXT_NODE ? /^\s*([.؟!])/.exec(behind.data) : null;
    if (stop) behind.data = behind.data.slice(stop[0].length);
    before.data = `${before.data.trimEnd()}${stop?.[1] ?? ""}\u00a0`;
  }

  function rename() {
    for (const link of document.querySelectorAll('#chat a[href*="#src-"]:not([aria-label])')) {
      const one = /^\d+$/.test(link.textContent);
      link.classList.add(one ? "cite" : "cite-all");
      const title = link.title ? `: ${link.title}` : "";
      link.setAttribute("aria-label", one ? `المصدر ${link.textContent}${title}` : link.textContent);
      if (one) keepWithWord(link);
      link.removeAttribute("title");  // the preview says it; two tooltips would cover each other
    }
    for (const message of document.querySelectorAll("#chat :is([data-testid=bot], [data-testid=user])[aria-label]"))
      message.removeAttribute("aria-label");
    for (const element of document.querySelectorAll("[aria-label]")) {
      const name = element.getAttribute("aria-label");
      if (NAMES[name]) element.setAttribute("aria-label", NAMES[name]);
      else if (name.startsWith("Select example")) element.setAttribute("aria-label", name.replace(/^Select example \d+: /, "سؤال مقترح: "));
      if (NAMES[element.title]) element.title = NAMES[element.title];
    }
    for (const copy of document.querySelectorAll(`#chat .user-row [aria-label="نسخ مع المصادر"]`))
      copy.setAttribute("aria-label", copy.title = "نسخ السؤال");
    for (const opinion of document.querySelectorAll("#chat :is([aria-label=أفادتني], [aria-label='لم تُفدني'])"))
      opinion.setAttribute("aria-pressed", opinion.style.color.includes("accent"));
    for (const actions of document.querySelectorAll("#chat .bot-row .icon-button-wrapper:not(:has(.share))")) {
      const share = document.createElement("button");
      Object.assign(share, {type: "button", className: "icon-button share", textContent: "رابط السؤال"});
      actions.querySelector("button")?.after(share);
    }
    for (const arrow of document.querySelectorAll("#chat .thought-group .arrow:not([inert])")) arrow.inert = true;
    for (const [selector, name] of Object.entries(BUTTONS)) {
      const button = document.querySelector(`#q ${selector}:not([aria-label])`);
      if (button) button.setAttribute("aria-label", button.title = name);
    }
    for (const examples of document.querySelectorAll("#chat .examples[role]")) examples.removeAttribute("role");
    for (const field of document.querySelectorAll("#chat textarea.edit-textarea")) {
      if (!field.hasAttribute("aria-label")) field.setAttribute("aria-label", "تعديل السؤال");
      turn(field);
    }
    for (const question of document.querySelectorAll("#chat .user-row .prose")) turn(question);
    const sheet = document.querySelector("#src-col");
    if (sheet && !sheet.hasAttribute("role")) {
      sheet.setAttribute("role", "region");
      sheet.setAttribute("aria-label", "المصادر");
    }
    followQuestion();
    offerLogout();
  }

  // ---- a question is shown before the server has it, and its answer is read from its beginning ----
  const echo = document.createElement("div");
  echo.id = "echo";
  echo.append(document.createElement("p"));
  const ASKED_AGAIN = ["إعادة المحاولة", "توسيع البحث", "متابعة السؤال"];
  let [questions, answering, echoed] = [0, false, 0];

  const isAnswering = () => document.querySelector("#q .stop-button") !== null;
  const isWaiting = () => echo.isConnected;

  function showEcho(text) {
    const wrap = document.querySelector("#chat .panel-wrap");
    if (!wrap || !text || isAnswering() || isWaiting()) return;
    echo.firstChild.textContent = text;
    echo.style.minHeight = `${wrap.clientHeight}px`;
    wrap.append(echo);
    wrap.scrollTop = wrap.scrollHeight;
    document.querySelector("#q").classList.add("is-sent");
    document.querySelector("#q textarea").readOnly = true;
    echoed = setTimeout(removeEcho, 30_000);
  }

  function removeEcho() {
    clearTimeout(echoed);
    echo.remove();
    document.querySelector("#q")?.classList.remove("is-sent");
    const box = document.querySelector("#q textarea");
    if (box) box.readOnly = false;
  }

  // Where an answer begins, its question goes to the top, and there is room below for that.
  function followQuestion() {
    const wrap = document.querySelector("#chat .panel-wrap");
    const rows = wrap?.querySelectorAll(".user-row") ?? [];
    const last = rows[rows.length - 1];
    const begins = rows.length !== questions || (isAnswering() && !answering);
    [questions, answering] = [rows.length, isAnswering()];
    if (begins) removeEcho();
    if (!last || !wrap.clientHeight) return;
    const list = wrap.querySelector(".message-wrap");
    const top = last.getBoundingClientRect().top;
    const end = Math.max(...[...list.children].map(part => part.getBoundingClientRect().bottom));
    list.style.paddingBottom = `${Math.max(0, wrap.clientHeight - (end - top))}px`;
    if (begins) wrap.scrollTop += top - wrap.getBoundingClientRect().top;
  }

  document.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches?.("#q textarea")) return;
    if (!isWaiting() && !isAnswering()) { showEcho(event.target.value.trim()); return; }
    event.preventDefault();
    event.stopPropagation();
    // Not as a question that is refused: it would run through the steps of the one that is answered.
    if (isAnswering()) window.jawab.tell("ask_early", {});
  }, true);
  document.addEventListener("click", event => {
    const pressed = event.target.closest?.("#q .submit-button, #chat .example, #chat .options button");
    if (!pressed) return;
    const isSent = pressed.matches(".submit-button");
    const text = isSent ? document.querySelector("#q textarea").value : pressed.innerText;
    if (!ASKED_AGAIN.includes(text.trim())) showEcho(text.trim());
  }, true);

  // How long what goes on has taken, by the style sheet: it is seen, and read out to nobody each second.
  let [phase, since] = ["", 0];
  setInterval(() => {
    const line = document.querySelector("#chat .thought-group:has(.loading-spinner) .prose p");
    const told = line?.textContent ?? "";
    if (told !== phase) [phase, since] = [told, performance.now()];
    const seconds = Math.floor((performance.now() - since) / 1000);
    if (line && seconds) line.dataset.seconds = `${seconds} ث`;
  }, 250);

  // Who is logged in may log out; who came by a proxy does so there.
  function offerLogout() {
    const user = window.gradio_config?.username;
    const actions = document.querySelector("#hdr .hdr-act");
    if (!user || !actions || actions.querySelector("a") || actions.closest(".by-proxy")) return;
    const link = document.createElement("a");
    Object.assign(link, {href: "./logout", className: "txt-btn", textContent: "خروج", title: `الخروج من حساب ${user}`});
    actions.append(link);
  }

  let timer;
  new MutationObserver(() => { renameToasts(); offerCalendars(); clearTimeout(timer); timer = setTimeout(rename, 50); })
    .observe(document.documentElement, {childList: true, subtree: true});

  // The section of sources of each question: the next one in the panel that was asked the same.
  const letters = text => text.replace(/[^\p{L}\p{N}]+/gu, "");
  function sectionsByRow() {
    const found = new Map();
    let next = document.querySelector("#chat .user-row");
    for (const section of document.querySelectorAll("#sources .src-turn")) {
      const asked = letters(new URLSearchParams(section.dataset.share).get("q"));
      let row = next;
      while (row && !(row.matches(".user-row") && letters(row.querySelector(".prose")?.textContent ?? "") === asked))
        row = row.nextElementSibling;
      if (!row) continue;
      found.set(row, section);
      next = row.nextElementSibling;
    }
    return found;
  }

  // On paper each answer is followed by its own sources, and a line says what was printed when.
  let printed = [];

  function beforePaper() {
    afterPaper();
    const head = document.createElement("p");
    const index = document.querySelector("#picker input")?.value
      || window.gradio_config?.components.find(({props}) => props.elem_id === "picker")?.props.value;
    head.className = "paper-head";
    head.append(`طُبعت في ${writtenDate(new Date())}`, ...[["الفهرس", index], ["العنوان", location.origin + location.pathname]].flatMap(([name, text]) => {
      const shown = document.createElement("bdi");
      shown.textContent = text ?? "";
      return text ? [` · ${name}: `, shown] : [];
    }));
    document.querySelector("#hdr .hdr")?.after(head);
    printed.push(head);
    for (let [found, section] of sectionsByRow()) {
      while (found.nextElementSibling?.matches(".message-row:not(.user-row)")) found = found.nextElementSibling;
      const copy = section.cloneNode(true);
      for (const named of copy.querySelectorAll("[id]")) named.removeAttribute("id");
      found.after(copy);
      section.classList.add("is-moved");
      printed.push(copy);
    }
  }

  function afterPaper() {
    for (const made of printed) made.remove();
    for (const section of document.querySelectorAll(".is-moved")) section.classList.remove("is-moved");
    printed = [];
  }
  addEventListener("beforeprint", beforePaper);
  addEventListener("afterprint", afterPaper);

  // An answer's card as text: a line for each of its parts, a dash before items, its numbers in brackets.
  function unfolded(text) {
    if (!text.includes('<div class="ans')) return text;
    const card = new DOMParser().parseFromString(text, "text/html");
    for (const folded of card.querySelectorAll(".ans-whole")) folded.remove();
    for (const summary of card.querySelectorAll(".ans-more > summary")) summary.remove();
    for (const link of card.querySelectorAll('a[href^="#src-"]')) link.replaceWith(`[${link.textContent}](${link.getAttribute("href")})`);
    for (const item of card.querySelectorAll("li")) {
      const list = item.parentElement;
      const place = [...list.children].indexOf(item) + (list.start ?? 1);
      const bullet = list.matches(".ans-written ol") ? `${place}. ` : "- ";
      item.firstElementChild?.prepend(list.matches("li *") ? `  ${bullet}` : bullet);
    }
    for (const head of card.querySelectorAll("thead")) head.remove();
    for (const cell of card.querySelectorAll("td:not(:last-child)")) cell.append(" · ");
    for (const block of card.querySelectorAll("caption, tr, p, .ans-head strong")) block.append("\n");
    const plain = card.body.textContent.replace(/\n{3,}/g, "\n\n").trim();
    return plain.replace(/&/g, "&amp;").replace(/</g, "&lt;");  // what follows reads it as markup
  }

  // The sources of a copied answer, each once: number, title, publisher, date, address.
  function listed(cited) {
    const lines = new Map();
    for (const [, number, turn] of cited) {
      const card = document.getElementById(`src-${turn}-${number}`);
      const title = card?.querySelector(".src-title");
      if (!title) continue;
      const parts = [isolated(title), isolated(card.querySelector(".src-meta")), title.querySelector("a")?.href];
      lines.set(number, `[${number}] ${parts.filter(Boolean).join(" — ")}`);
    }
    return lines.size ? `\n\nالمصادر:\n${[...lines.values()].join("\n")}` : "";
  }

  // A link to a question, …/?q=السؤال&since=…, fills the box and the filter; asking is left to the reader.
  const link = new URL(location).searchParams, linked = link.get("q");
  if (linked) {
    const waiting = setInterval(() => {
      const box = document.querySelector("#q textarea");
      if (!box || box.disabled) return;
      clearInterval(waiting);
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, linked.slice(0, 2000));
      box.dispatchEvent(new Event("input", {bubbles: true}));
      box.focus();
      const [index, since, until] = ["index", "since", "until"].map(name => link.get(name) ?? "");
      window.jawab.tell("open_link", {index, since, until, sources: link.getAll("source"), articles: link.getAll("article")});
    }, 200);
  }

  document.addEventListener("click", event => {
    const button = event.target.closest?.(".share");
    if (!button) return;
    let row = button.closest(".message-row");
    while (row && !row.matches(".user-row")) row = row.previousElementSibling;
    const address = new URL(location.pathname, location.origin);
    address.search = sectionsByRow().get(row)?.dataset.share ?? new URLSearchParams({q: row?.innerText.trim()});
    const index = document.querySelector("#picker input")?.value;
    if (index) address.searchParams.set("index", index);
    navigator.clipboard.writeText(address.href).then(() => {
      button.textContent = "نُسخ الرابط";
      setTimeout(() => { button.textContent = "رابط السؤال"; }, 2000);
    }, () => {
      const field = document.createElement("input");
      Object.assign(field, {value: address.href, readOnly: true, dir: "ltr", className: "src-link"});
      field.setAttribute("aria-label", "رابط السؤال");
      button.closest(".message-buttons").after(field);
      field.select();
      field.addEventListener("blur", () => field.remove(), {once: true});
    });
  });

  // Over http:// browsers give a page no clipboard, this computer's own pages excepted; their older way still works.
  async function copyByCommand(text) {
    const before = document.activeElement;
    const field = document.createElement("textarea");
    Object.assign(field, {value: text, className: "sr-only"});
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    before?.focus?.({preventScroll: true});
    if (!copied) throw new Error("nothing was copied");
  }
  if (!navigator.clipboard)
    Object.defineProperty(navigator, "clipboard", {value: {writeText: copyByCommand}});

  // Gradio copies raw Markdown: give back plain text with [1] for the links.
  const clipboard = navigator.clipboard;
  const write = clipboard.writeText.bind(clipboard);
  clipboard.writeText = raw => {
    const text = unfolded(String(raw));
    const cited = [...String(text).matchAll(/\[(\d+)\]\(#src-(t[0-9a-f]+)-\d+/g)];
    const plain = String(text)
      .replace(/\n*\[[^\]]*\]\(#src-[^)]*-all\)/g, "")
      .replace(/\[(\d+)\]\(#src-[^)]*\)/g, "[$1]")
      .replace(/<[^>]+>/g, " ")
      .replace(/\u2060/g, "")
      .replace(/\\([\\`*_{}\[\]()#+\-.!|~>$])/g, "$1");
    const decoded = new DOMParser().parseFromString(plain.replace(/</g, "&lt;"), "text/html");
    return write(decoded.documentElement.textContent.trim() + listed(cited));
  };
})();
