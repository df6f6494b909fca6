/** @file Curation of shards: near-duplicates of evaluation images, likeness of image and text, pictures that cannot be read, what comes out. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/dispatch.js';
import type { DualEncoder } from '../../../src/encoders/encoder.js';
import { type CurateOptions, curate, presets } from '../../../src/training/curation/index.js';
import { hammingDistance, hashOf, perceptualHash } from '../../../src/training/curation/perceptual-hash.js';
import { type NewSample, readShards, type Sample, writeShards } from '../../../src/training/shards/index.js';
import { atelier } from '../../cli/run-cli.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'curate-shards-'));
});
afterAll(() => rmSync(root, { recursive: true }));
let names = 0;
const fresh = () => join(root, String(names++));

/** A picture of one shape on white. */
const draw = (shape: string, side = 64): Promise<Buffer> =>
	sharp(
		Buffer.from(
			`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 64 64"><rect width="64" height="64" fill="#fff"/>${shape}</svg>`,
		),
	)
		.png()
		.toBuffer();
const shapes = {
	red: '<circle cx="26" cy="30" r="20" fill="#e01010"/><rect x="40" y="44" width="20" height="12" fill="#e01010"/>',
	blue: '<path d="M8 8 L56 20 L30 60 Z" fill="#1010e0"/>',
	green: '<rect x="10" y="34" width="44" height="20" fill="#10c010"/><circle cx="20" cy="16" r="9" fill="#10c010"/>',
};

/** An encoder that knows colours: of a picture its mean ink, of a text the colour that it names. */
const colors: DualEncoder = {
	name: 'colors',
	hash: '',
	imageSize: 8,
	width: 3,
	logitScale: 1,
	views: {} as DualEncoder['views'],
	viewCount: 1,
	canvas: 8,
	imageGraph: () => {
		throw new Error('not needed here');
	},
	async encodeTexts(texts) {
		return texts.map((text) => unit(['red', 'green', 'blue'].map((name) => (text.includes(name) ? 1 : 0.01))));
	},
	async encodeImages(pixels) {
		return Array.from({ length: pixels.length / (8 * 8 * 3) }, (_, i) => {
			const ink = [0, 0, 0];
			for (let k = 0; k < 64; k++) {
				const [r, g, b] = pixels.subarray((i * 64 + k) * 3, (i * 64 + k) * 3 + 3) as unknown as [
					number,
					number,
					number,
				];
				const gray = Math.min(r, g, b);
				[r, g, b].forEach((value, c) => {
					ink[c]! += value - gray;
				});
			}
			return unit(ink.map((value) => value + 1e-6));
		});
	},
	unknownWords: () => [],
	isTruncated: () => false,
};
const unit = (values: number[]): Float32Array => {
	const length = Math.hypot(...values);
	return Float32Array.from(values, (value) => value / length);
};

async function shards(samples: readonly NewSample[], shardSize = 100): Promise<string> {
	const folder = fresh();
	await writeShards(folder, samples, { shardSize });
	return folder;
}
const sample = (image: Buffer, text: string, json: Record<string, unknown> = {}): NewSample => ({
	image,
	imageType: 'png',
	text,
	json,
});

async function run(
	options: CurateOptions,
): Promise<{ texts: string[]; samples: Sample[]; report: Awaited<ReturnType<typeof curate>> }> {
	const report = await curate(options);
	const samples: Sample[] = [];
	if (report.kept > 0) for await (const one of readShards(options.out)) samples.push(one);
	return { texts: samples.map(({ text }) => text), samples, report };
}

describe('the perceptual hash', () => {
	it('hardly changes with size, compression, brightness and transparency, and tells shapes apart', async () => {
		const hash = async (image: Uint8Array) => perceptualHash(image);
		const own = await Promise.all(Object.values(shapes).map(async (shape) => hash(await draw(shape))));
		for (const [i, shape] of Object.values(shapes).entries()) {
			const png = await draw(shape, 200);
			const changed = [
				png,
				await sharp(png).jpeg({ quality: 40 }).toBuffer(),
				await sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">${shape}</svg>`))
					.png()
					.toBuffer(),
				await sharp(png).modulate({ brightness: 0.8 }).png().toBuffer(),
				await sharp(png).resize(40, 50, { fit: 'fill' }).webp().toBuffer(),
			];
			for (const image of changed) expect(hammingDistance(await hash(image), own[i]!)).toBeLessThanOrEqual(40);
			for (const [j, other] of own.entries()) if (j !== i) expect(hammingDistance(own[i]!, other)).toBeGreaterThan(80);
		}
	});

	it('is a metric on its bits; a flat picture has none', () => {
		const bytes = fc.uint8Array({ minLength: 289, maxLength: 289 });
		fc.assert(
			fc.property(bytes, bytes, bytes, (a, b, c) => {
				const [x, y, z] = [a, b, c].map(hashOf) as [
					ReturnType<typeof hashOf>,
					ReturnType<typeof hashOf>,
					ReturnType<typeof hashOf>,
				];
				expect(hammingDistance(x, x)).toBe(0);
				expect(hammingDistance(x, y)).toBe(hammingDistance(y, x));
				expect(hammingDistance(x, z)).toBeLessThanOrEqual(hammingDistance(x, y) + hammingDistance(y, z));
				const plain = [...x, ...y].map((word) => word.toString(2).padStart(32, '0')).join('');
				expect(hammingDistance(x, y)).toBe([...plain.slice(0, 512)].filter((bit, i) => bit !== plain[512 + i]).length);
			}),
			{ numRuns: 30, seed: 1 },
		);
		expect(hashOf(new Uint8Array(289).fill(255))).toEqual(new Uint32Array(16));
	});
});

describe('shards', () => {
	it('lose near-duplicates of evaluation images by hash', async () => {
		const red = await draw(shapes.red);
		const copy = await sharp(await draw(shapes.red, 150))
			.jpeg({ quality: 60 })
			.toBuffer();
		const input = await shards([
			sample(red, 'the same'),
			{ ...sample(copy, 'recompressed'), imageType: 'jpg' },
			sample(await draw(shapes.blue), 'another'),
		]);
		const images = fresh();
		mkdirSync(join(images, 'deep'), { recursive: true });
		writeFileSync(join(images, 'deep/test.png'), red);
		for (const evaluation of [images, await shards([sample(red, 'x')])]) {
			const { texts, report } = await run({
				input,
				out: fresh(),
				thresholds: { 'eval-distance': 40 },
				evaluation: [evaluation],
			});
			expect(texts).toEqual(['another']);
			expect(report.filters[0]?.samples.map(({ nearest }) => nearest)).toEqual([0, 0]);
		}
		expect(
			(await run({ input, out: fresh(), thresholds: { 'eval-distance': 0 }, evaluation: [images] })).texts,
		).not.toContain('the same');
		await expect(
			curate({ input, out: fresh(), thresholds: { 'eval-distance': 40 }, evaluation: [join(root, 'nowhere')] }),
		).rejects.toMatchObject({ code: 'E_CORPUS' });
		writeFileSync(join(images, 'broken.png'), 'no picture');
		await expect(
			curate({ input, out: fresh(), thresholds: { 'eval-distance': 40 }, evaluation: [images] }),
		).rejects.toMatchObject({
			code: 'E_IMAGE',
			message: expect.stringMatching(/broken\.png/),
		});
	});

	it('lose near-duplicates by embedding, unlikely texts and unsafe images, with an encoder', async () => {
		const pictures = { red: await draw(shapes.red), blue: await draw(shapes.blue), green: await draw(shapes.green) };
		const input = await shards([
			sample(pictures.red, 'a red thing'),
			sample(pictures.red, 'a blue thing'),
			sample(pictures.blue, 'a blue thing'),
			sample(pictures.green, 'a green thing'),
		]);
		const likely = await run({ input, out: fresh(), thresholds: { 'min-cosine': 0.9 }, encoder: colors });
		expect(likely.texts).toEqual(['a red thing', 'a blue thing', 'a green thing']);
		expect(likely.report.filters[0]?.samples[0]?.similarity).toBeLessThan(0.1);
		const evaluation = fresh();
		mkdirSync(evaluation);
		writeFileSync(join(evaluation, 'a.png'), await draw('<rect x="5" y="5" width="9" height="50" fill="#1010e0"/>'));
		const apart = await run({
			input,
			out: fresh(),
			thresholds: { 'eval-cosine': 0.99 },
			encoder: colors,
			evaluation: [evaluation],
		});
		expect(apart.texts).toEqual(['a red thing', 'a blue thing', 'a green thing']);
		expect(apart.report.filters[0]).toMatchObject({ name: 'eval-cosine', dropped: 1 });
		const safe = await run({
			input,
			out: fresh(),
			thresholds: { 'max-unsafe': 0.5 },
			encoder: colors,
			unsafeTexts: ['red'],
		});
		// The red picture of the red text is as near to its own text as to the unsafe one, not nearer.
		expect(safe.texts).toEqual(['a red thing', 'a blue thing', 'a green thing']);
	});

	it('are judged by their JSON, and by their pictures where it is silent', async () => {
		const [red, blue] = [await draw(shapes.red, 30), await draw(shapes.blue, 90)];
		const input = await shards([
			sample(red, 'small picture'),
			sample(blue, 'large picture'),
			sample(red, 'large original', { original_width: 500, original_height: 400, width: 30, height: 30 }),
			sample(blue, 'small original', { original_width: 20, original_height: 400 }),
			sample(blue, 'not alike', { original_width: 500, original_height: 500, similarity: 0.1 }),
			sample(blue, 'alike', { original_width: 500, original_height: 500, similarity: 0.5 }),
		]);
		expect((await run({ input, out: fresh(), thresholds: { 'min-side': 50 } })).texts).toEqual([
			'large picture',
			'large original',
			'not alike',
			'alike',
		]);
		expect((await run({ input, out: fresh(), thresholds: { 'min-cosine': 0.3 } })).texts).toEqual(['alike']);
		expect((await run({ input, out: fresh(), thresholds: { 'min-bytes': blue.length } })).texts).toHaveLength(4);
		// One image by its bytes, whatever its address.
		expect((await run({ input, out: fresh(), thresholds: { 'max-texts-per-image': 2 } })).texts).toEqual([
			'small picture',
			'large original',
		]);
	});

	it('come out whole: images, texts, JSON, Parquet rows; a page with the pictures of what was dropped', async () => {
		const red = await draw(shapes.red);
		const input = await shards(
			Array.from({ length: 25 }, (_, i) =>
				sample(red, i % 5 === 0 ? 'no' : `a red thing ${i}`, { url: `u${i}`, extra: { i } }),
			),
			10,
		);
		const out = fresh();
		const { samples, report } = await run({ input, out, thresholds: { 'min-words': 3 }, shardSize: 8 });
		expect(report).toMatchObject({ rows: 25, kept: 20 });
		expect(samples.map(({ key }) => key).slice(6, 10)).toEqual(['000000006', '000000007', '000010000', '000010001']);
		expect(samples[4]?.json).toMatchObject({ url: 'u6', extra: { i: 6 }, source_key: '000000006', key: '000000004' });
		for (const one of samples) expect(Buffer.from(one.image).equals(red)).toBe(true);
		expect(readdirSync(out)).toEqual(
			expect.arrayContaining(['00002.tar', '00002.parquet', '00002_stats.json', 'curation.json']),
		);
		expect(JSON.parse(readFileSync(join(out, 'curation.json'), 'utf8'))).toMatchObject({
			rows: 25,
			kept: 20,
			filters: [{ name: 'min-words', dropped: 5, share: 0.2, alone: 5 }],
		});
		const page = readFileSync(join(out, 'report.html'), 'utf8');
		expect(page.match(/data:image\/png;base64/g)).toHaveLength(5);
		expect(page).toContain('20 of 25 pairs stay');
		const again = fresh();
		await curate({ input, out: again, thresholds: { 'min-words': 3 }, shardSize: 8 });
		for (const name of readdirSync(out))
			expect(readFileSync(join(again, name)).equals(readFileSync(join(out, name))), name).toBe(true);
	});

	it('leave out pictures that cannot be read, and go on past damage', async () => {
		const red = await draw(shapes.red);
		const half = red.subarray(0, Math.floor(red.length / 2));
		const size = { original_width: 64, original_height: 64 };
		const input = await shards(
			[
				sample(red, 'red'),
				sample(Buffer.from('no picture'), 'noise', size),
				sample(half, 'red half', size),
				sample(red, 'red again'),
			],
			3,
		);
		const whole = await run({ input, out: fresh(), thresholds: { 'min-cosine': 0.5 }, encoder: colors });
		expect(whole.texts).toEqual(['red', 'red again']);
		expect(whole.report.filters[0]).toMatchObject({ name: 'unreadable', dropped: 2 });
		// Nobody has asked what they show.
		expect((await run({ input, out: fresh(), thresholds: {} })).texts).toHaveLength(4);
		const tar = readFileSync(join(input, '00000.tar'));
		writeFileSync(join(input, '00000.tar'), tar.subarray(0, 3000));
		const warnings: string[] = [];
		const cut = await run({ input, out: fresh(), thresholds: {}, onWarning: (message) => warnings.push(message) });
		expect(cut.texts.at(-1)).toBe('red again');
		expect(warnings).toEqual([expect.stringMatching(/00000\.tar.*going on/)]);
	});

	it('may lose everything, and say so', async () => {
		const input = await shards([sample(await draw(shapes.red), 'a red thing & <more>')]);
		const out = fresh();
		expect((await run({ input, out, thresholds: { 'min-words': 9 } })).report).toMatchObject({ rows: 1, kept: 0 });
		expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('a red thing &amp; &lt;more&gt;');
	});

	it('are refused without samples, together with Parquet files, and as output of themselves', async () => {
		const input = await shards([sample(await draw(shapes.red), 'red')]);
		const options = { out: fresh(), thresholds: presets.none };
		await expect(curate({ ...options, input: [input, join(input, '00000.parquet')] })).rejects.toMatchObject({
			code: 'E_CORPUS',
			message: expect.stringMatching(/some of both/),
		});
		await expect(curate({ ...options, input, out: input })).rejects.toMatchObject({ code: 'E_ARGUMENT' });
		writeFileSync(join(input, '00000.tar'), '');
		await expect(curate({ ...options, input })).rejects.toMatchObject({ code: 'E_CORPUS' });
	});
});

describe('atelier curate', () => {
	it('filters shards with a real encoder and reports', async () => {
		const heart =
			'<path d="M32 56 C4 36 6 10 22 12 C28 12 32 20 32 20 C32 20 36 12 42 12 C58 10 60 36 32 56" fill="#d22"/>';
		const input = await shards([
			sample(await draw(heart), 'a red heart'),
			sample(await draw(heart), 'a blue bicycle'),
			sample(await draw(heart), 'x'),
		]);
		const args = ['--rules', 'none', '--encoder', 'builtin', '--min-cosine', '0.4', '--min-characters', '3', '--quiet'];
		const ended = await atelier(['curate', input, '-o', 'kept', ...args], root);
		expect(ended.stderr).toBe('');
		expect(ended.code).toBe(0);
		expect(ended.stdout).toMatch(
			/min-characters +1 +33\.3 %\nmin-cosine +1 +33\.3 %\nkept +1 +33\.3 %\n.*report\.html/,
		);
		const kept: string[] = [];
		for await (const { text } of readShards(join(root, 'kept'))) kept.push(text);
		expect(kept).toEqual(['a red heart']);
	});

	it('explains what it expects', async () => {
		const fails = (args: string[], message: RegExp) =>
			expect(runCommandLine(['curate', ...args])).rejects.toMatchObject({ message: expect.stringMatching(message) });
		await fails([], /atelier curate SHARDS -o OUT/);
		await fails(['x', '-o', 'y', '--rules', 'alin'], /unknown rules 'alin'.*align/);
		await fails(['x', '-o', 'y', '--min-side', 'big'], /--min-side as a number or off, got 'big'/);
		await fails(['x', '-o', 'y', '--column', 'txt=a'], /part of text/);
		await fails(['x', '-o', 'y', '--memory', 'lots'], /--memory such as/);
		await fails(['nowhere', '-o', 'y'], /'nowhere'/);
	});
});
