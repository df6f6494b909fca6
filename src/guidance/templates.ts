/** @file Templates of prompts filled in: at random, or in all ways there are; before anything else is made of a prompt. */

import { AtelierError } from '../errors.js';
import { suggestion } from '../nearest.js';
import type { Random } from '../random.js';
import { type Option, type Part, parseTemplate, type Template } from './template-syntax.js';

/** Lists of words by name. */
export interface WildcardLists {
	names(): readonly string[];
	/** Lines of a list, each a template; undefined when there is no such list. */
	lines(name: string): readonly string[] | undefined;
}

/** No lists at all. */
export const noWildcards: WildcardLists = { names: () => [], lines: () => undefined };

/** Parts that are looked at for one expansion, and its length, at most: lists may name lists that name lists. */
const mostParts = 10_000;
const longest = 4000;

/** Fill a template in at random. @throws AtelierError E_ARGUMENT when it is not well formed or names an unknown list */
export function expandTemplate(text: string, random: Random, lists: WildcardLists = noWildcards): string {
	return tidy(new Filler(lists).fill(parseTemplate(text), random, []));
}

/** How many expansions a template has, equal ones counted apart; Infinity beyond all numbers. @throws AtelierError E_ARGUMENT */
export function countExpansions(text: string, lists: WildcardLists = noWildcards): number {
	return new Counter(lists).count(parseTemplate(text), []);
}

/** The first `limit` expansions of a template, the last choice changing fastest. @throws AtelierError E_ARGUMENT */
export function expandAll(text: string, limit: number, lists: WildcardLists = noWildcards): string[] {
	const all: string[] = [];
	if (limit < 1) return all;
	const walker = new Walker(lists);
	for (const expansion of walker.all(parseTemplate(text), [])) {
		all.push(tidy(expansion));
		if (all.length >= limit) break;
		walker.spent = 0;
	}
	return all;
}

const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What all that looks into lists has in common: lists are read once, and never lead back to themselves or too far. */
class Reader {
	spent = 0;
	private readonly parsed = new Map<string, readonly Template[]>();

	constructor(private readonly lists: WildcardLists) {}

	protected linesOf(name: string, within: readonly string[]): readonly Template[] {
		if (within.includes(name))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected wildcards that end somewhere, got '${[...within, name].join("' in '")}'; break the circle`,
			);
		let lines = this.parsed.get(name);
		if (!lines) {
			const written = this.lists.lines(name);
			if (!written?.length)
				throw new AtelierError(
					'E_ARGUMENT',
					written
						? `expected lines in the wildcard '${name}', got none`
						: `unknown wildcard '${name}'${suggestion(name, this.lists.names())}`,
				);
			lines = written.map((line) => parseTemplate(line, `wildcard '${name}': `));
			this.parsed.set(name, lines);
		}
		return lines;
	}

	/** Options of a choice; a choice of one wildcard alone is a choice of its lines. */
	protected optionsOf(
		part: Part & { kind: 'choice' },
		within: readonly string[],
	): { options: readonly Option[]; within: readonly string[] } {
		const [only] = part.options.length === 1 ? part.options[0]!.template : [];
		if (only?.kind !== 'wildcard' || part.options[0]!.template.length > 1) return { options: part.options, within };
		const options = this.linesOf(only.name, within).map((template) => ({ weight: 1, template }));
		return { options, within: [...within, only.name] };
	}

	protected spend(length = 0): void {
		if (++this.spent > mostParts || length > longest)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected a prompt of at most ${longest} characters and ${mostParts} parts, got more from wildcards; use fewer`,
			);
	}
}

class Filler extends Reader {
	fill(template: Template, random: Random, within: readonly string[]): string {
		let out = '';
		for (const part of template) {
			this.spend(out.length);
			if (part.kind === 'text') out += part.text;
			else if (part.kind === 'wildcard') {
				const lines = this.linesOf(part.name, within);
				out += this.fill(lines[random.int(lines.length)]!, random, [...within, part.name]);
			} else {
				const { options, within: inside } = this.optionsOf(part, within);
				const [least, most] = bounds(part, options.length);
				const chosen = pick(options, least + random.int(most - least + 1), random);
				out += chosen.map((option) => this.fill(option.template, random, inside)).join(part.separator);
			}
		}
		this.spend(out.length);
		return out;
	}
}

class Counter extends Reader {
	private readonly counts = new Map<string, number>();

	count(template: Template, within: readonly string[]): number {
		return template.reduce((product, part) => product * this.countPart(part, within), 1);
	}

	private countPart(part: Part, within: readonly string[]): number {
		if (part.kind === 'text') return 1;
		if (part.kind === 'wildcard') {
			const known = this.counts.get(part.name);
			if (known !== undefined) return known;
			const inside = [...within, part.name];
			const count = this.linesOf(part.name, within).reduce((sum, line) => sum + this.count(line, inside), 0);
			this.counts.set(part.name, count);
			return count;
		}
		const { options, within: inside } = this.optionsOf(part, within);
		const [least, most] = bounds(part, options.length);
		// Elementary symmetric polynomials: k of the options, each in all its ways.
		const ways = [1, ...new Array<number>(most).fill(0)];
		for (const option of options) {
			const own = this.count(option.template, inside);
			for (let k = most; k >= 1; k--) ways[k] = ways[k]! + ways[k - 1]! * own;
		}
		return ways.slice(least).reduce((a, b) => a + b, 0);
	}
}

class Walker extends Reader {
	*all(template: Template, within: readonly string[], from = 0): Generator<string> {
		const part = template[from];
		if (!part) {
			yield '';
			return;
		}
		for (const head of this.part(part, within))
			for (const tail of this.all(template, within, from + 1)) {
				this.spend(head.length + tail.length);
				yield head + tail;
			}
	}

	private *part(part: Part, within: readonly string[]): Generator<string> {
		if (part.kind === 'text') yield part.text;
		else if (part.kind === 'wildcard')
			for (const line of this.linesOf(part.name, within)) yield* this.all(line, [...within, part.name]);
		else {
			const { options, within: inside } = this.optionsOf(part, within);
			const [least, most] = bounds(part, options.length);
			for (let k = least; k <= most; k++) yield* this.some(options, k, part.separator, inside, 0);
		}
	}

	/** k of the options from `from` on. */
	private *some(
		options: readonly Option[],
		k: number,
		separator: string,
		within: readonly string[],
		from: number,
	): Generator<string> {
		this.spend();
		if (k === 0) {
			yield '';
			return;
		}
		for (let i = from; i <= options.length - k; i++)
			for (const head of this.all(options[i]!.template, within))
				for (const tail of this.some(options, k - 1, separator, within, i + 1))
					yield k > 1 ? `${head}${separator}${tail}` : head;
	}
}

const bounds = ({ least, most }: { least: number; most: number }, options: number): [number, number] => [
	Math.min(least, options),
	Math.min(most, options),
];

/** Some of the options by their weights, none twice, in the order written. */
function pick(options: readonly Option[], count: number, random: Random): Option[] {
	const chosen = new Set<Option>();
	while (chosen.size < count) {
		const left = options.filter((option) => !chosen.has(option));
		let point = random.uniform(
			0,
			left.reduce((sum, { weight }) => sum + weight, 0),
		);
		for (const option of left) {
			point -= option.weight;
			if (point >= 0 && option !== left.at(-1)) continue;
			chosen.add(option);
			break;
		}
	}
	return options.filter((option) => chosen.has(option));
}
