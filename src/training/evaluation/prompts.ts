/** @file The prompts that an evaluation draws: those of the project, or a file's; and what each of them names. */

import { z } from 'zod';
import { normaliseText } from '../../encoders/words.js';
import { AtelierError } from '../../errors.js';
import { parseJson, readTextFile } from '../../files.js';
import { colorNames } from '../../guidance/color-words.js';
import type { Corpus } from '../corpus/index.js';
import { vocabularyOf } from '../vocabulary.js';
import fixed from './prompts.json' with { type: 'json' };

/** A prompt and the group that it belongs to. */
export interface EvaluationPrompt {
	readonly text: string;
	readonly group: string;
}

const fileSchema = z.union([z.array(z.string()), z.record(z.string(), z.array(z.string()))]);

/** The project's fixed prompts: written once, before anybody looked at how they are drawn. */
export const fixedPrompts: readonly EvaluationPrompt[] = listed(fixed);

/**
 * Prompts of a file: `.json`, a list or lists by group; else plain text, one a line.
 *
 * @throws AtelierError E_IO when it cannot be read, E_RECIPE when it is no JSON, E_ARGUMENT when it holds no prompts, or one twice
 */
export function readPrompts(path: string): EvaluationPrompt[] {
	const text = readTextFile(path);
	const wrong = (got: string) => new AtelierError('E_ARGUMENT', `expected prompts in '${path}', got ${got}`);
	let prompts: EvaluationPrompt[];
	if (path.endsWith('.json')) {
		const parsed = fileSchema.safeParse(parseJson(text, `'${path}'`));
		if (!parsed.success) throw wrong('JSON that is neither a list of texts nor lists of texts by group');
		prompts = listed(parsed.data);
	} else prompts = listed(text.split(/\r?\n/));
	if (prompts.length === 0) throw wrong('none');
	const twice = prompts.find(({ text: own }, i) => prompts.findIndex((p) => p.text === own) !== i);
	if (twice) throw wrong(`'${twice.text}' twice`);
	return prompts;
}

function listed(prompts: readonly string[] | Readonly<Record<string, readonly string[]>>): EvaluationPrompt[] {
	const groups = Array.isArray(prompts) ? { prompts } : (prompts as Readonly<Record<string, readonly string[]>>);
	return Object.entries(groups).flatMap(([group, texts]) =>
		(texts as readonly string[]).map((text) => ({ text: text.trim(), group })).filter(({ text }) => text !== ''),
	);
}

/** Finds the concepts of a corpus that prompts name, by the English words that are theirs alone; the longest match first, colour words left out. */
export class PromptReader {
	private readonly owner = new Map<string, string>();
	private readonly longest: number;

	constructor(corpus: Pick<Corpus, 'concepts'>) {
		const claim = (text: string, concept: string) => {
			const key = normaliseText(text);
			if (key !== '' && !this.owner.has(key)) this.owner.set(key, concept);
		};
		for (const [k, list] of vocabularyOf(corpus).names.entries())
			for (const { text, lang } of list) if (lang === 'en') claim(text, corpus.concepts[k]!.name);
		// An orange is a thing, though the word by itself is taught as a colour.
		for (const { name, words } of corpus.concepts)
			for (const { text } of words) if ((colorNames as readonly string[]).includes(text)) claim(text, name);
		this.longest = Math.max(1, ...[...this.owner.keys()].map((key) => key.split(' ').length));
	}

	/** Names of the concepts, in the order in which they are mentioned, each once. */
	concepts(prompt: string): string[] {
		const words = normaliseText(prompt).split(' ');
		const found = new Set<string>();
		for (let at = 0; at < words.length; ) {
			let length = Math.min(this.longest, words.length - at);
			let concept: string | undefined;
			for (; length >= 1 && concept === undefined; length--) {
				const part = words.slice(at, at + length).join(' ');
				// 'orange' and 'rose' are things where nothing else is named, and colours of what follows.
				const onlyColor = length === 1 && (colorNames as readonly string[]).includes(part) && words.length > at + 1;
				if (!onlyColor) concept = this.owner.get(part);
			}
			if (concept !== undefined) found.add(concept);
			at += concept === undefined ? 1 : length + 1;
		}
		return [...found];
	}
}
