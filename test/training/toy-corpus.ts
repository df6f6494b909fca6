/** @file A corpus of three shapes in a few colours, small enough to train on in a test. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { colorNames } from '../../src/guidance/color-words.js';
import type { ConceptTrainingConfig } from '../../src/training/concept-trainer.js';
import { type Corpus, type CorpusFile, corpusOf } from '../../src/training/corpus/index.js';

const side = 40;
const shapes: readonly ((x: number, y: number) => boolean)[] = [
	(x, y) => Math.hypot(x - 20, y - 20) < 13, // ball
	(x, y) => Math.abs(y - 20) < 5 && x > 3 && x < 37, // bar
	(x, y) => Math.max(Math.abs(x - 20), Math.abs(y - 20)) < 16 && Math.max(Math.abs(x - 20), Math.abs(y - 20)) > 11, // frame
];
const colors: readonly (readonly [number, number, number])[] = [
	[220, 30, 30],
	[40, 170, 60],
	[40, 100, 220],
	[15, 15, 15],
];

const file: CorpusFile = {
	version: 1,
	size: side,
	concepts: [
		{ name: 'ball', words: [word('ball'), word('disc'), word('шар', 'ru'), word('kugel', 'de')] },
		{ name: 'bar', words: [word('bar'), word('rod'), word('палка', 'ru')] },
		{ name: 'frame', fixed: true, words: [word('frame'), word('рамка', 'ru'), word('cadre', 'fr')] },
	],
	images: shapes.flatMap((_, concept) =>
		// The last of each concept is held out.
		colors.map((_, k) => ({
			concept,
			kind: k === 3 ? ('glyph' as const) : ('emoji' as const),
			source: 'toy',
			name: `${concept}-${k}`,
			heldOut: k === 2,
		})),
	),
	sources: [{ name: 'toy', title: 'Toy', package: 'toy', version: '1', licence: 'MIT', images: 12 }],
};

function word(text: string, lang = 'en') {
	return { text, lang };
}

function pixels(): Uint8Array {
	const out = new Uint8Array(file.images.length * side * side * 4);
	file.images.forEach(({ concept }, i) => {
		for (let y = 0; y < side; y++)
			for (let x = 0; x < side; x++)
				if (shapes[concept]!(x, y)) out.set([...colors[i % colors.length]!, 255], ((i * side + y) * side + x) * 4);
	});
	return out;
}

/** The corpus in memory. */
export const toyCorpus = (): Corpus => corpusOf(file, pixels());

/** The corpus in a fresh folder; remove it when done. */
export function writeToyCorpus(): string {
	const folder = mkdtempSync(join(tmpdir(), 'toy-corpus-'));
	writeFileSync(join(folder, 'corpus.json'), JSON.stringify(file));
	writeFileSync(join(folder, 'images.bin'), pixels());
	return folder;
}

/** A training run of a tiny tower on it. */
export const toyTraining = (changes: Partial<ConceptTrainingConfig> = {}): ConceptTrainingConfig => ({
	objective: {
		tower: {
			size: 16,
			stages: [
				{ channels: 8, blocks: 0 },
				{ channels: 12, blocks: 1 },
			],
			embedding: { shape: 8, color: 4, colorShare: 0.2 },
		},
		concepts: 3,
		colors: colorNames.length,
		smoothing: 0.05,
		maxScale: 40,
		colorWeight: 0.3,
	},
	steps: 15,
	batch: 8,
	shares: 2,
	seed: 1,
	learningRate: 1e-2,
	warmup: 0.1,
	floor: 0.1,
	weightDecay: 0.05,
	gradientClip: 3,
	eps: [0.1, 0.3],
	epsRamp: 0.35,
	nonsense: 0,
	engine: 'onnxruntime',
	...changes,
});
