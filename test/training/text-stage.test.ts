/** @file Stage 2 of training on a toy corpus: what captions should mean, and a text tower that learns it. */

import { describe, expect, it } from 'vitest';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { loadTokenizer } from '../../src/encoders/tokenizers/tokenizer-json.js';
import { trainBpe } from '../../src/encoders/tokenizers/train-bpe.js';
import { normaliseText } from '../../src/encoders/words.js';
import { colorNames } from '../../src/guidance/color-words.js';
import { Random } from '../../src/random.js';
import { CaptionSource } from '../../src/training/captions.js';
import { conceptEvaluation } from '../../src/training/concept-objective.js';
import type { Corpus } from '../../src/training/corpus/index.js';
import { CaptionTargets, joinParts, naturalColors, trainText, unitRows } from '../../src/training/text-stage.js';
import { unitVector } from '../painter/toys.js';
import { toyCorpus, toyTraining } from './toy-corpus.js';

const { tower } = toyTraining().objective;
const corpus = toyCorpus();
const random = new Random(6);
const length = (v: Float32Array) => Math.hypot(...v);
const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, x, i) => s + x * b[i]!, 0);

const shapes = Array.from({ length: 3 }, () => unitVector(random, 8));
const hues = Array.from({ length: colorNames.length }, () => unitVector(random, 4));
const natural = [new Float32Array(4), hues[0]!.map((x) => 0.5 * x), unitVector(random, 4)];
const targets = new CaptionTargets(tower, shapes, hues, natural);

describe('CaptionTargets', () => {
	it('have unit length, whatever the caption says', () => {
		for (const concepts of [[0], [1], [2], [0, 1], [1, 1]])
			for (const color of [-1, 0, 10]) expect(length(targets.embedding({ concepts, color }))).toBeCloseTo(1, 6);
	});

	it('join the shape of the concept with the colour named, by their shares', () => {
		const e = targets.embedding({ concepts: [1], color: 3 });
		expect(dot(e.slice(0, 8), shapes[1]!)).toBeCloseTo(Math.sqrt(0.8), 6);
		expect(dot(e.slice(8), hues[3]!)).toBeCloseTo(Math.sqrt(0.2), 6);
		expect(e).toEqual(joinParts(tower, shapes[1]!, hues[3]!));
	});

	it('take the concept’s own colour when none is named, as large a part of it for all; black where it has none', () => {
		const part = (k: number) => length(targets.embedding({ concepts: [k], color: -1 }).slice(8));
		const expected = (0.3 * Math.sqrt(0.2)) / Math.sqrt(0.8 + 0.2 * 0.3 ** 2);
		for (const k of [0, 1, 2]) expect(part(k)).toBeCloseTo(expected, 6);
		const own = targets.embedding({ concepts: [0], color: -1 }).slice(8);
		expect(dot(own, hues[colorNames.indexOf('black')]!)).toBeCloseTo(expected, 6);
	});

	it('put a pair between its two concepts', () => {
		const e = targets.embedding({ concepts: [0, 2], color: -1 });
		const [a, b] = [dot(e.slice(0, 8), shapes[0]!), dot(e.slice(0, 8), shapes[2]!)];
		expect(a).toBeCloseTo(b, 6);
		expect(e).toEqual(targets.embedding({ concepts: [2, 0], color: -1 }));
	});
});

describe('naturalColors', () => {
	it('are those of the emoji, where there are three', async () => {
		const store = new ParameterStore(new Map(), new Random(3));
		conceptEvaluation(toyTraining().objective, store, 1);
		const shown = (last: 'glyph' | 'color', emoji: number) => ({
			...corpus,
			images: corpus.images.map((im, i) => ({
				...im,
				heldOut: i % 4 !== 3 && i % 4 >= emoji,
				kind: i % 4 === 3 ? last : ('emoji' as const),
			})),
		});
		const of = (last: 'glyph' | 'color', emoji: number) =>
			naturalColors(tower, store.weights, shown(last, emoji), 'onnxruntime');
		expect(await of('color', 3)).toEqual(await of('glyph', 3));
		expect(await of('color', 2)).not.toEqual(await of('glyph', 2));
	});

	it('are not those of emoji that are named by a colour, unless the thing itself is', async () => {
		const store = new ParameterStore(new Map(), new Random(3));
		conceptEvaluation(toyTraining().objective, store, 1);
		// Of four emoji of each concept the first is red.
		const named = (name: string, concept = 'ball') => ({
			...corpus,
			concepts: corpus.concepts.map((c, k) => (k === 0 ? { ...c, name: concept } : c)),
			images: corpus.images.map((im, i) => ({
				...im,
				heldOut: false,
				kind: 'emoji' as const,
				...(i % 4 === 0 && { name }),
			})),
		});
		const of = async (corpus: Corpus) => (await naturalColors(tower, store.weights, corpus, 'onnxruntime'))[0];
		const all = await of(named('ball'));
		const without = { ...corpus, images: named('').images.map((im, i) => ({ ...im, heldOut: i === 0 })) };
		for (const name of ['crimson-ball', 'redball', 'largeredball'])
			expect(await of(named(name)), name).toEqual(await of(without));
		expect(await of(without)).not.toEqual(all);
		expect(await of(named('red-panda', 'red panda'))).toEqual(all);
		// Three named by colours leave one: too few to tell.
		const most = named('');
		const three = { ...most, images: most.images.map((im, i) => ({ ...im, name: i === 3 ? 'ball' : 'gray-ball' })) };
		expect(await of(three)).toEqual(all);
	});

	it('are mean colour parts, none longer than one, of pictures that are no glyphs nor held out', async () => {
		const store = new ParameterStore(new Map(), new Random(3));
		conceptEvaluation(toyTraining().objective, store, 1);
		const colors = await naturalColors(tower, store.weights, corpus, 'onnxruntime');
		expect(colors.map((c) => c.length)).toEqual([4, 4, 4]);
		for (const c of colors) {
			expect(length(c)).toBeGreaterThan(0);
			expect(length(c)).toBeLessThan(1 + 1e-6);
		}
		const onlyGlyphs = { ...corpus, images: corpus.images.map((im) => ({ ...im, kind: 'glyph' as const })) };
		expect(await naturalColors(tower, store.weights, onlyGlyphs, 'onnxruntime')).toEqual(
			colors.map(() => new Float32Array(4)),
		);
		expect(unitRows(store.weights, 'prototypes.concepts').map(length)).toEqual(
			[1, 1, 1].map((x) => expect.closeTo(x, 6)),
		);
	});
});

describe('trainText', () => {
	const captions = new CaptionSource(corpus, {});
	const draws = new Random(1);
	const tokenizer = loadTokenizer(
		trainBpe(
			Array.from({ length: 2000 }, () => normaliseText(captions.draw(draws).text)),
			{ vocabSize: 700 },
		),
	);
	const text = {
		width: 24,
		layers: 1,
		heads: 2,
		hidden: 48,
		activation: 'quick_gelu',
		context: 16,
		causal: true,
	} as const;
	const config = {
		text: { ...text, vocabulary: tokenizer.vocabulary },
		steps: 80,
		batch: 48,
		learningRate: 1e-2,
		seed: 2,
		engine: 'onnxruntime',
		threads: 1,
		heldOutPairs: 0.1,
	};

	it('teaches a small tower every word', async () => {
		const losses: number[] = [];
		const { accuracy, weights } = await trainText(config, tower, targets, captions, tokenizer, (e) =>
			losses.push(e.loss),
		);
		expect(losses).toHaveLength(80);
		expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
		expect(accuracy.words).toBe(1);
		expect(accuracy.relatives).toBe(1);
		expect(weights.get('text_projection')!.shape).toEqual([24, 12]);
	});

	it('gives the same weights for the same seed', async () => {
		const run = async (seed: number) =>
			(await trainText({ ...config, steps: 2, seed }, tower, targets, captions, tokenizer)).weights.get(
				'text_projection',
			)!.data;
		const first = await run(2);
		expect(await run(2)).toEqual(first);
		expect(await run(3)).not.toEqual(first);
	});

	it('stops when the numbers do', async () => {
		await expect(
			trainText({ ...config, learningRate: Number.NaN }, tower, targets, captions, tokenizer),
		).rejects.toMatchObject({ code: 'E_ENGINE', message: expect.stringMatching(/finite gradient at step 1/) });
	});
});
