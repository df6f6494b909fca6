/** @file Numbers as people read them. */

import type { Recipe } from '../../src/recipe/schema.js';
import { wordsAfter } from '../../src/recipe/words-after.js';
import type { Problem } from '../protocol.js';

type Issue = NonNullable<Problem['issues']>[number];

export function duration(seconds: number): string {
	const s = Math.max(0, Math.round(seconds));
	if (s < 60) return `${s} s`;
	if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
	return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
}

export function bytes(n: number): string {
	if (n < 1e6) return `${Math.max(1, Math.round(n / 1e3))} kB`;
	return n < 1e9 ? `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}

export const score = (v: number | null | undefined): string => (v === null || v === undefined ? '–' : v.toFixed(3));

/** Mean likeness to what a drawing is to show: those to be avoided, which stand between words and pictures, are left out. */
export function likeness(recipe: Recipe, scores: readonly number[]): number | undefined {
	const { prompts, negative } = wordsAfter(recipe.edits, recipe);
	const wanted = scores.filter(
		(_, i) => (i < prompts.length && prompts[i]!.weight > 0) || i >= prompts.length + negative.length,
	);
	return wanted.length > 0 ? wanted.reduce((sum, s) => sum + s, 0) / wanted.length : undefined;
}

/** When something was: the time of today, the day of others. */
export function moment(iso: string, now = new Date()): string {
	const then = new Date(iso);
	return then.toDateString() === now.toDateString()
		? then.toLocaleTimeString(undefined, { timeStyle: 'short' })
		: then.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const stateWords: Readonly<Record<string, string>> = {
	queued: 'waits',
	preparing: 'gets ready',
	running: 'draws',
	paused: 'paused',
	done: 'done',
	stopped: 'stopped, kept',
	failed: 'failed',
	cancelled: 'cancelled',
	interrupted: 'interrupted',
};
export const stateWord = (state: string): string => stateWords[state] ?? state;

/** What is wrong with a recipe, without the place in it, for people who have never heard of encoders. */
export function plainIssue({ path, message, suggestion }: Issue): string {
	if (path.startsWith('encoder') && message.includes('download it first')) return 'Download the judge first.';
	const says = message.replace(/^'[\w.]+': /, '');
	return suggestion ? `${says} – ${suggestion}` : says;
}

/** A warning of the server, for people who have never heard of encoders. */
export const plainWarning = (warning: string): string =>
	warning
		.replace(
			/^encoder '[^']*' does not know (.+); it goes by .*$/,
			'Does not know $1; draws the nearest that it knows.',
		)
		.replace(/^encoder '[^']*'/, 'It');
