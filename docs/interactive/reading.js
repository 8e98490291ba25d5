/* Logits as people type and paste them: 1, 2.5, -3e2, -inf; between commas, blanks, lines, in brackets, in array(...). */

const Reading = (() => {
  "use strict";

  const LARGEST = 100; // logits: what can be shown, and computed between two frames
  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const INFINITE = /^([+-]?)inf(inity)?$/i;

  /* One word as a number, or null. */
  function number(word) {
    const plain = word.replace("−", "-"); // the minus of typesetters
    if (NUMBER.test(plain)) return Number(plain);
    if (/^[+-]?nan$/i.test(plain)) return NaN;
    const infinite = INFINITE.exec(plain);
    return infinite ? (infinite[1] === "-" ? -Infinity : Infinity) : null;
  }

  /* { numbers } or { problem }, a sentence that says what is wrong and what to do. */
  function logits(text) {
    const bracketed = /[[(]+([^[\]()]*)[\])]/.exec(text);
    if (bracketed && /[\])]\s*[,;]?\s*[[(]/.test(text)) {
      return { problem: "There is more than one row here, and this page shows one. Keep one pair of brackets." };
    }
    const words = (bracketed ? bracketed[1] : text).split(/[\s,;[\](){}|]+/).filter((word) => word !== "");
    if (words.length === 0) return { problem: "No logits yet. Type some numbers, for example: 0, 1000" };
    if (words.length > LARGEST) return { problem: `${words.length} logits are too many for this page; keep at most ${LARGEST}.` };
    const wrong = words.find((word) => number(word) === null);
    if (wrong !== undefined) {
      const shown = wrong.length > 24 ? `${wrong.slice(0, 24)}…` : wrong;
      return { problem: `“${shown}” is not a number. Write logits like 2, -0.5, 1e3 or -inf, with commas or blanks between them.` };
    }
    return { numbers: words.map(number) };
  }

  return { logits };
})();
