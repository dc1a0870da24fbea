/** The one of `names` that `text` was most likely meant to be; `undefined` if none is close. */
export function nearestName(text: string, names: Iterable<string>): string | undefined {
  const wanted = plain(text);
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const candidate = plain(name);
    // One of two short words that share no more than a letter or two is no suggestion.
    const limit = Math.min(bestDistance, Math.max(wanted.length, candidate.length) - 1);
    const distance = prefixed(wanted, candidate) ? 1 : editDistance(wanted, candidate);
    if (distance < limit || distance === 0) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean "x"?`, or nothing. */
export function suggestion(text: string, names: Iterable<string>): string {
  const name = nearestName(text, names);
  return name === undefined ? "" : `; did you mean "${name}"?`;
}

/** Letter case and the marks between words are the most common difference: `sendBatchSize`, `send-batch-size`. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[_\-\s]/g, "");
}

function prefixed(a: string, b: string): boolean {
  return a !== b && Math.min(a.length, b.length) >= 4 && (a.startsWith(b) || b.startsWith(a));
}

/** Insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
