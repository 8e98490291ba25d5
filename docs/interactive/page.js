/* The page: what is typed and chosen becomes the state, the state becomes the address, three cards and a table. */

(() => {
  "use strict";

  const PRESETS = [
    { name: "The question", state: { x: "0, 1000", dtype: "float32" }, about: "exp(1000) overflows: nan" },
    { name: "float16 overflow", state: { x: "3, 7, 11.5", dtype: "float16" }, about: "exp overflows from 11.1 on" },
    { name: "Confident row", state: { x: "0, -20", dtype: "float32", f: "log_softmax" }, about: "the loss is not 0" },
    { name: "Mask", state: { x: "2, 0.5, -inf, -inf", dtype: "bfloat16" }, about: "-inf takes no part" },
    { name: "Lost to 0", state: { x: "-90, -95, -110", dtype: "float32" }, about: "all terms small" },
    { name: "Small differences", state: { x: "0.1, 0.2, 0.3, 0.4", dtype: "float16", offset: 500 }, about: "an offset eats digits" },
    { name: "A long way down", state: { x: "3.3, -27.1, -57.4, -84.6", dtype: "float32" }, about: "x - max is rounded" },
  ];
  const DEFAULTS = { x: "0, 1000", dtype: "float32", f: "softmax", scale: 0, offset: 0 };
  const FUNCTIONS = ["softmax", "log_softmax"];
  const COLUMNS = [
    { name: "naive", title: "Naive", formula: { softmax: "exp(x) / sum(exp(x))", log_softmax: "log(exp(x) / sum(exp(x)))" } },
    {
      name: "shifted",
      title: "Shifted",
      formula: { softmax: "exp(x - max) / sum(exp(x - max))", log_softmax: "x - max - log(sum(exp(x - max)))" },
    },
    { name: "faithful", title: "Faithful", formula: { softmax: "the exact softmax, rounded once", log_softmax: "the exact log_softmax, rounded once" } },
  ];

  const $ = (id) => document.getElementById(id);
  let state = { ...DEFAULTS };

  // small tools -------------------------------------------------------------------------------------------------------

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  /* 10^(k/10), as people would write it. */
  const scaleOf = (k) => Number((10 ** (k / 10)).toPrecision(2));

  function ulps(error) {
    if (error >= 1e6) return `${error.toExponential(1).replace("e+", "e")} ulp`;
    return `${error >= 100 ? Math.round(error).toLocaleString("en") : error.toFixed(error >= 10 ? 1 : 2)} ulp`;
  }

  // the state and the address -----------------------------------------------------------------------------------------

  const whole = (text, low, high, otherwise) => {
    const value = Math.round(Number(text));
    return text === null || text === "" || Number.isNaN(value) ? otherwise : Math.min(high, Math.max(low, value));
  };
  const oneOf = (value, values, otherwise) => (values.includes(value) ? value : otherwise);

  function readAddress() {
    const given = new URLSearchParams(window.location.hash.slice(1));
    state = {
      x: (given.get("x") || DEFAULTS.x).replace(/,(?=\S)/g, ", "),
      dtype: oneOf(given.get("dtype"), Formats.names, DEFAULTS.dtype),
      f: oneOf(given.get("f"), FUNCTIONS, DEFAULTS.f),
      scale: whole(given.get("scale"), -20, 20, DEFAULTS.scale),
      offset: whole(given.get("offset"), -1000, 1000, DEFAULTS.offset),
    };
  }

  function writeAddress() {
    const text = new URLSearchParams({ ...state, x: state.x.trim().replace(/\s*[,\s]\s*/g, ",") }).toString();
    window.history.replaceState(null, "", `#${text.replaceAll("%2C", ",")}`);
  }

  function showControls() {
    if ($("typed").value !== state.x) $("typed").value = state.x;
    for (const radio of document.querySelectorAll("input[type=radio]")) radio.checked = state[radio.name] === radio.value;
    const scale = scaleOf(state.scale);
    $("scale").value = state.scale;
    $("scale").setAttribute("aria-valuetext", `times ${scale}`);
    $("scale-shown").value = `× ${scale}`;
    $("offset").value = state.offset;
    $("offset").setAttribute("aria-valuetext", `plus ${state.offset}`);
    $("offset-shown").value = `${state.offset < 0 ? "−" : "+"} ${Math.abs(state.offset)}`;
  }

  // what is said about results ----------------------------------------------------------------------------------------

  /* One result: which mark it gets and the word on it. */
  function judged(got, exact, nearest, format) {
    if (exact === undefined) return { mark: "undefined", word: "no answer" };
    const error = Formats.error(got, exact, format);
    if (Number.isNaN(got)) return { mark: "nan", word: "not a number", error: Infinity };
    if (!Number.isFinite(got) && got !== nearest) return { mark: "nan", word: "infinite", error: Infinity };
    if (got === 0 && nearest !== 0) return { mark: "lost", word: "lost", error };
    return error > 1 ? { mark: "off", word: ulps(error), error } : { mark: "good", word: ulps(error), error };
  }

  /* A term as it is shown. It lights up where it is infinite, or where it became 0 and spoilt the result. */
  function termOf(term, logit, markOfResult, format) {
    const flushed = term === 0 && Number.isFinite(logit) && markOfResult !== "good";
    const mark = term === Infinity || Number.isNaN(term) ? "nan" : flushed ? "lost" : null;
    return element("span", { class: mark ? `term ${mark}` : "term" }, `term ${Formats.shortest(term, format)}`);
  }

  /* The number, with the digits that differ from those of the nearest one underlined if they are wrong. */
  function digits(got, nearest, mark, format) {
    const [text, right] = [Formats.shortest(got, format), Formats.shortest(nearest, format)];
    if (mark !== "off" || got === 0) return element("span", { class: "value" }, text);
    const power = (number) => number.split("e")[1];
    let same = 0;
    if (power(text) === power(right)) while (text[same] === right[same]) same += 1;
    const end = text.includes("e") ? text.indexOf("e") : text.length;
    return element("span", { class: "value" }, text.slice(0, same), element("u", {}, text.slice(same, Math.max(same, end))), text.slice(Math.max(same, end)));
  }

  const counted = (n, of) => (n === of ? (n === 1 ? "the only result" : `all ${of} results`) : `${n} of ${of} results`);

  /* A sentence on a column, and the mark of its card. */
  function verdict(judgements) {
    const n = judgements.length;
    const number = (mark) => judgements.filter((one) => one.mark === mark).length;
    if (number("undefined")) return { mark: "undefined", words: "no exact result exists" };
    const words = [];
    if (number("nan")) words.push(`${counted(number("nan"), n)} nan or infinite`);
    if (number("lost")) words.push(`${counted(number("lost"), n)} lost to 0`);
    const worst = Math.max(...judgements.map((one) => (one.mark === "nan" || one.mark === "lost" ? 0 : one.error)));
    if (number("nan") + number("lost") < n) words.push(`${words.length ? "elsewhere" : "worst error"} ${ulps(worst)}`);
    return { mark: ["nan", "lost", "off", "good"].find(number), words: words.join(", ") };
  }

  // drawing -----------------------------------------------------------------------------------------------------------

  function card({ name, title, formula }, computed, said, format) {
    const bad = computed.sum !== undefined && !(computed.sum > 0 && computed.sum < Infinity);
    const nothing = said.mark === "undefined" ? "" : "its sum is exact";
    const sum = computed.sum === undefined ? nothing : `its sum of terms is ${Formats.shortest(computed.sum, format)}`;
    return element(
      "article",
      { class: `card ${said.mark}`, "data-column": name },
      element("h3", {}, title),
      element("code", {}, formula[state.f]),
      element("p", { class: "verdict" }, said.words),
      element("p", { class: bad ? "sum nan" : "sum" }, sum),
    );
  }

  function cell(column, i, logit, computed, judgement, nearest, format) {
    const { mark, word } = judgement;
    return element(
      "td",
      { role: "cell", class: mark, "data-column": column.name },
      element("span", { class: "column", "aria-hidden": "true" }, column.title),
      digits(computed.results[i], nearest, mark, format),
      element("span", { class: "note" }, element("span", { class: `mark ${mark}` }, word), computed.terms ? termOf(computed.terms[i], logit, mark, format) : null),
    );
  }

  function table(row, columns, judgements, faithful, format) {
    const header = (text) => element("th", { role: "columnheader", scope: "col" }, text);
    const head = element("tr", { role: "row" }, header("Logit"), ...COLUMNS.map(({ title }) => header(title)));
    const body = row.map((logit, i) =>
      element(
        "tr",
        { role: "row" },
        element("th", { role: "rowheader", scope: "row" }, Formats.shortest(logit, format)),
        ...COLUMNS.map((column, c) => cell(column, i, logit, columns[c], judgements[c][i], faithful.results[i], format)),
      ),
    );
    $("rows").replaceChildren(element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...body));
  }

  function why(row) {
    if (row.some(Number.isNaN)) return "A logit is nan, so every result is.";
    if (row.includes(Infinity)) return `A logit is infinite. stablesoftmax gives nan, or shares the mass with posinf="limit".`;
    return `All logits are -inf. stablesoftmax gives nan, or what all_neginf= says: "zero", "uniform", "raise".`;
  }

  function draw() {
    showControls();
    const { numbers, problem } = Reading.logits(state.x);
    $("problem").hidden = problem === undefined;
    $("problem").textContent = problem || "";
    $("typed").setAttribute("aria-invalid", String(problem !== undefined));
    $("results").classList.toggle("stale", problem !== undefined);
    if (problem !== undefined) return; // the last results stay, greyed
    writeAddress();
    const format = Formats[state.dtype];
    const row = Formulas.logits(numbers, { scale: scaleOf(state.scale), offset: state.offset, format });
    const columns = COLUMNS.map(({ name }) => Formulas[name](row, format, state.f));
    const faithful = columns[2];
    const judgements = columns.map(({ results }) =>
      results.map((got, i) => judged(got, faithful.exact ? faithful.exact[i] : undefined, faithful.results[i], format)),
    );
    const said = judgements.map(verdict);
    const spoken = COLUMNS.map(({ title }, c) => ` ${title}: ${said[c].words}.`).join("");
    $("summary").replaceChildren(
      `${state.f} of ${row.length} ${row.length === 1 ? "logit" : "logits"} in ${state.dtype}. ${faithful.exact ? "" : why(row)}`,
      element("span", { class: "spoken" }, faithful.exact ? spoken : ""), // the cards say it to the eye
    );
    $("cards").replaceChildren(...COLUMNS.map((column, c) => card(column, columns[c], said[c], format)));
    table(row, columns, judgements, faithful, format);
  }

  // the controls ------------------------------------------------------------------------------------------------------

  function radios(fieldset, name, values) {
    for (const value of values) {
      fieldset.append(element("label", {}, element("input", { type: "radio", name, value }), element("span", {}, value)));
    }
  }

  function start() {
    radios($("dtypes"), "dtype", Formats.names);
    radios($("functions"), "f", FUNCTIONS);
    for (const preset of PRESETS) {
      const button = element("button", { type: "button", title: preset.about }, preset.name);
      button.addEventListener("click", () => change({ ...DEFAULTS, ...preset.state }));
      $("presets").append(button);
    }
    $("controls").addEventListener("submit", (event) => event.preventDefault());
    $("controls").addEventListener("input", ({ target }) => {
      if (target.id === "typed") change({ x: target.value });
      else if (target.type === "range") change({ [target.id]: Number(target.value) });
      else change({ [target.name]: target.value });
    });
    window.addEventListener("hashchange", () => {
      readAddress();
      draw();
    });
    readAddress();
    draw();
  }

  function change(what) {
    state = { ...state, ...what };
    draw();
  }

  start();
})();
