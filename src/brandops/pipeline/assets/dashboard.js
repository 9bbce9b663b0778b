// The dashboard: periods to drill, lists to filter, charts and a table that follow, the view in the address. It sums with
// cube.js, draws with Vega and plain elements, and asks for nothing but its own data file.
(() => {
  "use strict";
  const place = document.querySelector(".bo-dashboard");
  if (!place) return;
  const settings = JSON.parse(place.querySelector("script").textContent);
  const { texts } = settings;
  const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const { decode, choose, sum } = window.BrandopsCube;
  const DASH = "–", MINUS = "−", MARK = "#dashboard?";

  const h = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const fill = (element, ...children) => element.replaceChildren(...children.filter(Boolean));

  // Numbers as the pages write them (brandops.present.formats).
  const grouped = (value, decimals = 0) => {
    const text = (Number(value.toFixed(decimals)) + 0).toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return text.replace("-", MINUS);
  };
  const compact = (value) => {
    for (const [scale, name] of settings.scales) {
      if (Math.abs(value) >= scale * (1 - 0.0005)) {
        const part = value / scale;
        return grouped(part, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(part))))) + name;
      }
    }
    return grouped(value, Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2);
  };
  const money = (value) => (value < 0 ? MINUS : "") + settings.symbol + compact(Math.abs(value));
  const exact = (value) => (value < 0 ? MINUS : "") + settings.symbol + grouped(Math.abs(value), 2);
  const percent = (value, decimals = 1) => (Number.isFinite(value) ? grouped(value * 100, decimals) + "%" : DASH);
  const signed = (text, value) => (value > 0 ? "+" + text : text);
  const change = (now, before) => (before > 0 ? signed(percent(now / before - 1), now - before) : DASH);

  let cube = null, state = null, shown = null, charts = {}, opened = new Set();
  const dimensionAt = (key) => cube.dimensions.findIndex((dimension) => dimension.key === key);
  const measure = () => cube.measures[measureAt()];
  const measureAt = () => Math.max(0, cube.measures.findIndex((m) => m.key === state.measure));
  const amount = (value, key = state.measure) => (key === "quantity" ? compact(value) : money(value));
  const whole = (value, key = state.measure) => (key === "quantity" ? grouped(value) : exact(value));
  const scaled = (array, at, m) => array[at * cube.measures.length + m] / cube.measures[m].scale;

  // ---- The view, and the address that holds it -------------------------------------------------------------------------
  const fresh = () => ({
    period: cube.periodOf.has(settings.period) ? settings.period : cube.periods.at(-1).id,
    measure: cube.measures[0].key, choice: new Map(cube.dimensions.map((d) => [d.key, new Set()])),
    by: cube.dimensions[0]?.key, sort: "now", rising: false, query: "", zoom: null, drilled: false, levers: new Map(),
  });

  function read() {
    const view = fresh();
    if (!location.hash.startsWith(MARK)) return view;
    const given = new URLSearchParams(location.hash.slice(MARK.length));
    if (given.get("period") === "" || cube.periodOf.has(given.get("period"))) view.period = given.get("period");
    if (cube.measures.some((m) => m.key === given.get("measure"))) view.measure = given.get("measure");
    for (const { key, values } of cube.dimensions) {
      const known = new Set(values.map((value) => value.id));
      view.choice.set(key, new Set(given.getAll(key).filter((id) => known.has(id))));
    }
    view.drilled = given.has("drill") && view.choice.get("category")?.size === 1;
    if (dimensionAt(given.get("by")) >= 0) view.by = given.get("by");
    if (given.has("sort")) [view.sort, view.rising] = [given.get("sort").replace(/^-/, ""), !given.get("sort").startsWith("-")];
    view.query = given.get("find") ?? "";
    const zoom = (given.get("zoom") ?? "").split("..").map((day) => Date.parse(day));
    if (zoom.length === 2 && zoom[0] < zoom[1]) view.zoom = zoom;
    for (const lever of settings.levers?.levers ?? []) {
      const value = parseFloat(given.get(`lever.${lever.key}`));
      if (value >= lever.min && value <= lever.max && value !== 0) view.levers.set(lever.key, value);
    }
    return view;
  }

  function write(step) {
    const first = fresh(), given = new URLSearchParams();
    if (state.period !== first.period) given.set("period", state.period);
    if (state.measure !== first.measure) given.set("measure", state.measure);
    for (const [key, chosen] of state.choice) for (const id of chosen) given.append(key, id);
    if (state.drilled) given.set("drill", "product");
    if (state.by !== first.by) given.set("by", state.by);
    if (state.sort !== "now" || state.rising) given.set("sort", (state.rising ? "" : "-") + state.sort);
    if (state.query) given.set("find", state.query);
    if (state.zoom) given.set("zoom", state.zoom.map((time) => new Date(time).toISOString().slice(0, 10)).join(".."));
    for (const [key, value] of state.levers) given.set(`lever.${key}`, value);
    const hash = given.size || location.hash.startsWith(MARK) ? MARK + given : location.hash;
    if (hash !== location.hash) history[step ? "pushState" : "replaceState"](null, "", hash || location.pathname);
  }

  // ---- Changing the view -------------------------------------------------------------------------------------------------
  function apply(step = true) {
    write(step);
    return redraw();
  }
  function toggle(key, id) {
    const chosen = state.choice.get(key);
    if (!chosen.delete(id)) chosen.add(id);
    if (key === "category" && state.drilled) leaveProducts();
    return apply();
  }
  function leaveProducts() {
    state.drilled = false;
    state.choice.get("product")?.clear();
  }
  function drillInto(id) {
    state.choice.set("category", new Set([id]));
    state.drilled = true;
    return apply();
  }
  function openPeriod(id) {
    state.period = id;
    return apply();
  }
  function reset() {
    const zoomed = state.zoom;
    state = fresh();
    if (zoomed) setZoom(null);
    parts.query.value = "";
    showLevers();
    return apply();
  }

  // ---- What is shown -----------------------------------------------------------------------------------------------------
  const parts = {};
  const current = () => cube.periodOf.get(state.period) ?? everything();
  const everything = () => ({ id: "", name: texts.all_periods, grain: "all", now: [0, cube.slots], before: null });
  const children = (id) => cube.periods.filter((period) => period.parent === id);
  const trail = () => {
    const path = [];
    for (let p = cube.periodOf.get(state.period); p; p = cube.periodOf.get(p.parent)) path.unshift(p);
    return [everything(), ...path];
  };

  async function redraw() {
    const start = performance.now();
    for (const [at, { key, values }] of cube.dimensions.entries()) {
      const chosen = state.choice.get(key), stamp = [...chosen].join("\n");
      if (cube.dimensions[at].stamp === stamp) continue;
      choose(cube, at, new Set([...chosen].map((id) => values.findIndex((value) => value.id === id))));
      cube.dimensions[at].stamp = stamp;
    }
    shown = sum(cube, current(), measureAt());
    showBar();
    showTiles();
    showLists();
    showTable();
    await Promise.all([showParts(), showWeeks()]);
    performance.measure("brandops-redraw", { start });
  }

  function showBar() {
    const path = trail();
    fill(parts.trail, ...path.map((period, at) => h("li", {}, at === path.length - 1
      ? h("span", { "aria-current": "true" }, period.name)
      : h("button", { type: "button", onclick: () => openPeriod(period.id) }, period.name))));
    fill(parts.steps, ...children(state.period).map((period) =>
      h("button", { type: "button", class: "bd-step", "data-period": period.id, onclick: () => openPeriod(period.id) }, period.name)));
    parts.steps.hidden = !parts.steps.childElementCount;
    const chips = [];
    for (const { key, label, values } of cube.dimensions.map((d) => ({ ...d, label: settings.labels[d.key] }))) {
      for (const id of state.choice.get(key)) {
        const name = values.find((value) => value.id === id).label;
        chips.push(h("button", { type: "button", class: "bd-chip", "aria-label": say(texts.remove, { name: `${label}: ${name}` }),
          onclick: () => toggle(key, id) }, h("span", {}, label), ` ${name} `, h("b", { "aria-hidden": "true" }, "×")));
      }
    }
    fill(parts.chips, ...(chips.length ? chips : [h("span", { class: "bd-none" }, texts.no_filter)]));
    parts.measure.value = state.measure;
  }

  function showTiles() {
    const { now, before } = shown.total, has = current().before !== null;
    const of = (side, key) => {
      const at = cube.measures.findIndex((m) => m.key === key);
      return at < 0 ? NaN : side[at] / cube.measures[at].scale;
    };
    const rate = (side, over, under) => of(side, over) / under(side);
    const sales = (side) => of(side, "net_sales"), gross = (side) => of(side, "net_sales") + of(side, "returns");
    const tile = (key, name, value, note, title) => h("div", { class: "bd-tile", "data-tile": key },
      h("dt", {}, name), h("dd", { title }, value), h("dd", { class: "bd-tile-note" }, note));
    const sums = cube.measures.filter((m) => m.key !== "discount" && m.key !== "returns").map(({ key }) => tile(key, settings.labels[key],
      amount(of(now, key), key), has ? say(texts.against, { change: change(of(now, key), of(before, key)) }) : texts.no_year_ago,
      whole(of(now, key), key)));
    const rates = [
      ["gross_margin", "margin_rate", sales], ["discount", "discount_rate", (side) => sales(side) + of(side, "discount")], ["returns", "return_rate", gross],
    ].filter(([key]) => cube.measures.some((m) => m.key === key)).map(([key, label, under]) => {
      const is = rate(now, key, under), was = rate(before, key, under);
      const points = (is - was) * 100;
      return tile(label, settings.labels[label], percent(is), has && Number.isFinite(points)
        ? say(texts.against, { change: say(texts.points, { number: signed(grouped(points, 1), points) }) }) : texts.no_year_ago);
    });
    fill(parts.tiles, ...sums, ...rates);
    parts.heading.textContent = say(texts.heading, { measure: settings.labels[state.measure], period: current().name });
  }

  // Lists: the values of a dimension, the largest first, each a button that keeps only it (or adds it to the choice).
  const FEW = 8;
  function showLists() {
    const m = measureAt();
    for (const [at, dimension] of cube.dimensions.entries()) {
      const { key } = dimension, list = shown.lists[at], box = parts.lists.get(key);
      if (key === "product") continue;
      fillList(box, key, dimension.values.map((value, code) => ({ value, now: scaled(list.now, code, m), before: scaled(list.before, code, m) })));
    }
    const at = dimensionAt("product"), box = parts.lists.get("category");
    if (!box || at < 0) return;
    box.back.hidden = !state.drilled;
    const category = [...state.choice.get("category")][0];
    const name = state.drilled && cube.dimensions[dimensionAt("category")].values.find((v) => v.id === category).label;
    box.title.textContent = state.drilled ? say(texts.products_of, { category: name }) : settings.labels.category;
    if (!state.drilled) return;
    const { values } = cube.dimensions[at], list = shown.lists[at];
    fillList(box, "product", values.map((value, code) => ({ value, now: scaled(list.now, code, m), before: scaled(list.before, code, m) }))
      .filter(({ value }) => value.category === category));
  }
  function fillList(box, key, rows) {
    const chosen = state.choice.get(key), has = current().before !== null;
    rows = rows.filter(({ value, now, before }) => now !== 0 || before !== 0 || chosen.has(value.id)).sort((a, b) => b.now - a.now);
    const top = Math.max(...rows.map((row) => Math.abs(row.now)), 0) || 1;
    const all = rows.length <= FEW + 2 || opened.has(key);
    const visible = all ? rows : rows.filter(({ value }, place) => place < FEW || chosen.has(value.id));
    const drillable = key === "category" && dimensionAt("product") >= 0;
    fill(box.list, ...visible.map(({ value, now, before }) => {
      const on = chosen.has(value.id);
      const button = h("button", { type: "button", class: "bd-row" + (chosen.size && !on ? " bd-off" : ""), "aria-pressed": String(on), "data-id": value.id,
        title: `${value.label}: ${whole(now)}`, onclick: () => toggle(key, value.id) },
      h("span", { class: "bd-name" }, value.label), h("span", { class: "bd-value" }, amount(now)),
      h("span", { class: "bd-track" }, h("i", { style: `width:${Math.abs(now) / top * 100}%`, class: now < 0 ? "bd-minus" : null })),
      h("span", { class: "bd-change" }, has ? change(now, before) : ""));
      return h("li", {}, button, drillable ? h("button", { type: "button", class: "bd-drill", "aria-label": say(texts.show_products, { category: value.label }),
        title: say(texts.show_products, { category: value.label }), onclick: () => drillInto(value.id) }, "›") : null);
    }));
    box.more.hidden = rows.length <= FEW + 2;
    box.more.textContent = all ? texts.show_fewer : say(texts.show_all, { count: rows.length });
    box.more.onclick = () => { opened.has(key) ? opened.delete(key) : opened.add(key); showLists(); };
  }

  const RATES = { discount: "discount_rate", returns: "return_rate" };
  // ---- The table ---------------------------------------------------------------------------------------------------------
  function rows() {
    const at = dimensionAt(state.by), list = shown.lists[at], m = measureAt(), has = current().before !== null;
    if (at < 0) return [];
    const of = (side, code, key) => scaled(side, code, cube.measures.findIndex((x) => x.key === key));
    const total = [...cube.dimensions[at].values.keys()].reduce((t, code) => t + scaled(list.now, code, m), 0);
    const category = state.by === "product" && state.choice.get("category");
    return cube.dimensions[at].values.map((value, code) => {
      const row = { label: value.label, now: scaled(list.now, code, m), before: has ? scaled(list.before, code, m) : NaN };
      row.change = row.before > 0 ? row.now / row.before - 1 : NaN;
      row.share = row.now / total;
      for (const { key } of cube.measures) row[key] = of(list.now, code, key);
      row.margin_rate = row.gross_margin / row.net_sales;
      row.discount_rate = row.discount / (row.net_sales + row.discount);
      row.return_rate = row.returns / (row.net_sales + row.returns);
      row.kept = row.now !== 0 || row.before > 0;
      if (category?.size && !category.has(value.category)) row.kept = false;
      return row;
    }).filter((row) => row.kept);
  }
  const columns = () => [
    ["label", settings.labels[state.by], null],
    ["now", settings.labels[state.measure], (v) => amount(v)],
    ["before", texts.year_ago, (v) => (Number.isFinite(v) ? amount(v) : DASH)],
    ["change", texts.change, (v) => (Number.isFinite(v) ? signed(percent(v), v) : DASH)],
    ["share", texts.share, (v) => percent(v)],
    ...cube.measures.filter(({ key }) => key !== state.measure && key !== "discount" && key !== "returns")
      .map(({ key }) => [key, settings.labels[key], (v) => amount(v, key)]),
    ...(cube.measures.some(({ key }) => key === "gross_margin") ? [["margin_rate", settings.labels.margin_rate, (v) => percent(v)]] : []),
    ...["discount", "returns"].filter((key) => cube.measures.some((m) => m.key === key))
      .map((key) => [RATES[key], settings.labels[RATES[key]], (v) => percent(v)]),
  ];
  function showTable() {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean), key = state.sort, sign = state.rising ? 1 : -1;
    const found = rows().filter((row) => words.every((word) => row.label.toLowerCase().includes(word)));
    const size = (row) => (typeof row[key] === "number" && !Number.isFinite(row[key]) ? null : row[key]);
    found.sort((a, b) => {
      const [x, y] = [size(a), size(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (typeof x === "number" ? x - y : String(x).localeCompare(String(y), document.documentElement.lang));
    });
    fill(parts.head, h("tr", {}, ...columns().map(([column, name, format]) => h("th", {
      scope: "col", class: format ? "gt_right" : "gt_left", "data-column": column,
      "aria-sort": column === key ? (state.rising ? "ascending" : "descending") : "none" },
    h("button", { type: "button", onclick: () => {
      [state.rising, state.sort] = [state.sort === column ? !state.rising : column === "label", column];
      write(false);
      showTable();
      parts.head.querySelector(`[data-column="${column}"] button`).focus();
    } }, name)))));
    fill(parts.body, ...found.map((row) => h("tr", {}, ...columns().map(([column, , format]) => format
      ? h("td", { class: "gt_right" }, format(row[column])) : h("th", { scope: "row", class: "gt_left" }, row[column])))));
    parts.by.value = state.by;
    parts.caption.textContent = say(texts.table, { measure: settings.labels[state.measure], period: current().name, dimension: settings.labels[state.by] });
  }
  function download() {
    const cell = (value) => {
      const text = typeof value === "number" ? (Number.isFinite(value) ? String(value) : "") : value;
      return /^[=+\-@]/.test(text) && typeof value !== "number" ? `"'${text.replaceAll('"', '""')}"` : `"${text.replaceAll('"', '""')}"`;
    };
    const lines = [columns().map(([, name]) => cell(name)), ...rows().map((row) => columns().map(([column]) => cell(row[column])))];
    const link = h("a", { download: `${state.by}_${state.period.replace("/", "_") || "all"}.csv`,
      href: URL.createObjectURL(new Blob(["\ufeff" + lines.map((line) => line.join(",")).join("\r\n")], { type: "text/csv" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // ---- Charts ------------------------------------------------------------------------------------------------------------
  const courseOf = ([first, end]) => {
    let total = 0;
    for (let slot = first; slot < end; slot++) total += shown.course[slot];
    return total / measure().scale;
  };
  function showParts() {
    const below = children(state.period);
    const periods = below.length ? below : [current()];
    const data = periods.map(({ id, name, now, before }) => {
      const value = courseOf(now), was = before ? courseOf(before) : null;
      return { id, name, value, before: was ?? 0, known: was !== null, top: Math.max(value, was ?? value), text: amount(value), was: was === null ? DASH : amount(was), change: was > 0 ? change(value, was) : DASH };
    });
    fillData(parts.partsData, [texts.period, settings.labels[state.measure], texts.year_ago, texts.change],
      data.map((row) => [row.name, row.text, row.was, row.change]));
    parts.partsFigure.setAttribute("aria-label", say(texts.parts_alt, { measure: settings.labels[state.measure], period: current().name, count: data.length }));
    return charts.parts.data("parts", data).runAsync();
  }
  function showWeeks() {
    const scale = measure().scale;
    const data = cube.weeks.map(({ id, name, start, slots }) => {
      const value = slots.reduce((total, slot) => total + shown.course[slot], 0) / scale;
      return { id, name, start: Date.parse(start), value, text: amount(value) };
    });
    const days = cube.weeks.filter(({ slots }) => slots.every((slot) => slot >= current().now[0] && slot < current().now[1]));
    const edge = span()[0];
    const band = [days.length ? { from: Date.parse(days[0].start), to: Date.parse(days.at(-1).start) + 7 * 864e5 } : { from: edge, to: edge }];
    fillData(parts.weeksData, [texts.week, settings.labels[state.measure]], data.map((row) => [`${row.id} (${row.name})`, row.text]).reverse());
    return charts.weeks.data("weeks", data).data("band", band).runAsync();
  }
  // The table behind a chart is filled when it is opened, and kept current while it is open.
  function fillData(details, names, values) {
    const draw = () => fill(details.lastChild, h("table", {}, h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...values.map((line) => h("tr", {}, ...line.map((text) => h("td", {}, text)))))));
    details.ontoggle = () => details.open && draw();
    if (details.open) draw();
  }

  const span = () => [Date.parse(cube.weeks[0]?.start ?? cube.first), Date.parse(cube.weeks.at(-1)?.start ?? cube.last)];
  function setZoom(range) {
    const [first, last] = span(), least = 4 * 7 * 864e5;
    if (range) {
      let [from, to] = range;
      if (to - from < least) [from, to] = [(from + to - least) / 2, (from + to + least) / 2];
      if (from < first) [from, to] = [first, Math.min(last, to + first - from)];
      if (to > last) [from, to] = [Math.max(first, from + last - to), last];
      range = from <= first && to >= last ? null : [from, to];
    }
    state.zoom = range;
    const [from, to] = range ?? [first, last];
    parts.zoomed.textContent = say(texts.zoomed, { from: new Date(from).toISOString().slice(0, 10), to: new Date(to).toISOString().slice(0, 10) });
    write(false);
    return charts.weeks.signal("zoom_from", from).signal("zoom_to", to).runAsync();
  }
  function zoomBy(factor, at = 0.5) {
    const [from, to] = state.zoom ?? span(), width = (to - from) * factor, centre = from + (to - from) * at;
    return setZoom([centre - width * at, centre + width * (1 - at)]);
  }
  function panBy(share) {
    const [from, to] = state.zoom ?? span(), step = (to - from) * share;
    return setZoom([from + step, to + step]);
  }
  function followPointer(box) {
    const share = (event) => {
      const [left] = charts.weeks.origin(), width = charts.weeks.signal("width"), edge = box.getBoundingClientRect().left;
      return Math.min(1, Math.max(0, (event.clientX - edge - left) / width));
    };
    // A page scrolls past the chart; the wheel zooms once the chart has been clicked or tabbed to, or with Ctrl.
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !box.contains(document.activeElement)) return;
      event.preventDefault();
      zoomBy(event.deltaY > 0 ? 1.25 : 0.8, share(event));
    }, { passive: false });
    let grip = null;
    box.addEventListener("pointerdown", (event) => {
      box.focus({ preventScroll: true });
      grip = { x: event.clientX, range: state.zoom ?? span() };
      box.setPointerCapture(event.pointerId);
    });
    box.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const [from, to] = grip.range, step = ((grip.x - event.clientX) / charts.weeks.signal("width")) * (to - from);
      setZoom([from + step, to + step]);
    });
    for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, () => { grip = null; });
    box.addEventListener("keydown", (event) => {
      const act = { "+": () => zoomBy(0.8), "=": () => zoomBy(0.8), "-": () => zoomBy(1.25), ArrowLeft: () => panBy(-0.1),
        ArrowRight: () => panBy(0.1), Escape: () => setZoom(null), 0: () => setZoom(null) }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  // ---- Levers ------------------------------------------------------------------------------------------------------------
  // A kind of lever is a function of its settings and values; it returns rows of effects, each {key, name, sales, margin} of
  // {value, low, high}, the last for all levers together. Others may be added to `window.brandopsLevers` by their kind.
  const LEVERS = (window.brandopsLevers ??= {});
  function showLevers() {
    const { levers } = settings;
    if (!levers) return;
    const values = new Map(levers.levers.map(({ key }) => [key, state.levers.get(key) ?? 0]));
    for (const { key } of levers.levers) {
      const input = parts.levers.querySelector(`input[data-lever="${CSS.escape(key)}"]`), text = signed(percent(values.get(key), 0), values.get(key));
      input.value = values.get(key) * 100;
      input.setAttribute("aria-valuetext", text);
      parts.levers.querySelector(`output[data-lever="${CSS.escape(key)}"]`).textContent = text;
    }
    const effects = LEVERS[levers.kind](levers, values);
    const range = (effect) => (effect === null ? DASH : say(texts.interval, { value: signed(money(effect.value), effect.value), low: money(effect.low), high: money(effect.high) }));
    fill(parts.effects, ...effects.map((row) => h("tr", { "data-lever": row.key, class: row.key === "" ? "bd-sum" : null },
      h("th", { scope: "row" }, row.name), h("td", { class: "gt_right" }, range(row.sales)), h("td", { class: "gt_right" }, range(row.margin)))));
  }
  function leverBox() {
    const { levers } = settings;
    if (!levers) return null;
    const move = (event) => {
      const value = Number(event.target.value) / 100, key = event.target.dataset.lever;
      value === 0 ? state.levers.delete(key) : state.levers.set(key, value);
      write(false);
      showLevers();
    };
    parts.effects = h("tbody", {});
    return (parts.levers = h("section", { class: "bd-levers", "aria-labelledby": "bd-levers" },
      h("h3", { id: "bd-levers", class: "bd-title" }, levers.title), h("p", { class: "bo-quiet" }, levers.note),
      h("div", { class: "bd-sliders" }, ...levers.levers.map(({ key, name, min, max, step }) => h("label", {},
        h("span", {}, name), h("output", { "data-lever": key }),
        h("input", { type: "range", min: min * 100, max: max * 100, step: step * 100, "data-lever": key, "aria-label": name, oninput: move })))),
      h("div", { class: "bo-scroll", tabindex: "0", role: "region", "aria-label": levers.title }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, levers.part), h("th", { scope: "col", class: "gt_right" }, texts.effect_sales),
          h("th", { scope: "col", class: "gt_right" }, texts.effect_margin))), parts.effects))));
  }

  // ---- Putting it together -------------------------------------------------------------------------------------------------
  const picker = (label, options, change) => {
    const select = h("select", { onchange: (event) => change(event.target.value) }, ...options.map(([value, text]) => h("option", { value }, text)));
    return [select, h("label", { class: "bd-pick" }, h("span", {}, label), select)];
  };
  const dataBox = (name) => h("details", { class: "bo-data" }, h("summary", {}, name), h("div", { class: "bo-scroll", tabindex: "0" }));
  function build() {
    let measureLabel, byLabel;
    [parts.measure, measureLabel] = picker(texts.measure, cube.measures.map(({ key }) => [key, settings.labels[key]]), (value) => { state.measure = value; apply(); });
    [parts.by, byLabel] = picker(texts.rows, cube.dimensions.map(({ key }) => [key, settings.labels[key]]), (value) => { state.by = value; write(true); showTable(); });
    parts.trail = h("ol", { class: "bd-trail" });
    parts.steps = h("div", { class: "bd-steps", role: "group", "aria-label": texts.drill });
    parts.chips = h("div", { class: "bd-chips", role: "group", "aria-label": texts.filters });
    parts.tiles = h("dl", { class: "bd-tiles" });
    parts.heading = h("h3", { class: "bd-title", "aria-live": "polite" });
    parts.copied = h("span", { class: "bd-said", role: "status" });
    const copy = h("button", { type: "button", class: "bd-button", onclick: async () => {
      try { await navigator.clipboard.writeText(location.href); parts.copied.textContent = texts.copied; }
      catch { parts.copied.textContent = location.href; } // not every browser lets a page from a folder write the clipboard
    } }, texts.copy);
    parts.partsChart = h("div", { class: "bd-chart" });
    parts.partsFigure = h("div", { role: "img" }, parts.partsChart);
    parts.partsData = dataBox(texts.data);
    parts.weeksChart = h("div", { class: "bd-chart", tabindex: "0", role: "application", "aria-label": texts.weeks_alt, "aria-describedby": "bd-zoom-help" });
    parts.weeksData = dataBox(texts.data);
    parts.zoomed = h("span", { class: "bd-said", role: "status" });
    const zoom = (name, label, act) => h("button", { type: "button", class: "bd-button", "aria-label": label, title: label, onclick: act }, name);
    parts.lists = new Map();
    const lists = cube.dimensions.filter(({ key }) => key !== "product").map(({ key }) => {
      const box = { title: h("h4", {}, settings.labels[key]), list: h("ul", {}), more: h("button", { type: "button", class: "bd-more" }),
        back: h("button", { type: "button", class: "bd-more", hidden: true, onclick: () => { leaveProducts(); state.choice.get("category").clear(); apply(); } }, texts.all_categories) };
      parts.lists.set(key, box);
      return h("section", { class: "bd-list", "data-dimension": key }, box.title, box.back, box.list, box.more);
    });
    parts.head = h("thead", {});
    parts.body = h("tbody", {});
    parts.caption = h("figcaption", {});
    parts.query = h("input", { type: "search", class: "bo-filter", placeholder: texts.find, "aria-label": texts.find, oninput: (event) => {
      state.query = event.target.value;
      write(false);
      showTable();
    } });
    fill(place,
      h("div", { class: "bd-bar" }, h("nav", { "aria-label": texts.period }, parts.trail), measureLabel,
        h("span", { class: "bd-actions" }, h("button", { type: "button", class: "bd-button bd-reset", onclick: reset }, texts.reset), copy, parts.copied)),
      parts.chips, parts.tiles, parts.heading,
      h("figure", { class: "bo-figure" }, parts.partsFigure, h("figcaption", {}, texts.parts_caption), parts.steps, parts.partsData),
      h("div", { class: "bd-lists" }, ...lists),
      h("h3", { class: "bd-title" }, texts.weeks_title),
      h("figure", { class: "bo-figure bd-weeks" }, parts.weeksChart,
        h("div", { class: "bd-zoom", role: "group", "aria-label": texts.zoom },
          zoom("‹", texts.earlier, () => panBy(-0.25)), zoom("+", texts.zoom_in, () => zoomBy(0.6)), zoom("−", texts.zoom_out, () => zoomBy(1 / 0.6)),
          zoom("›", texts.later, () => panBy(0.25)), zoom(texts.zoom_all, texts.zoom_all, () => setZoom(null)), parts.zoomed),
        h("figcaption", { id: "bd-zoom-help" }, texts.weeks_caption), parts.weeksData),
      h("h3", { class: "bd-title" }, texts.table_title),
      h("figure", { class: "bo-table bd-table" }, parts.caption, h("div", { class: "bd-tools" }, byLabel, parts.query,
        h("button", { type: "button", class: "bd-button", onclick: download }, texts.csv)),
      h("div", { class: "bo-scroll", tabindex: "0", role: "region", "aria-label": texts.table_title }, h("table", {}, parts.head, parts.body))),
      leverBox());
  }

  async function embed(box, spec) {
    const options = { actions: false, renderer: "svg", mode: "vega-lite", expressionFunctions: { amount: (value) => (value === 0 ? "0" : amount(value)) } };
    const themed = window.brandopsThemed(spec);
    themed.$schema = "https://vega.github.io/schema/vega-lite/v6.json"; // a name only: nothing is fetched
    // Something to draw until the first sums: of no data Vega complains.
    themed.datasets = { parts: [{ id: "", name: "", value: 0, before: 0, top: 0 }], weeks: span().map((start) => ({ start, value: 0 })), band: [{ from: span()[0], to: span()[0] }] };
    for (const parameter of themed.params ?? []) {
      const side = ["zoom_from", "zoom_to"].indexOf(parameter.name);
      if (side >= 0) parameter.value = (state.zoom ?? span())[side];
    }
    return (await window.vegaEmbed(box, themed, options)).view;
  }

  async function start(source) {
    cube = await decode(source);
    state = read();
    build();
    charts.parts = await embed(parts.partsChart, settings.charts.parts);
    charts.weeks = await embed(parts.weeksChart, settings.charts.weeks);
    charts.parts.addEventListener("click", (_event, item) => {
      if (item?.datum?.id && item.datum.id !== state.period) openPeriod(item.datum.id);
    });
    followPointer(parts.weeksChart);
    if (location.hash.startsWith(MARK)) place.scrollIntoView();
    parts.query.value = state.query;
    await setZoom(state.zoom);
    showLevers();
    await redraw();
    place.dataset.ready = source.version;
  }

  const follow = () => {
    if (!cube || !location.hash.startsWith(MARK)) return;
    state = read();
    parts.query.value = state.query;
    setZoom(state.zoom);
    showLevers();
    redraw();
  };
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", follow);

  // New data under an open page: the small version file is read again now and then, and where it names another version, the
  // data file; the view stays. Pages opened from a folder may load scripts, and nothing else.
  function load(file) {
    const script = h("script", { src: file, onload: () => script.remove(), onerror: () => script.remove() });
    document.head.append(script);
  }
  window.brandopsCube = async (source) => {
    if (!cube) return start(source);
    const kept = state;
    cube = await decode(source);
    state = kept;
    if (state.period && !cube.periodOf.has(state.period)) state.period = fresh().period;
    for (const { key, values } of cube.dimensions) {
      const known = new Set(values.map((value) => value.id));
      state.choice.set(key, new Set([...(state.choice.get(key) ?? [])].filter((id) => known.has(id))));
    }
    await redraw();
    place.dataset.ready = source.version;
  };
  window.brandopsCubeVersion = (version) => {
    if (cube && version !== cube.version) load(`${settings.data}?${version}`);
  };
  setInterval(() => document.visibilityState === "visible" && load(`${settings.version_file}?${Date.now()}`), settings.seconds * 1000);
  load(settings.data);
})();
