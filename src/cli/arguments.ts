/** @file Strict command lines: every flag must be known, take what it takes, and be told apart from words; repeated flags are kept. */

import { parseArgs } from 'node:util';
import type { ArgsDef } from 'citty';
import { AtelierError } from '../errors.js';
import { nearest, suggestion } from '../nearest.js';

/** A command line, taken apart. */
export class Arguments {
	constructor(
		readonly positionals: readonly string[],
		private readonly strings: ReadonlyMap<string, readonly string[]>,
		private readonly switches: ReadonlySet<string>,
	) {}

	/** All values of a flag that may be repeated. */
	all(name: string): readonly string[] {
		return this.strings.get(name) ?? [];
	}

	/** The value of a flag that may be given once. */
	one(name: string): string | undefined {
		const values = this.all(name);
		if (values.length > 1)
			throw new AtelierError('E_ARGUMENT', `expected --${name} once, got it ${values.length} times; keep one`);
		return values[0];
	}

	/** The one positional. */
	only(what: string): string {
		const [given, ...more] = this.positionals;
		if (given === undefined || more.length > 0)
			throw new AtelierError('E_ARGUMENT', `expected ${what}, got ${this.positionals.length || 'nothing'}`);
		return given;
	}

	has(name: string): boolean {
		return this.switches.has(name) || this.strings.has(name);
	}

	/** Values between commas, each once, in order. */
	list(name: string): string[] | undefined {
		const text = this.one(name);
		if (text === undefined) return undefined;
		const values = text.split(',').map((value) => value.trim());
		if (values.includes(''))
			throw new AtelierError('E_ARGUMENT', `expected --${name} as values between commas, got '${text}'`);
		return [...new Set(values)];
	}

	/** A whole number in [low, high]. */
	whole(name: string, low: number, high: number): number | undefined {
		const text = this.one(name);
		if (text === undefined) return undefined;
		const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
		if (!(value >= low && value <= high))
			throw new AtelierError(
				'E_ARGUMENT',
				`expected --${name} as a whole number from ${low} to ${high}, got '${text}'`,
			);
		return value;
	}

	/** A number in (0, high]. */
	positive(name: string, high: number): number | undefined {
		const text = this.one(name);
		if (text === undefined) return undefined;
		const value = text.trim() === '' ? Number.NaN : Number(text);
		if (!(value > 0 && value <= high))
			throw new AtelierError('E_ARGUMENT', `expected --${name} as a number above 0 and at most ${high}, got '${text}'`);
		return value;
	}

	/** A number in [low, high]. */
	within(name: string, low: number, high: number): number | undefined {
		const text = this.one(name);
		if (text === undefined) return undefined;
		const value = text.trim() === '' ? Number.NaN : Number(text);
		if (!(value >= low && value <= high))
			throw new AtelierError('E_ARGUMENT', `expected --${name} as a number from ${low} to ${high}, got '${text}'`);
		return value;
	}

	/** Flags of the list that were given. */
	given(names: readonly string[]): string[] {
		return names.filter((name) => this.has(name));
	}
}

/** Take a command line apart after a command's definitions. @throws AtelierError E_ARGUMENT */
export function readArguments(rawArgs: readonly string[], definitions: ArgsDef, positionals: boolean): Arguments {
	const flags = Object.entries(definitions).filter(([, d]) => d.type !== 'positional');
	const names = [...flags.map(([name]) => name), 'help'];
	const options = Object.fromEntries(
		flags.map(([name, d]) => [
			name,
			{
				type: d.type === 'boolean' ? ('boolean' as const) : ('string' as const),
				multiple: true,
				...('alias' in d && typeof d.alias === 'string' && { short: d.alias }),
			},
		]),
	);
	const { tokens } = parseArgs({ args: [...rawArgs], options, strict: false, tokens: true, allowPositionals: true });
	const words: string[] = [];
	const strings = new Map<string, string[]>();
	const switches = new Set<string>();
	for (const token of tokens) {
		if (token.kind === 'positional') words.push(token.value);
		if (token.kind !== 'option') continue;
		const definition = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
		if (!definition || !(token.rawName.startsWith('--') || token.rawName === `-${definition.short}`))
			throw new AtelierError('E_ARGUMENT', `unknown flag ${token.rawName}${flagSuggestion(token.name, names)}`);
		if (definition.type === 'boolean') {
			if (token.value !== undefined)
				throw new AtelierError('E_ARGUMENT', `expected --${token.name} without a value, got '${token.value}'`);
			switches.add(token.name);
			continue;
		}
		// A value that looks like a flag was forgotten, not meant; negative numbers are values.
		if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
			throw new AtelierError('E_ARGUMENT', `expected a value after --${token.name}, got ${token.value ?? 'nothing'}`);
		strings.set(token.name, [...(strings.get(token.name) ?? []), token.value]);
	}
	if (!positionals && words.length > 0)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected only flags here, got '${words[0]}'${flagSuggestion(words[0]!, names)}`,
		);
	return new Arguments(words, strings, switches);
}

/** `; did you mean --x?`, or where they are listed. */
export function flagSuggestion(name: string, names: readonly string[]): string {
	const near = nearest(name, names);
	return near ? `; did you mean --${near}?` : '; --help lists them';
}

/** One of some names. @throws AtelierError E_ARGUMENT with the nearest of them */
export function oneOf(what: string, value: string, names: readonly string[]): string {
	if (!names.includes(value))
		throw new AtelierError('E_ARGUMENT', `unknown ${what} '${value}'${suggestion(value, names)}`);
	return value;
}

/** `n` or `WxH` as two numbers; undefined for anything else. */
export function pairOf(text: string): [number, number] | undefined {
	const match = /^(\d+(?:\.\d+)?)(?:[x×](\d+(?:\.\d+)?))?$/i.exec(text.trim());
	return match ? [Number(match[1]), Number(match[2] ?? match[1])] : undefined;
}
