/**
 * @file The marks inside a prompt's text, as AUTOMATIC1111 writes them:
 *   (words) (words:1.3) [words]        emphasis: 1.1, 1.3, 1/1.1; inside one another they multiply
 *   [a:b:0.5] [a::0.5] [b:0.5]         schedule: a, then b from half of the steps on; a number from 1 counts steps
 *   \( \) \[ \] \{ \} \| \: \_ \\      the character itself
 * What they mean for a drawing is in readings.ts.
 */

import { AtelierError } from '../errors.js';
import { shortly } from '../validation.js';
import { asNumber, escapePrompt } from './prompts.js';

/** A prompt's text, taken apart. */
export type PromptText = readonly PromptNode[];

export type PromptNode =
	| { readonly kind: 'words'; readonly words: string }
	| { readonly kind: 'emphasis'; readonly weight: number; readonly inner: PromptText }
	| {
			readonly kind: 'schedule';
			readonly before: PromptText;
			readonly after: PromptText;
			/** Below 1 the part of the steps, from 1 the number of steps, that have `before`. */
			readonly when: number;
	  };

/** Emphasis of `(words)`; `[words]` is its inverse. */
const emphasisStep = 1.1;
const largestWeight = 10;
const deepest = 20;

const escapable = '\\()[]{}|:_$';

/** @throws AtelierError E_ARGUMENT when brackets do not match or a number is out of range; it says where and what to write instead */
export function parsePromptText(text: string): PromptText {
	return new Parser(text).whole();
}

/** The text that {@link parsePromptText} takes apart into these nodes. */
export function printPromptText(nodes: PromptText, inside = false): string {
	return nodes
		.map((node) => {
			if (node.kind === 'words')
				return inside ? escapePrompt(node.words).replaceAll(':', '\\:') : escapePrompt(node.words);
			if (node.kind === 'emphasis') return `(${printPromptText(node.inner, true)}:${node.weight})`;
			const before = node.before.length > 0 ? `${printPromptText(node.before, true)}:` : '';
			// Nothing afterwards takes a second colon: one alone would mean nothing before.
			return `[${before}${printPromptText(node.after, true)}:${node.when}]`;
		})
		.join('');
}

class Parser {
	private at = 0;

	constructor(private readonly text: string) {}

	whole(): PromptText {
		const nodes = this.sequence('', 0);
		if (this.at < this.text.length) this.fail(`no '${this.text[this.at]}' without its partner`, this.at);
		return merged(nodes);
	}

	/** Nodes up to one of the characters of `end` (or a closing bracket), which is left to the caller. */
	private sequence(end: string, depth: number): PromptNode[] {
		const nodes: PromptNode[] = [];
		let words = '';
		const flush = () => {
			if (words) nodes.push({ kind: 'words', words });
			words = '';
		};
		while (this.at < this.text.length) {
			const c = this.text[this.at]!;
			const next = this.text[this.at + 1];
			if (c === '\\' && next !== undefined && escapable.includes(next)) {
				words += next;
				this.at += 2;
			} else if (end.includes(c) || c === ')' || c === ']') {
				break;
			} else if (c === '(' || c === '[') {
				if (depth === deepest) this.fail(`at most ${deepest} brackets inside one another`, this.at);
				flush();
				nodes.push(...(c === '(' ? this.emphasis(depth) : this.brackets(depth)));
			} else {
				words += c;
				this.at++;
			}
		}
		flush();
		return nodes;
	}

	private emphasis(depth: number): PromptNode[] {
		const [parts, open] = this.parts(')', depth);
		const last = parts.at(-1)!;
		const weight = parts.length > 1 ? numberOf(last) : undefined;
		if (weight !== undefined && Math.abs(weight) > largestWeight)
			this.fail(
				`an emphasis of ${-largestWeight} to ${largestWeight}`,
				open,
				"write \\: for a colon of the text's own",
			);
		const inner = joined(weight === undefined ? parts : parts.slice(0, -1));
		return inner.length > 0 ? [{ kind: 'emphasis', weight: weight ?? emphasisStep, inner }] : [];
	}

	private brackets(depth: number): PromptNode[] {
		const [parts, open] = this.parts(']', depth);
		const when = parts.length > 1 ? numberOf(parts.at(-1)!) : undefined;
		if (when === undefined) {
			const inner = joined(parts);
			return inner.length > 0 ? [{ kind: 'emphasis', weight: 1 / emphasisStep, inner }] : [];
		}
		if (parts.length > 3)
			this.fail('[before:after:when] with two colons', open, "write \\: for a colon of the text's own");
		if (when < 0 || (when >= 1 && !Number.isInteger(when)))
			this.fail('a part of the steps below 1 or a whole number of steps after the last colon', open);
		const [before, after] = parts.length === 3 ? [parts[0]!, parts[1]!] : [[], parts[0]!];
		return before.length + after.length > 0 ? [{ kind: 'schedule', before, after, when: when + 0 }] : [];
	}

	/** What is between brackets, split at the colons. */
	private parts(close: string, depth: number): [parts: PromptNode[][], open: number] {
		const open = this.at++;
		const parts = [this.sequence(':|', depth + 1)];
		for (;;) {
			const c = this.text[this.at];
			if (c === close) break;
			if (c === '|') {
				if (close === ']')
					this.fail(
						'no [a|b], which alternates, but [a:b:0.5], or {a|b} for one of them',
						open,
						"write \\| for a bar of the text's own",
					);
				const last = parts.at(-1)!;
				last.push({ kind: 'words', words: '|' });
				this.at++;
				last.push(...this.sequence(':|', depth + 1));
			} else if (c === ':') {
				this.at++;
				parts.push(this.sequence(':|', depth + 1));
			} else {
				this.fail(
					`'${close}' for the '${this.text[open]}'`,
					open,
					`write \\${this.text[open]} for a bracket of the text's own`,
				);
			}
		}
		this.at++;
		return [parts.map(merged), open];
	}

	private fail(
		expected: string,
		at: number,
		advice = `write \\${this.text[at]} for a character of the text's own`,
	): never {
		throw new AtelierError(
			'E_ARGUMENT',
			`expected ${expected}, got ${shortly(this.text)} (character ${at + 1}); ${advice}`,
		);
	}
}

function numberOf(part: PromptText): number | undefined {
	const [only, more] = part;
	return only?.kind === 'words' && !more ? asNumber(only.words.trim()) : undefined;
}

/** Parts with the colons between them put back. */
function joined(parts: readonly PromptNode[][]): PromptNode[] {
	return merged(parts.flatMap((part, i) => (i > 0 ? [{ kind: 'words' as const, words: ':' }, ...part] : part)));
}

/** Neighbouring words as one. */
function merged(nodes: readonly PromptNode[]): PromptNode[] {
	const out: PromptNode[] = [];
	for (const node of nodes) {
		const last = out.at(-1);
		if (node.kind === 'words' && last?.kind === 'words')
			out.splice(-1, 1, { kind: 'words', words: last.words + node.words });
		else out.push(node);
	}
	return out;
}
