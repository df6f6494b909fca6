/** @file What may be inside a recipe from a stranger at all: plain JSON data of modest size. Checked before anything else looks at it. */

import { type Issue, issue } from '../validation.js';

/** Far above what any recipe needs. */
const mostDepth = 12;
/** Values in a recipe at most: numbers, texts, objects and lists. */
export const mostValues = 200_000;
const longestText = 20_000;

/** Keys that reach an object's prototype when an object is copied carelessly. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** What is not plain data in an input, or too much of it; stops at the first few. Never recurses, so that depth does no harm. */
export function plainDataIssues(input: unknown, most = mostValues): Issue[] {
	const issues: Issue[] = [];
	const pending: { value: unknown; path: string; depth: number }[] = [{ value: input, path: '', depth: 0 }];
	let values = 0;
	for (let next = pending.pop(); next && issues.length < 8; next = pending.pop()) {
		const { value, path, depth } = next;
		if (++values > most) return [...issues, issue('', `at most ${most} values`, 'more')];
		if (typeof value === 'string') {
			if (value.length > longestText)
				issues.push(issue(path, `text of at most ${longestText} characters`, `${value.length}`));
			continue;
		}
		if (typeof value !== 'object' || value === null) {
			if (!['number', 'boolean', 'undefined'].includes(typeof value) && value !== null)
				issues.push(issue(path, 'plain data as in JSON', `a ${typeof value}`));
			continue;
		}
		const prototype: unknown = Object.getPrototypeOf(value);
		if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
			issues.push(issue(path, 'plain data as in JSON', 'an object of a class'));
			continue;
		}
		if (depth >= mostDepth) {
			issues.push(issue(path, `at most ${mostDepth} levels inside one another`, 'more'));
			continue;
		}
		for (const key of Object.keys(value).slice(0, most + 1)) {
			const place = path ? `${path}.${key.slice(0, 80)}` : key.slice(0, 80);
			if (forbidden.has(key)) issues.push(issue(place, 'no key of this name', 'it', 'remove it'));
			else pending.push({ value: (value as Record<string, unknown>)[key], path: place, depth: depth + 1 });
		}
	}
	return issues;
}

/** Whether a value is an object with keys: no list, not null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
