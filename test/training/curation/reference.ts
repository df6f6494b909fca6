/** @file The rules of curation once more, in plain TypeScript over arrays: the judge of the SQL. */

import { words } from '../../../src/encoders/words.js';
import type { FilterName, Thresholds } from '../../../src/training/curation/index.js';

/** A row of metadata. */
export interface Row {
	readonly caption: string;
	readonly url: string;
	readonly width: number | null;
	readonly height: number | null;
	readonly bytes: number;
	readonly similarity: number;
	readonly punsafe: number;
}

/** For each row the filters that drop it; `max-copies` only where no other does. */
export function judgeByHand(rows: readonly Row[], thresholds: Thresholds): Set<FilterName>[] {
	const textsOf = new Map<string, Set<string>>();
	const imagesOf = new Map<string, Set<string>>();
	const counts = new Map<string, number>();
	for (const { caption, url } of rows) {
		textsOf.set(url, (textsOf.get(url) ?? new Set()).add(caption));
		imagesOf.set(caption, (imagesOf.get(caption) ?? new Set()).add(url));
		for (const token of tokens(caption)) counts.set(token, (counts.get(token) ?? 0) + 1);
	}
	const sorted = [...counts.values()].sort((a, b) => b - a);
	const edge = thresholds.vocabulary === undefined ? 0 : (sorted[thresholds.vocabulary - 1] ?? 0);
	const drops: Record<FilterName, (row: Row, threshold: number) => boolean> = {
		'max-unsafe': (row, t) => !(row.punsafe < t),
		'min-side': ({ width, height }, t) => width === null || height === null || !(Math.min(width, height) > t),
		'max-aspect': ({ width, height }, t) =>
			width === null || height === null || !(Math.max(width, height) < t * Math.min(width, height)),
		'max-texts-per-image': (row, t) => (textsOf.get(row.url)?.size ?? 0) > t,
		'eval-distance': () => false,
		'eval-cosine': () => false,
		'max-images-per-text': (row, t) => (imagesOf.get(row.caption)?.size ?? 0) > t,
		vocabulary: (row) => tokens(row.caption).some((token) => (counts.get(token) ?? 0) < edge),
		'min-words': (row, t) => words(row.caption).length < t,
		'max-words': (row, t) => words(row.caption).length > t,
		'min-characters': (row, t) => [...row.caption].length < t,
		'min-bytes': (row, t) => row.bytes < t,
		'min-cosine': (row, t) => row.similarity < t,
		'max-copies': () => false,
	};
	const seen = new Map<string, number>();
	return rows.map((row) => {
		const reasons = new Set<FilterName>();
		for (const [name, drop] of Object.entries(drops) as [FilterName, (typeof drops)[FilterName]][]) {
			const threshold = thresholds[name];
			if (threshold !== undefined && drop(row, threshold)) reasons.add(name);
		}
		const copies = thresholds['max-copies'];
		if (copies !== undefined && reasons.size === 0) {
			const key = JSON.stringify([row.url, row.caption]);
			const before = seen.get(key) ?? 0;
			seen.set(key, before + 1);
			if (before >= copies) reasons.add('max-copies');
		}
		return reasons;
	});
}

/** Words, and words with the one after them. */
function tokens(text: string): string[] {
	const list = words(text);
	return [...list, ...list.slice(1).map((word, i) => `${list[i]} ${word}`)];
}
