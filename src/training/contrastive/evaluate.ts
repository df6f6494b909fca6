/** @file How well pictures and texts that were never trained on find each other. */

import { ParameterStore, type Weights } from '../../encoders/parameters.js';
import { towerRows } from '../../encoders/token-rows.js';
import type { TextTokenizer } from '../../encoders/tokenizers/tokenizer.js';
import { rowsOf } from '../../encoders/vectors.js';
import { type Engine, type Executable, engineByName, type Feed } from '../../engines/index.js';
import { input, l2Normalise } from '../../tensor/index.js';
import { cosines, rankOf, shareWithin } from '../evaluation/ranks.js';
import type { HeldOutPair } from './sources.js';
import { intoUnit } from './square-picture.js';
import { type ModelConfig, type Towers, towersOf } from './towers.js';

/** Shares of held-out pictures whose text comes first, or among the first five, and of texts whose picture does; texts that are equal count as one. */
export interface RetrievalAccuracy {
	readonly imageToText1: number;
	readonly imageToText5: number;
	readonly textToImage1: number;
	readonly textToImage5: number;
	readonly pairs: number;
}

/** A text with the held-out pictures that are nearest to it, best first. */
export interface RetrievalExample {
	readonly text: string;
	readonly nearest: readonly { readonly pair: number; readonly right: boolean }[];
}

const rows = 32;
const nearestShown = 6;

/** Embeds with weights that change: compiled once. */
export class Evaluator {
	private constructor(
		private readonly towers: Towers,
		private readonly tokenizer: TextTokenizer,
		private readonly pictures: Executable,
		private readonly texts: Executable,
	) {}

	/** @param tokenizer contents of tokenizer.json */
	static async create(model: ModelConfig, weights: Weights, tokenizer: object, engineName: string) {
		const engine: Engine = await engineByName(engineName, { threads: 1 });
		const towers = towersOf(model);
		const store = new ParameterStore(weights);
		const options = { parameters: 'input', threads: 1 } as const;
		const images = input('images', [rows, towers.size, towers.size, 3]);
		const ids = input('ids', [rows, towers.text.context], 'int32');
		const positions = input('positions', [rows], 'int32');
		const mask = input('mask', [rows, towers.text.context]);
		const pictures = await engine.compile({ embedding: l2Normalise(towers.pictures(store, images)) }, options);
		const texts = await engine.compile(
			{ embedding: l2Normalise(towers.texts(store, { ids, positions, mask })) },
			options,
		);
		return new Evaluator(towers, towers.tokenizer(tokenizer), pictures, texts);
	}

	/** Unit embeddings of texts. */
	embedTexts(weights: Weights, texts: readonly string[]): Promise<Float32Array[]> {
		return this.embed(this.texts, weights, texts.length, (from) => {
			const part = Array.from({ length: rows }, (_, i) => texts[from + i] ?? '');
			// One program for all of them: no row is cut.
			const { ids, positions, mask } = towerRows(this.tokenizer, part, this.towers.text, false);
			return { ids, positions, mask };
		});
	}

	/** Unit embeddings of pictures [size, size, 3] in bytes. */
	embedPictures(weights: Weights, pictures: readonly Uint8Array[]): Promise<Float32Array[]> {
		const size = this.towers.size ** 2 * 3;
		return this.embed(this.pictures, weights, pictures.length, (from) => {
			const images = new Float32Array(rows * size);
			for (const [i, picture] of pictures.slice(from, from + rows).entries()) intoUnit(picture, images, i * size);
			return { images };
		});
	}

	private async embed(
		program: Executable,
		weights: Weights,
		count: number,
		feeds: (from: number) => Record<string, Feed>,
	): Promise<Float32Array[]> {
		// Copies: engines read no shared memory.
		const parameters = Object.fromEntries([...weights].map(([name, { data }]) => [name, data.slice()]));
		const { width } = this.towers;
		const all: Float32Array[] = [];
		for (let from = 0; from < count; from += rows) {
			const out = (await program.run({ ...parameters, ...feeds(from) })).embedding!;
			all.push(...rowsOf(out, width).slice(0, count - from));
		}
		return all;
	}

	/** Accuracy over held-out pairs, and what some of the texts find. */
	async retrieve(
		weights: Weights,
		pairs: readonly HeldOutPair[],
		examples: number,
	): Promise<{ accuracy: RetrievalAccuracy; examples: RetrievalExample[] }> {
		const texts = pairs.map((p) => p.text);
		const pictures = await this.embedPictures(
			weights,
			pairs.map((p) => p.picture),
		);
		return retrieval(pictures, await this.embedTexts(weights, texts), texts, examples);
	}

	async close(): Promise<void> {
		await this.pictures.dispose();
		await this.texts.dispose();
	}
}

/** Accuracy of unit embeddings of pairs; picture i belongs to text i and to every text equal to it. A tie is a miss, and so is NaN. */
export function retrieval(
	pictures: readonly Float32Array[],
	texts: readonly Float32Array[],
	words: readonly string[],
	examples: number,
): { accuracy: RetrievalAccuracy; examples: RetrievalExample[] } {
	const count = pictures.length;
	const distinct = words.flatMap((word, i) => (words.indexOf(word) === i ? [i] : []));
	const table = distinct.map((j) => texts[j]!);
	const place = new Map(distinct.map((j, k) => [words[j]!, k]));
	const named = pictures.map((p, i) => rankOf(cosines(p, table), place.get(words[i]!)!));
	// Of the pictures that a text fits, the nearest counts.
	const scores = table.map((text) => cosines(text, pictures));
	const found = distinct.map((j, k) => {
		const row = scores[k]!;
		const best = words.reduce((a, word, i) => (word === words[j] && row[i]! > row[a]! ? i : a), j);
		const others = words.map((word) => word !== words[j]);
		return rankOf(row, best, others);
	});
	const step = Math.max(1, distinct.length / Math.max(1, examples));
	const shown = Array.from({ length: Math.min(examples, distinct.length) }, (_, k) => Math.floor(k * step));
	return {
		accuracy: {
			imageToText1: shareWithin(named, 1),
			imageToText5: shareWithin(named, 5),
			textToImage1: shareWithin(found, 1),
			textToImage5: shareWithin(found, 5),
			pairs: count,
		},
		examples: shown.map((k) => ({
			text: words[distinct[k]!]!,
			nearest: Array.from({ length: count }, (_, i) => i)
				.sort((a, b) => scores[k]![b]! - scores[k]![a]! || a - b)
				.slice(0, nearestShown)
				.map((pair) => ({ pair, right: words[pair] === words[distinct[k]!] })),
		})),
	};
}
