/** @file Finding pictures by words: embeddings of all pictures, made when nothing is drawn, remembered beside the outputs. */

import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guard, replaceFile } from '../../src/files.js';
import { wordsAfter } from '../../src/recipe/words-after.js';
import type { OutputInfo } from '../protocol.js';
import type { Output } from './output.js';
import type { TaskThread } from './tasks.js';

/** Pictures that are looked at in one task. */
const chunk = 16;

/** Cosines of words and pictures below this are those of pictures of something else, as the built-in encoder sees them. */
const unlike = 0.1;

interface Known {
	readonly at: number;
	/** Undefined for a picture that cannot be read. */
	readonly embedding: Float32Array | undefined;
}

export class Search {
	private readonly known = new Map<string, Known>();
	private working: Promise<void> | undefined;

	constructor(
		/** embeddings.jsonl: {id, at, embedding as base64 of float32, little-endian}. */
		private readonly path: string,
		private readonly thread: TaskThread,
	) {
		if (!existsSync(path)) return;
		for (const line of guard(`a readable file '${path}'`, () => readFileSync(path, 'utf8')).split('\n')) {
			try {
				const { id, at, embedding } = JSON.parse(line) as { id: string; at: number; embedding: string | null };
				this.known.set(id, { at, embedding: embedding === null ? undefined : unpacked(embedding) });
			} catch {
				// Cut off, or the empty end.
			}
		}
		replaceFile(path, [...this.known].map(([id, known]) => lineOf(id, known)).join(''));
	}

	/** Cosine of words with every picture, by id. */
	async likeness(text: string, outputs: readonly Output[]): Promise<Map<string, number>> {
		while (this.missing(outputs).length > 0) await this.learn(outputs);
		const words = await this.thread.do('words', { text });
		return new Map(
			outputs.flatMap(({ info: { id } }) => {
				const embedding = this.known.get(id)?.embedding;
				return embedding ? [[id, embedding.reduce((sum, v, i) => sum + v * words[i]!, 0)] as const] : [];
			}),
		);
	}

	/** Look at some pictures that were not looked at yet; whether there were any. */
	async learn(outputs: readonly Output[]): Promise<boolean> {
		if (!this.working) {
			const some = this.missing(outputs).slice(0, chunk);
			if (some.length === 0) return false;
			this.working = this.add(some).finally(() => {
				this.working = undefined;
			});
		}
		await this.working;
		return true;
	}

	private missing(outputs: readonly Output[]): Output[] {
		return outputs.filter(({ info, at }) => this.known.get(info.id)?.at !== at);
	}

	private async add(some: readonly Output[]): Promise<void> {
		const embeddings = await this.thread.do('pictures', { paths: some.map(({ path }) => join(path, 'image.png')) });
		const lines = some.map(({ info: { id }, at }, i) => {
			const known = { at, embedding: embeddings[i] };
			this.known.set(id, known);
			return lineOf(id, known);
		});
		await appendFile(this.path, lines.join(''));
	}
}

const lineOf = (id: string, { at, embedding }: Known): string =>
	`${JSON.stringify({ id, at, embedding: embedding ? Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('base64') : null })}\n`;

function unpacked(text: string): Float32Array {
	const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
	return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

const wordsIn = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
const articles = new Set(['a', 'an', 'the']);

/**
 * What is found by words: drawings that were drawn from these (the beginning of a word will do), then those that look like it;
 * each group with the most alike first, and without what looks like anything else.
 *
 * @param likeness cosine of the words with every picture that was looked at, by id
 */
export function found(text: string, runs: readonly OutputInfo[], likeness: ReadonlyMap<string, number>): OutputInfo[] {
	const all = wordsIn(text);
	const telling = all.filter((word) => !articles.has(word));
	const asked = telling.length > 0 ? telling : all;
	const groups: OutputInfo[][] = [[], []];
	for (const run of runs) {
		const own = wordsAfter(run.recipe.edits, run.recipe).prompts.flatMap((prompt) => wordsIn(prompt.text));
		const isNamed = asked.length > 0 && asked.every((word) => own.some((one) => one.startsWith(word)));
		const alike = likeness.get(run.id);
		if (isNamed || (alike ?? -1) >= unlike)
			groups[isNamed ? 0 : 1]!.push({ ...run, ...(alike !== undefined && { likeness: alike }) });
	}
	return groups.flatMap((group) => group.sort((a, b) => (b.likeness ?? -1) - (a.likeness ?? -1)));
}
