// What pages do by themselves: menu, tabs, tables that sort and filter, Vega charts, the link to the other language.
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Charts come with the brand's light colours; as variables they follow the reader's scheme, and print stays light.
  window.brandopsThemed = (spec) => JSON.parse(JSON.stringify(spec, (_name, value) =>
    (typeof value === "string" && window.brandopsColours[value.toLowerCase()]) || value));

  const menu = document.querySelector(".bo-menu");
  menu?.addEventListener("click", () => {
    const open = menu.getAttribute("aria-expanded") !== "true";
    menu.setAttribute("aria-expanded", String(open));
    document.getElementById("pages").classList.toggle("bo-open", open);
  });

  // The code is there for who asks for it; the choice holds for all pages of this browser.
  const title = document.querySelector("main h1");
  if (title && document.querySelector("details.bo-code")) {
    const kept = (value) => {
      try {
        if (value !== undefined) localStorage.setItem("brandops-code", value);
        return localStorage.getItem("brandops-code");
      } catch { return null; } // pages opened from files may not keep anything
    };
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bo-code-switch";
    button.textContent = window.brandopsLabels.code;
    const show = (on) => {
      document.documentElement.classList.toggle("bo-code-hidden", !on);
      button.setAttribute("aria-pressed", String(on));
    };
    show(kept() === "shown");
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      kept(on ? "shown" : "hidden");
      show(on);
    });
    title.before(button);
  }

  for (const link of all("[data-report]")) {
    link.hidden = !(window.brandopsReports ?? []).includes(link.dataset.report);
  }

  for (const tablist of all(".bo-tabs")) {
    const tabs = all("[role=tab]", tablist);
    const choose = (chosen) => {
      for (const tab of tabs) {
        const on = tab === chosen;
        tab.setAttribute("aria-selected", String(on));
        tab.tabIndex = on ? 0 : -1;
        document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
      }
      window.dispatchEvent(new Event("resize")); // charts in a tab that was hidden take its width
    };
    tablist.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tab);
    });
    tablist.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  }

  // A cell's place in the order: its number with any unit, else its text. Cells without a value come last.
  const scales = { K: 1e3, M: 1e6, B: 1e9, "万": 1e4, "亿": 1e8 };
  const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
  const order = (cell) => {
    const text = cell.textContent.trim();
    if (text === "" || text === "–") return null;
    const date = /^(?:(\d{1,2}) )?([A-Z][a-z]{2})[a-z]* (\d{4})$/.exec(text);
    if (date && months.includes(date[2].toLowerCase())) {
      return +date[3] * 372 + months.indexOf(date[2].toLowerCase()) * 31 + +(date[1] ?? 0);
    }
    const day = /^(\d{4})[年-](\d{1,2})(?:[月-](?:(\d{1,2})日?)?)?$/.exec(text);
    if (day) return +day[1] * 372 + (+day[2] - 1) * 31 + +(day[3] ?? 0);
    const number = /^([−+-]?)[^\d−+-]{0,4}([\d,]+(?:\.\d+)?)\s*([KMB万亿]?)/u.exec(text);
    if (!number || !cell.classList.contains("gt_right")) return text;
    const size = parseFloat(number[2].replaceAll(",", "")) * (scales[number[3]] ?? 1);
    return /[−-]/.test(number[1]) ? -size : size;
  };
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), document.documentElement.lang, { numeric: true });
  };
  for (const table of all(".bo-table table")) {
    const body = table.tBodies[0];
    const heads = all("thead tr:last-child th", table);
    if (!body || body.rows.length < 3 || all("[colspan]:not([colspan='1']),[rowspan]:not([rowspan='1'])", body).length) continue;
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const rows = [...body.rows].map((row) => [order(row.cells[column]), row]);
        // Dates or numbers among texts (2025-12 and 2025Q4) have no common size: all are compared as texts.
        if (rows.some(([key]) => typeof key === "string")) {
          for (const pair of rows) pair[0] = pair[0] === null ? null : pair[1].cells[column].textContent.trim();
        }
        rows.sort((a, b) => compare(a[0], b[0], sign));
        body.append(...rows.map((pair) => pair[1]));
      });
    });
    if (body.rows.length < 9) continue;
    const filter = document.createElement("input");
    filter.type = "search";
    filter.className = "bo-filter";
    filter.placeholder = window.brandopsLabels.filter;
    filter.setAttribute("aria-label", window.brandopsLabels.filter);
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of body.rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    table.closest(".bo-scroll").before(filter);
  }

  for (const place of all(".bo-vega")) {
    const spec = JSON.parse(place.querySelector("script").textContent);
    spec.$schema = "https://vega.github.io/schema/vega-lite/v6.json"; // a name only: nothing is fetched
    const canvas = document.createElement("div");
    canvas.style.width = "100%";
    place.append(canvas);
    // A chart's levers stand below it: inside the image they would be hidden from a screen reader.
    const levers = document.createElement("div");
    levers.className = "bo-levers";
    place.after(levers);
    window.vegaEmbed(canvas, window.brandopsThemed(spec), { actions: false, renderer: "svg", mode: "vega-lite", bind: levers })
      .then(() => levers.children.length || levers.remove());
  }

  // A drawn chart opens large by click or Enter, and closes by Escape; there it scrolls where it is wider than the window.
  const pictures = all(".bo-figure .bo-wide");
  if (pictures.length) {
    const dialog = document.createElement("dialog");
    dialog.className = "bo-large";
    dialog.addEventListener("click", () => dialog.close());
    document.body.append(dialog);
    for (const box of pictures) {
      const open = () => {
        const image = box.querySelector("img").cloneNode();
        image.tabIndex = 0;
        dialog.setAttribute("aria-label", image.alt);
        dialog.replaceChildren(image);
        dialog.showModal();
      };
      box.setAttribute("role", "button");
      box.setAttribute("aria-label", `${window.brandopsLabels.enlarge}: ${box.querySelector("img").alt}`);
      box.title = window.brandopsLabels.enlarge;
      box.addEventListener("click", open);
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open();
      });
    }
  }

  // The part of the page being read is marked in the table of contents.
  const links = new Map(all(".bo-contents a").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  if (links.size) {
    const seen = new IntersectionObserver((entries) => {
      const entry = entries.find((found) => found.isIntersecting);
      if (!entry) return;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id).setAttribute("aria-current", "true");
    }, { rootMargin: "0px 0px -75% 0px" });
    for (const id of links.keys()) {
      const heading = document.getElementById(id);
      if (heading) seen.observe(heading);
    }
  }
})();
