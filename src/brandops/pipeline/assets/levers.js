// Price levers: what a change of a channel's mean price does to sales and margin; brandops.analysis.price_simulator in the
// browser. Volume is volume × (price factor)^elasticity; a share of the units gained is taken from the other channels.
(() => {
  "use strict";
  const quantile = (sorted, share) => {
    const at = (sorted.length - 1) * share, low = Math.floor(at), high = Math.ceil(at);
    return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
  };
  const summary = (values) => {
    const [value, ...drawn] = values; // the first is the best estimate, the rest its uncertainty
    drawn.sort((a, b) => a - b);
    return { value, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
  };

  // One channel alone: arrays of the change in sales and in gross margin of all channels together, one entry per draw.
  function effect({ units, sales, cost, slopes }, others, change, taken) {
    const made = { sales: [], margin: [] };
    for (const slope of slopes) {
      const gained = units * ((1 + change) ** slope) - units, moved = others.units > 0 ? taken * gained : 0;
      const own = (units + gained) * (sales / units) * (1 + change) - sales;
      made.sales.push(own - moved * (others.sales / others.units || 0));
      made.margin.push(own - gained * (cost / units) - moved * ((others.sales - others.cost) / others.units || 0));
    }
    return made;
  }

  (window.brandopsLevers ??= {}).price = (settings, values) => {
    const all = settings.base.reduce((t, c) => ({ units: t.units + c.units, sales: t.sales + c.sales, cost: t.cost + c.cost }), { units: 0, sales: 0, cost: 0 });
    const known = settings.base.every((c) => c.cost !== null), rows = [];
    let total = null;
    for (const { key, name } of settings.levers) {
      const change = values.get(key), channel = settings.base.find((c) => c.key === key);
      if (!change) continue;
      const others = { units: all.units - channel.units, sales: all.sales - channel.sales, cost: all.cost - channel.cost };
      const made = effect(channel, others, change, settings.cannibalisation);
      rows.push({ key, name, sales: summary(made.sales), margin: known ? summary(made.margin) : null });
      total = total ? { sales: total.sales.map((v, i) => v + made.sales[i]), margin: total.margin.map((v, i) => v + made.margin[i]) } : made;
    }
    if (!total) return [{ key: "", name: settings.nothing, sales: { value: 0, low: 0, high: 0 }, margin: known ? { value: 0, low: 0, high: 0 } : null }];
    return [...rows, { key: "", name: settings.together, sales: summary(total.sales), margin: known ? summary(total.margin) : null }];
  };
})();
