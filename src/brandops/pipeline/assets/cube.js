// The dashboard's cube: decoding it and summing what a selection leaves. No page, no drawing; see dashboard.js.
//
// A cell belongs to a slot of time (a part of a week), to one value of every dimension, and holds whole numbers. A selection
// keeps, per dimension, a set of values (empty: all). Each list of values is summed over the cells that every *other*
// dimension's choice leaves, so that one can add to a choice; totals take all choices.
(() => {
  "use strict";

  const TYPES = { Uint8: Uint8Array, Uint16: Uint16Array, Int32: Int32Array, Float64: Float64Array };

  async function inflate(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer();
  }

  // `source` is what the data file holds (brandops.present.cube_file describes it).
  async function decode(source) {
    const buffer = await inflate(source.arrays);
    const column = (place) => new TYPES[place.type](buffer, place.at, source.cells);
    const cube = {
      ...source,
      slot: column(source.slot),
      dimensions: source.dimensions.map((dimension) => ({ ...dimension, codes: column(dimension.codes) })),
      measures: source.measures.map((measure) => ({ ...measure, values: column(measure.values) })),
      blocked: new Uint8Array(source.cells), // bit d: the choice in dimension d leaves the cell out
    };
    cube.periodOf = new Map(cube.periods.map((period) => [period.id, period]));
    return cube;
  }

  // Note a dimension's choice in the cells; `chosen` is a set of positions among its values.
  function choose(cube, at, chosen) {
    const { codes, values } = cube.dimensions[at];
    const bit = 1 << at;
    const out = new Uint8Array(values.length).fill(chosen.size ? bit : 0);
    for (const code of chosen) out[code] = 0;
    const blocked = cube.blocked, keep = ~bit;
    for (let i = 0; i < blocked.length; i++) blocked[i] = (blocked[i] & keep) | out[codes[i]];
  }

  // Sums of a period and of the year before it: totals per measure, lists[d][value * measures + m], and the whole course of
  // one measure by slot. Amounts stay whole numbers; divide by the measure's scale.
  function sum(cube, period, measureAt) {
    const { blocked, slot, dimensions, measures } = cube;
    const M = measures.length, D = dimensions.length;
    const side = new Uint8Array(cube.slots); // 1: the period, 2: a year before
    side.fill(1, ...period.now);
    if (period.before) side.fill(2, ...period.before);
    const made = () => [new Float64Array(M), new Float64Array(M)];
    const total = made();
    const lists = dimensions.map((d) => [new Float64Array(d.values.length * M), new Float64Array(d.values.length * M)]);
    const course = new Float64Array(cube.slots);
    const columns = measures.map((m) => m.values), codes = dimensions.map((d) => d.codes), shown = columns[measureAt];
    for (let i = 0; i < blocked.length; i++) {
      const out = blocked[i], t = slot[i];
      if (out === 0) course[t] += shown[i];
      else if (out & (out - 1)) continue; // two choices leave it out: it is in no list
      const when = side[t];
      if (when === 0) continue;
      const w = when - 1;
      if (out === 0) {
        for (let m = 0; m < M; m++) total[w][m] += columns[m][i];
        for (let d = 0; d < D; d++) {
          const list = lists[d][w], from = codes[d][i] * M;
          for (let m = 0; m < M; m++) list[from + m] += columns[m][i];
        }
      } else {
        const d = 31 - Math.clz32(out);
        const list = lists[d][w], from = codes[d][i] * M;
        for (let m = 0; m < M; m++) list[from + m] += columns[m][i];
      }
    }
    return { total: { now: total[0], before: total[1] }, lists: lists.map(([now, before]) => ({ now, before })), course };
  }

  window.BrandopsCube = { decode, choose, sum };
})();
