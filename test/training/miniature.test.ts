/** @file The making of the built-in encoder in miniature: drawings to corpus to both towers to a folder that knows unseen drawings by their words. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadBuiltin } from '../../src/encoders/builtin.js';
import { Programs } from '../../src/encoders/programs.js';
import { engineByName } from '../../src/engines/index.js';
import { Random } from '../../src/random.js';
import { plainSample } from '../../src/training/augment.js';
import { trainConcepts } from '../../src/training/concept-trainer.js';
import { type CorpusFile, loadCorpus } from '../../src/training/corpus/index.js';
import { rasterize } from '../../src/training/corpus/rasterize.js';
import { trainingConfig } from '../../src/training/default-config.js';
import { tellsNonsense } from '../../src/training/evaluation/nonsense.js';
import { finishEncoder } from '../../src/training/finish.js';

/** Outlines on a canvas of 100 by 100, and what they are called. */
const things: readonly (readonly [name: string, russian: string, path: string])[] = [
	['circle', 'круг', 'M50 10a40 40 0 1 0 .1 0z'],
	['square', 'квадрат', 'M15 15h70v70h-70z'],
	['triangle', 'треугольник', 'M50 10L92 85H8z'],
	['star', 'звезда', 'M50 5L61 38H95L68 59L78 93L50 72L22 93L32 59L5 38H39z'],
	['cross', 'крест', 'M38 8h24v30h30v24h-30v30h-24v-30h-30v-24h30z'],
	['heart', 'сердце', 'M50 90C0 50 10 10 32 12C44 13 50 26 50 30C50 26 56 13 68 12C90 10 100 50 50 90z'],
	['moon', 'луна', 'M62 8A44 44 0 1 0 62 92A34 44 0 0 1 62 8z'],
	['house', 'дом', 'M50 8L95 48H82V92H18V48H5z'],
	['bar', 'палка', 'M8 42h84v16h-84z'],
	['drop', 'капля', 'M50 5C70 40 80 55 80 68A30 30 0 0 1 20 68C20 55 30 40 50 5z'],
];

/** One drawing of a thing, as a vendor would draw it: filled or in outline, slanted a little, in some colour. */
function drawing(path: string, random: Random, outline: boolean): string {
	const hue = Math.round(random.uniform(0, 360));
	const look = outline
		? `fill="none" stroke="#000" stroke-width="${random.uniform(5, 10).toFixed(1)}"`
		: `fill="hsl(${hue},70%,45%)"`;
	const move = `rotate(${random.uniform(-8, 8).toFixed(1)} 50 50) scale(${random.uniform(0.8, 1).toFixed(2)},${random.uniform(0.8, 1).toFixed(2)})`;
	return `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120" viewBox="-10 -10 120 120"><path transform="${move}" d="${path}" ${look}/></svg>`;
}

const folder = mkdtempSync(join(tmpdir(), 'miniature-'));
afterAll(() => rm(folder, { recursive: true }));

it('learns to tell unseen drawings apart by words, in two languages', { timeout: 300_000 }, async () => {
	const random = new Random(4);
	const images: CorpusFile['images'] = [];
	const pixels: Uint8Array[] = [];
	for (const [concept, [name, , path]] of things.entries())
		for (let i = 0; i < 14; i++) {
			const heldOut = i >= 10;
			const outline = i % 2 === 1;
			const raster = await rasterize(drawing(path, random, outline));
			images.push({ concept, kind: outline ? 'glyph' : 'emoji', source: 'test', name: `${name}-${i}`, heldOut });
			pixels.push(raster!);
		}
	const file: CorpusFile = {
		version: 1,
		size: 40,
		concepts: things.map(([name, russian]) => ({
			name,
			words: [
				{ text: name, lang: 'en' },
				{ text: russian, lang: 'ru' },
			],
		})),
		images,
		sources: [{ name: 'test', title: 'Test', package: 'test', version: '1', licence: 'MIT', images: images.length }],
	};
	const corpusFolder = folder;
	writeFileSync(join(corpusFolder, 'corpus.json'), JSON.stringify(file));
	writeFileSync(join(corpusFolder, 'images.bin'), Buffer.concat(pixels));

	const config = trainingConfig(
		{
			objective: {
				tower: {
					size: 32,
					stages: [
						{ channels: 12, blocks: 0 },
						{ channels: 24, blocks: 0 },
						{ channels: 48, blocks: 1 },
					],
					embedding: { shape: 24, color: 8 },
				},
			},
			steps: 140,
			batch: 32,
			shares: 1,
			learningRate: 6e-3,
			nonsense: 0.2,
		},
		things.length,
	);
	const checkpoint = join(folder, 'checkpoint');
	await trainConcepts(config, { corpus: corpusFolder, out: checkpoint, threads: false, evaluateEvery: 1000 });
	const out = join(folder, 'encoder');
	const text = { steps: 250, batch: 32, learningRate: 4e-3, seed: 1, threads: 1, engine: 'onnxruntime' };
	await finishEncoder({ checkpoint, corpus: corpusFolder, out, name: 'miniature', ...text });

	const engine = await engineByName('onnxruntime', { threads: 1 });
	const encoder = await loadBuiltin(out, engine, new Programs(engine, 1));
	const corpus = await loadCorpus(corpusFolder);
	const unseen = images.flatMap((image, i) => (image.heldOut ? [i] : []));
	const batch = new Float32Array(unseen.length * 32 * 32 * 3);
	for (const [k, i] of unseen.entries()) plainSample(corpus.image(i), 32, batch, k * 32 * 32 * 3);
	const seen = await encoder.encodeImages(batch);
	const accuracy = async (texts: string[]) => {
		const captions = await encoder.encodeTexts(texts);
		const right = seen.filter((embedding, k) => {
			const cosines = captions.map((c) => c.reduce((sum, x, i) => sum + x * embedding[i]!, 0));
			return cosines.indexOf(Math.max(...cosines)) === images[unseen[k]!]!.concept;
		});
		return right.length / unseen.length;
	};
	// Chance is .1; 40 pictures, so that .6 is ten standard deviations above it.
	const english = await accuracy(things.map(([name]) => `a ${name}`));
	expect(english).toBeGreaterThan(0.6);
	expect(await accuracy(things.map(([, russian]) => russian))).toBeGreaterThan(0.6);
	// Chance is .5.
	const names = await encoder.encodeTexts(things.map(([name]) => name));
	expect((await tellsNonsense(encoder, engine, corpus, unseen, seen, names, 1)).all).toBeGreaterThan(0.75);
});
