/** @file Encoders for plain use. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadedEncoder, loadEncoder, pixelsFor } from '../../src/encoders/load-encoder.js';
import { openEncoder } from '../../src/encoders/open-encoder.js';
import { dot } from '../../src/encoders/vectors.js';
import { engineByName } from '../../src/engines/index.js';
import { lettersTokenizer } from './clip-model.js';
import { expectClose, fixture } from './parity.js';
import { fixturePath } from './tokenizers/cases.js';

const folder = mkdtempSync(join(tmpdir(), 'load-encoder-'));
const pictures = ['img0_rgb_57x43', 'img1_rgba_40x90', 'img2_gray_300x120', 'img3_palette_64x48'].map((name) =>
	fixturePath(`${name}.png`),
);
let encoder: LoadedEncoder;
beforeAll(async () => {
	cpSync(fixturePath('vit_tiny.openai.safetensors'), join(folder, 'model.safetensors'));
	cpSync(fixturePath('vit_tiny.config.json'), join(folder, 'config.json'));
	writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(lettersTokenizer));
	encoder = await loadEncoder(folder, { threads: 1 });
});
afterAll(async () => {
	await encoder.close();
	rmSync(folder, { recursive: true });
});

describe('loadEncoder', () => {
	it("embeds pictures as the model's own preprocessing shows them", async () => {
		const engine = await engineByName('onnxruntime', { threads: 1 });
		const model = await openEncoder(folder, engine, { threads: 1 });
		const seen = await pixelsFor(model, pictures[1]!);
		const normalised = fixture('preprocess.expected').weights.get('img1_rgba_40x90.clip32.f32')!.data;
		// The first pixel's red is (x - mean) / std there.
		expect((seen[0]! - 0.48145466) / 0.26862954).toBeCloseTo(normalised[0]!, 5);
		const [expected] = await model.encodeImages(seen);
		const [embedding] = await encoder.encodeImages([pictures[1]!]);
		expectClose('embedding', embedding!, expected!, 1e-6);
	});

	it('gives the same for paths and bytes, one by one and many at once', async () => {
		const one = await encoder.encodeImages([pictures[0]!]);
		const bytes = await encoder.encodeImages([readFileSync(pictures[0]!)]);
		expect(bytes).toEqual(one);
		const many = await encoder.encodeImages(Array.from({ length: 19 }, (_, i) => pictures[i % 4]!));
		expect(many).toHaveLength(19);
		many.forEach((embedding, i) => {
			expectClose(`picture ${i}`, embedding, many[i % 4]!, 1e-6);
			expect(dot(embedding, embedding)).toBeCloseTo(1, 5);
		});
		expectClose('first', many[0]!, one[0]!, 1e-6);
		expect(await encoder.encodeImages([])).toEqual([]);
		expect(await encoder.encodeTexts([])).toEqual([]);
	});

	it('compares pictures and texts, as they are or embedded', async () => {
		const texts = ['a b c', 'd'];
		const embeddings = await encoder.encodeTexts(texts);
		const cosines = await encoder.similarity(pictures, texts);
		expect(cosines.map((row) => row.length)).toEqual([2, 2, 2, 2]);
		const images = await encoder.encodeImages(pictures);
		const mixed = await encoder.similarity([images[0]!, pictures[1]!, images[2]!, images[3]!], embeddings);
		cosines.forEach((row, i) => {
			expectClose('cosines', row, mixed[i]!, 1e-6);
			expect(row[0]).toBeCloseTo(dot(images[i]!, embeddings[0]!), 5);
		});
	});

	it('answers calls that come at once as those that wait for each other', async () => {
		const texts = ['a', 'a b c d e f g h i j'];
		const apart = [await encoder.encodeTexts(texts.slice(0, 1)), await encoder.encodeTexts(texts)];
		const [pictureAlone] = await encoder.encodeImages(pictures.slice(0, 1));
		const together = await Promise.all([
			encoder.encodeTexts(texts.slice(0, 1)),
			encoder.encodeTexts(texts),
			encoder.encodeImages(pictures),
			encoder.encodeImages([...pictures, ...pictures]),
		]);
		expect(together.slice(0, 2)).toEqual(apart);
		for (const images of together.slice(2)) expectClose('picture', images[0]!, pictureAlone!, 1e-6);
	});

	it('says which picture cannot be read, or goes on without it', async () => {
		const given = [pictures[0]!, join(folder, 'absent.png'), Buffer.from('no picture'), pictures[2]!];
		await expect(encoder.encodeImages(given)).rejects.toThrow(/absent\.png', which does not exist/);
		const told: string[] = [];
		const read = await encoder.encodeImages(given, (error, index) => told.push(`${index} ${error.code}`));
		expect(told).toEqual(['1 E_IMAGE', '2 E_IMAGE']);
		expect(read).toHaveLength(2);
		await expect(encoder.encodeImages([Buffer.from('no picture')])).rejects.toThrow(/10 bytes in memory/);
	});

	it('compares embeddings of any length by their cosine, and refuses those of another width', async () => {
		const [image] = await encoder.encodeImages([pictures[0]!]);
		const [text] = await encoder.encodeTexts(['a']);
		const long = (e: Float32Array) => e.map((x) => 3 * x);
		const [[cosine]] = (await encoder.similarity([long(image!)], [long(text!)])) as [[number]];
		expect(cosine).toBeCloseTo(dot(image!, text!), 5);
		const similarity = (...e: Float32Array[]) => encoder.similarity(e, ['a']);
		const { width } = encoder;
		for (const other of [256, 7])
			await expect(similarity(image!, new Float32Array(other))).rejects.toThrow(
				new RegExp(`embeddings of ${width} numbers.* got one of ${other} at index 1 of the pictures`),
			);
		await expect(encoder.similarity([image!], [new Float32Array(width).fill(Number.NaN)])).rejects.toThrow(
			/not finite at index 0 of the texts/,
		);
	});

	it('refuses what is no list of pictures or of texts', async () => {
		const { encodeTexts, encodeImages } = encoder as unknown as Record<string, (given: unknown) => Promise<unknown>>;
		const refused = (message: RegExp) =>
			expect.objectContaining({ code: 'E_ARGUMENT', message: expect.stringMatching(message) });
		await expect(encodeTexts!('a cat')).rejects.toEqual(refused(/list of texts, got the text 'a cat'; give a list/));
		await expect(encodeTexts!(['a', 3])).rejects.toEqual(refused(/expected texts, got 3 at index 1/));
		await expect(encodeImages!('x.png')).rejects.toEqual(refused(/list of pictures, got the text 'x.png'/));
		await expect(encodeImages!([{}])).rejects.toEqual(refused(/got Object at index 0/));
		await expect(encodeImages!([new URL('https://example.org/x.png')])).rejects.toEqual(refused(/give its bytes/));
	});

	it('takes file: URLs', async () => {
		const byUrl = await encoder.encodeImages([pathToFileURL(pictures[0]!)]);
		expect(byUrl).toEqual(await encoder.encodeImages([pictures[0]!]));
	});

	it('says that it was closed', async () => {
		const other = await loadEncoder(folder, { threads: 1 });
		await other.close();
		const closed = /after close\(\); load it again/;
		await expect(other.encodeTexts(['a'])).rejects.toThrow(closed);
		await expect(other.encodeImages([pictures[0]!])).rejects.toThrow(closed);
		await expect(other.similarity([], ['a'])).rejects.toThrow(closed);
	});
});
