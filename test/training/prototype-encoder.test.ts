/** @file A stage-1 checkpoint as an encoder: names stand for prototypes, and the painter can draw with it. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { engineByName } from '../../src/engines/index.js';
import { Painter } from '../../src/painter/painter.js';
import { openPainter } from '../../src/painter/setup.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { trainConcepts } from '../../src/training/concept-trainer.js';
import { prototypeEncoder } from '../../src/training/prototype-encoder.js';
import { toyCorpus, toyTraining, writeToyCorpus } from './toy-corpus.js';

const out = mkdtempSync(join(tmpdir(), 'prototypes-'));
let corpus: string;
let encoder: DualEncoder;
beforeAll(async () => {
	corpus = writeToyCorpus();
	await trainConcepts(toyTraining({ steps: 2 }), { corpus, out, threads: false });
	encoder = prototypeEncoder(out, toyCorpus(), await engineByName('onnxruntime', { threads: 1 }));
});
afterAll(async () => {
	for (const folder of [out, corpus]) await rm(folder, { recursive: true });
});
const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, x, i) => s + x * b[i]!, 0);

describe('prototypeEncoder', () => {
	it('knows concepts by name, with a colour or without, as vectors of unit length', async () => {
		const [ball, aBall, redBall, blueBall, bar] = (await encoder.encodeTexts([
			'ball',
			'a ball',
			'a red ball',
			'blue ball',
			'bar',
		])) as Float32Array[];
		expect(aBall).toEqual(ball);
		for (const e of [ball, redBall, bar]) expect(Math.hypot(...e!)).toBeCloseTo(1, 5);
		expect(dot(redBall!.slice(0, 8), blueBall!.slice(0, 8))).toBeCloseTo(0.8, 4);
		expect(redBall!.slice(8)).not.toEqual(blueBall!.slice(8));
		expect(ball).not.toEqual(bar);
		expect(encoder.bank!.captions).toEqual(['ball', 'bar', 'frame']);
		await expect(encoder.encodeTexts(['zebra'])).rejects.toThrow(/name of a concept, got 'zebra'/);
		expect(encoder.unknownWords('red zebra')).toEqual(['red', 'zebra']);
	});

	it('embeds pictures as its graph does', async () => {
		const embeddings = await encoder.encodeImages(new Float32Array(2 * 16 * 16 * 3).fill(0.4));
		expect(embeddings).toHaveLength(2);
		expect(embeddings[0]).toEqual(embeddings[1]);
	});

	it('guides a drawing', async () => {
		const recipe = parseRecipe({ prompts: [{ text: 'a red ball' }], steps: 4, size: [24, 24], candidates: 1 });
		const opened = await openPainter(recipe, { encoder });
		const painter = Painter.create(opened.setup);
		await painter.run();
		await opened.close();
		expect(painter.step).toBe(4);
		expect(Number.isFinite(painter.best.value)).toBe(true);
	});
});
