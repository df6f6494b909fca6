/** @file The name that was probably meant: smallest Damerau-Levenshtein distance (optimal string alignment). */

/** Insertions, deletions, replacements and swaps of neighbours from a to b. */
function distance(a: string, b: string): number {
	const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		for (let j = 1; j <= b.length; j++) {
			const change = a[i - 1] === b[j - 1] ? 0 : 1;
			let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + change);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				best = Math.min(best, rows[i - 2]![j - 2]! + 1);
			row.push(best);
		}
		rows.push(row);
	}
	return rows[a.length]![b.length]!;
}

/** The closest of `names`, if it is close: a third of the letters may differ, or one name begins the other. */
export function nearest(name: string, names: readonly string[]): string | undefined {
	const low = name.toLowerCase();
	let best: string | undefined;
	let least = Number.POSITIVE_INFINITY;
	for (const candidate of names) {
		const other = candidate.toLowerCase();
		const begins = low.length >= 2 && (other.startsWith(low) || low.startsWith(other));
		const d = begins ? Math.min(1, distance(low, other)) : distance(low, other);
		if (d < least && d <= Math.max(1, Math.ceil(Math.max(low.length, other.length) / 3))) {
			best = candidate;
			least = d;
		}
	}
	return best;
}

/** `; did you mean 'x'?`, or the list when nothing is close and it is short. */
export function suggestion(
	name: string,
	names: readonly string[],
	quote: (name: string) => string = (n) => `'${n}'`,
): string {
	const near = nearest(name, names);
	if (near) return `; did you mean ${quote(near)}?`;
	return names.length <= 20 ? `; known: ${names.map(quote).join(', ')}` : '';
}
