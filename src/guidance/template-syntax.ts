/**
 * @file Templates of prompts, as dynamicprompts writes them, taken apart:
 *   {a|b}  {2::a|b}                   one of them; the first twice as often
 *   {2$$a|b|c}  {1-3$$a|b|c}          so many of them, in the order written, joined by ', '
 *   {2$$ and $$a|b|c}                 joined by ' and '
 *   __name__                          a line of the list of that name; {2$$__name__} two different lines
 * Choices may stand inside one another. Escapes are left as they are, for prompt-text.ts.
 */

import { AtelierError } from '../errors.js';
import { shortly } from '../validation.js';

/** A template, taken apart. */
export type Template = readonly Part[];
/** A stretch of text, a list to choose a line of, or options. */
export type Part =
	| { readonly kind: 'text'; readonly text: string }
	| { readonly kind: 'wildcard'; readonly name: string }
	| {
			readonly kind: 'choice';
			readonly least: number;
			readonly most: number;
			readonly separator: string;
			readonly options: readonly Option[];
	  };

/** One of a choice. */
export interface Option {
	/** How likely, against the others. */
	readonly weight: number;
	readonly template: Template;
}

const deepest = 20;

/** Names of lists: never paths. */
export const wildcardName = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]|_(?!_|$))*$/u;

/** Whether a text has anything to fill in. @throws AtelierError E_ARGUMENT when it is not well formed */
export const isTemplate = (text: string): boolean => parseTemplate(text).some((part) => part.kind !== 'text');

/** @param where begins the message of an error @throws AtelierError E_ARGUMENT, saying where and what to write instead */
export function parseTemplate(text: string, where = ''): Template {
	let at = 0;
	const fail = (expected: string, place: number, advice: string): never => {
		throw new AtelierError(
			'E_ARGUMENT',
			`${where}expected ${expected}, got ${shortly(text)} (character ${place + 1}); ${advice}`,
		);
	};

	const sequence = (depth: number): Part[] => {
		const parts: Part[] = [];
		let words = '';
		const flush = () => {
			if (words) parts.push({ kind: 'text', text: words });
			words = '';
		};
		while (at < text.length) {
			const c = text[at]!;
			if (c === '\\') {
				words += text.slice(at, at + 2);
				at += 2;
			} else if (c === '{') {
				if (depth === deepest) fail(`at most ${deepest} braces inside one another`, at, 'use fewer');
				flush();
				parts.push(choice(depth + 1));
			} else if (depth > 0 && (c === '|' || c === '}')) {
				break;
			} else if (c === '}') {
				fail("no '}' without its '{'", at, "write \\} for a brace of the text's own");
			} else if (text.startsWith('__', at)) {
				const [written, name] = /^__(\S+?)__/.exec(text.slice(at)) ?? ['_', undefined];
				if (name !== undefined && !wildcardName.test(name))
					fail(
						"a wildcard's name of letters, digits, - and _ (names, never paths)",
						at,
						"write \\_ for an underscore of the text's own",
					);
				if (name !== undefined) {
					flush();
					parts.push({ kind: 'wildcard', name });
				} else words += written;
				at += written.length;
			} else {
				words += c;
				at++;
			}
		}
		flush();
		return parts;
	};

	const choice = (depth: number): Part => {
		const open = at++;
		const count = /^\s*(?:(\d+)|(\d+)?-(\d+)?)\s*\$\$/.exec(text.slice(at));
		const [least, most] = count ? counts(count) : [1, 1];
		if (least > most) fail('the smaller number of options first', open, 'swap them');
		let separator = ', ';
		if (count) {
			at += count[0].length;
			const own = /^([^{}|$\\]*)\$\$/.exec(text.slice(at));
			if (own) {
				separator = own[1]!;
				at += own[0].length;
			}
		}
		const options: Option[] = [];
		for (;;) {
			const weight = /^\s*(\d+\.?\d*|\.\d+)::/.exec(text.slice(at));
			at += weight?.[0].length ?? 0;
			options.push({ weight: weight ? Number(weight[1]) : 1, template: sequence(depth) });
			if (at >= text.length) fail("'}' for the '{'", open, "write \\{ for a brace of the text's own");
			if (text[at++] === '}') break;
		}
		if (!options.some((o) => o.weight > 0)) fail('an option of a weight above 0', open, 'raise one');
		return { kind: 'choice', least, most, separator, options: options.filter((o) => o.weight > 0) };
	};

	const counts = ([, exactly, from = '1', to = '1e9']: RegExpExecArray): [number, number] =>
		exactly === undefined ? [Number(from), Number(to)] : [Number(exactly), Number(exactly)];

	return sequence(0);
}
