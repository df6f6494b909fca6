/**
 * @file What a prompt's text says at each moment of a run. For a similarity loss, emphasis w on a phrase means
 *   e(text) + (w - 1) (e(text) - e(text without the phrase)), renormalised:
 * the straight line from the text without the phrase (w = 0) through the text (w = 1) and beyond. Emphasis on the whole text has no
 * direction of its own and scales the prompt's weight. Inside one another, weights multiply along each path.
 */

import { AtelierError } from '../errors.js';
import { shortly } from '../validation.js';
import { type PromptText, parsePromptText } from './prompt-text.js';

/** A moment of a run: steps done, of how many. */
export interface Moment {
	readonly step: number;
	readonly steps: number;
}

/** One state of a prompt's text between two switches of its schedules. */
export interface Reading {
	/** Plain words; empty where the schedules leave nothing. */
	readonly text: string;
	/** Factor on the prompt's weight, from emphasis on the whole text. */
	readonly scale: number;
	/** Multiples of e(text) - e(without) to add to e(text). */
	readonly emphases: readonly { readonly without: string; readonly factor: number }[];
}

/** Readings of one prompt, and when each counts. */
export interface ReadText {
	readonly readings: readonly Reading[];
	/** Index of the reading at a moment. */
	at(moment: Moment): number;
}

/** More alternatives than anyone schedules; each costs a target in the objective. */
const mostReadings = 64;

/** Whether the steps before a switch are over: floor(when * steps) of them below 1, else `when`. */
const isOver = (when: number, { step, steps }: Moment): boolean =>
	step >= (when < 1 ? Math.floor(when * steps + 1e-9) : when);

/** @throws AtelierError E_ARGUMENT for a text that is not well formed, has no words, or switches too often */
export function readText(text: string): ReadText {
	const nodes = parsePromptText(text);
	const switches = [...new Set(switchesOf(nodes))].sort((a, b) => a - b);
	const parts = switches.filter((when) => when < 1);
	const counts = switches.filter((when) => when >= 1);
	// Which of the two kinds comes first depends on the number of steps: every pair of states may occur.
	if ((parts.length + 1) * (counts.length + 1) > mostReadings)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected at most ${mostReadings} states of a prompt, got ${switches.length} switches in ${shortly(text)}; use fewer`,
		);
	const readings: Reading[] = [];
	const known = new Map<string, number>();
	/** Index by switches passed of either kind. */
	const table = Array.from({ length: parts.length + 1 }, (_, p) =>
		Array.from({ length: counts.length + 1 }, (_, c) => {
			const passed = new Set([...parts.slice(0, p), ...counts.slice(0, c)]);
			const reading = readingOf(nodes, (when) => passed.has(when));
			const key = JSON.stringify(reading);
			const index = known.get(key) ?? readings.push(reading) - 1;
			known.set(key, index);
			return index;
		}),
	);
	const wordless = readings.filter((reading) => !/[\p{L}\p{N}]/u.test(reading.text));
	if (wordless.length === readings.length || wordless.some((reading) => reading.text !== ''))
		throw new AtelierError('E_ARGUMENT', `expected words to draw, got ${shortly(text)}`);
	return {
		readings,
		at: (moment) => {
			const over = (list: readonly number[]) => list.filter((when) => isOver(when, moment)).length;
			return table[over(parts)]![over(counts)]!;
		},
	};
}

function switchesOf(nodes: PromptText): number[] {
	return nodes.flatMap((node) => {
		if (node.kind === 'words') return [];
		if (node.kind === 'emphasis') return switchesOf(node.inner);
		return [node.when, ...switchesOf(node.before), ...switchesOf(node.after)];
	});
}

/** A stretch of words, or a phrase with emphasis, schedules decided. */
type Phrase = string | { readonly weight: number; readonly inner: readonly Phrase[] };

function readingOf(nodes: PromptText, isPassed: (when: number) => boolean): Reading {
	const decided = decide(nodes, isPassed);
	const text = wordsOf(decided);
	let scale = 1;
	const emphases: { without: string; factor: number }[] = [];
	const visit = (phrases: readonly Phrase[], around: number) => {
		for (const phrase of phrases) {
			if (typeof phrase === 'string') continue;
			const factor = around * (phrase.weight - 1);
			const without = wordsOf(decided, phrase);
			if (without === '') scale += factor;
			else if (factor !== 0 && without !== text) emphases.push({ without, factor });
			visit(phrase.inner, around * phrase.weight);
		}
	};
	visit(decided, 1);
	return { text, scale: text === '' ? 0 : scale, emphases };
}

function decide(nodes: PromptText, isPassed: (when: number) => boolean): Phrase[] {
	return nodes.flatMap((node): Phrase[] => {
		if (node.kind === 'words') return [node.words];
		if (node.kind === 'schedule') return decide(isPassed(node.when) ? node.after : node.before, isPassed);
		return [{ weight: node.weight, inner: decide(node.inner, isPassed) }];
	});
}

/** The words of phrases, but for one of them, in single spaces. */
function wordsOf(phrases: readonly Phrase[], left?: Phrase): string {
	const spell = (list: readonly Phrase[]): string =>
		list.map((p) => (p === left ? ' ' : typeof p === 'string' ? p : spell(p.inner))).join('');
	return spell(phrases).replace(/\s+/g, ' ').trim();
}
