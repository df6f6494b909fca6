/** @file WebDataset shards: what is written is read back, addresses, shuffling, and damaged files. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import tar from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { Database, quote } from '../../../src/training/database.js';
import {
	countSamples,
	type NewSample,
	readShards,
	type Sample,
	writeShards,
} from '../../../src/training/shards/index.js';
import { expandBraces, shardFiles } from '../../../src/training/shards/layout.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'shards-'));
});
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const fresh = () => join(root, `folder-${folders++}`);

async function all(paths: string | string[], options: Parameters<typeof readShards>[1] = {}): Promise<Sample[]> {
	const out: Sample[] = [];
	for await (const sample of readShards(paths, options)) out.push(sample);
	return out;
}

it('reads what img2dataset has written', async () => {
	const samples = await all(join(import.meta.dirname, '../../fixtures/shards/00000.tar'));
	expect(samples.map(({ key }) => key)).toEqual(['000000000', '000000001', '000000002']);
	expect(samples[1]).toMatchObject({
		imageType: 'jpg',
		text: 'красный квадрат',
		json: { url: 'http://example.invalid/1.jpg', caption: 'красный квадрат', width: 24, height: 20, sha256: null },
	});
	// The first bytes of a JPEG.
	for (const { image } of samples) expect([...image.subarray(0, 2)]).toEqual([0xff, 0xd8]);
});

/** `n` samples whose image is some bytes. */
const numbered = (n: number): NewSample[] =>
	Array.from({ length: n }, (_, i) => ({
		image: new Uint8Array(100 + 37 * i).map((_, j) => (i * 31 + j) & 255),
		imageType: i % 2 ? 'png' : 'jpg',
		text: `sample ${i}, größer, кот 🐈`,
		json: { url: `https://example.org/${i}`, width: 10, height: 20 + i, rank: i, nested: { a: [i] } },
	}));

/** A tar file with these members in this order. */
async function writeTar(path: string, members: readonly (readonly [string, string | Uint8Array])[]): Promise<void> {
	const pack = tar.pack();
	for (const [name, content] of members) pack.entry({ name }, Buffer.from(content));
	pack.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of pack) chunks.push(chunk as Buffer);
	writeFileSync(path, Buffer.concat(chunks));
}

describe('writing', () => {
	it('reads back what was written, over several shards', async () => {
		const samples = numbered(25);
		const folder = fresh();
		const totals = await writeShards(folder, samples, { shardSize: 10 });
		expect(totals).toMatchObject({ shards: 3, samples: 25, failures: 0 });
		expect(readdirSync(folder).sort()).toEqual(
			['00000', '00001', '00002'].flatMap((name) => [`${name}.parquet`, `${name}.tar`, `${name}_stats.json`]).sort(),
		);
		const read = await all(folder);
		expect(read.map(({ key }) => key)).toEqual(
			Array.from({ length: 25 }, (_, i) => `0000${Math.floor(i / 10)}000${i % 10}`),
		);
		read.forEach((sample, i) => {
			const { image, imageType, text, json } = samples[i] as NewSample;
			expect(Buffer.from(sample.image).equals(Buffer.from(image as Uint8Array))).toBe(true);
			expect(sample).toMatchObject({ imageType, text });
			expect(sample.json).toMatchObject({ ...json, caption: text, key: sample.key, status: 'success' });
		});
		expect(await countSamples(folder)).toBe(25);
	});

	it('holds for any text and any bytes', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(
					fc.record({
						text: fc.string({ unit: 'grapheme', maxLength: 300 }),
						image: fc.uint8Array({ minLength: 1, maxLength: 2000 }),
						imageType: fc.constantFrom('jpg', 'png', 'jpeg', 'webp'),
						json: fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { maxKeys: 3, noNullPrototype: true }),
					}),
					{ minLength: 1, maxLength: 5 },
				),
				async (samples) => {
					const folder = fresh();
					// Names that differ in case only are one column to Parquet's readers.
					const plain = samples.map(({ json, ...rest }) => ({
						...rest,
						json: { extra: JSON.parse(JSON.stringify(json)) },
					}));
					await writeShards(folder, plain, { shardSize: 3 });
					const read = await all(folder);
					expect(read.map(({ text }) => text)).toEqual(plain.map(({ text }) => text));
					expect(read.map(({ image }) => [...image])).toEqual(plain.map(({ image }) => [...image]));
					expect(read.map(({ json }) => json.extra)).toEqual(plain.map(({ json }) => json.extra));
				},
			),
			{ numRuns: 15, seed: 1 },
		);
	});

	it('gives the same bytes for the same samples', async () => {
		const [a, b] = [fresh(), fresh()];
		await writeShards(a, numbered(12), { shardSize: 5 });
		await writeShards(b, numbered(12), { shardSize: 5 });
		for (const name of readdirSync(a))
			expect(readFileSync(join(a, name)).equals(readFileSync(join(b, name))), name).toBe(true);
	});

	it('writes a tar that tar lists, members in order', async () => {
		const folder = fresh();
		await writeShards(folder, numbered(2));
		const list = execFileSync('tar', ['-tf', join(folder, '00000.tar')], { encoding: 'utf8' });
		expect(list.trim().split('\n')).toEqual([
			'000000000.jpg',
			'000000000.txt',
			'000000000.json',
			'000000001.png',
			'000000001.txt',
			'000000001.json',
		]);
	});

	it('writes one Parquet row for every sample tried', async () => {
		const folder = fresh();
		const failed: NewSample = {
			text: 'lost',
			json: { rank: 7, score: 0.5 },
			failure: { status: 'failed_to_draw', message: 'empty' },
		};
		await writeShards(folder, [...numbered(2), failed, ...numbered(1)]);
		const database = await Database.open();
		const rows = await database.rows(
			`SELECT key, caption, status, error_message, height, rank, score, nested, length(sha256) AS hash FROM read_parquet(${quote(join(folder, '00000.parquet'))})`,
		);
		database.close();
		expect(rows).toHaveLength(4);
		expect(rows[1]).toMatchObject({
			key: '000000001',
			status: 'success',
			height: 21,
			rank: 1n,
			nested: '{"a":[1]}',
			hash: 64n,
		});
		expect(rows[2]).toMatchObject({
			key: '000000002',
			caption: 'lost',
			status: 'failed_to_draw',
			error_message: 'empty',
			score: 0.5,
			hash: null,
		});
		expect(JSON.parse(readFileSync(join(folder, '00000_stats.json'), 'utf8'))).toEqual({
			count: 4,
			successes: 3,
			status_dict: { success: 3, failed_to_draw: 1 },
		});
		expect((await all(folder)).map(({ key }) => key)).toEqual(['000000000', '000000001', '000000003']);
	});

	it('refuses a folder with shards, and images of other types', async () => {
		const folder = fresh();
		await writeShards(folder, numbered(1));
		await expect(writeShards(folder, numbered(1))).rejects.toMatchObject({
			code: 'E_IO',
			message: expect.stringMatching(/00000/),
		});
		const bmp = { image: new Uint8Array(3), imageType: 'bmp', text: 'x' };
		await expect(writeShards(fresh(), [bmp])).rejects.toMatchObject({ code: 'E_ARGUMENT' });
	});

	it('leaves no half-written shard when the samples fail', async () => {
		const folder = fresh();
		function* broken() {
			yield* numbered(7);
			throw new Error('source failed');
		}
		await expect(writeShards(folder, broken(), { shardSize: 5 })).rejects.toThrow('source failed');
		expect(readdirSync(folder).sort()).toEqual(['00000.parquet', '00000.tar', '00000_stats.json']);
	});
});

describe('addresses', () => {
	it('expand braces as the shell does', () => {
		expect(expandBraces('d/{00008..00011}.tar')).toEqual(['d/00008.tar', 'd/00009.tar', 'd/00010.tar', 'd/00011.tar']);
		expect(expandBraces('{a,b}/{1..2}')).toEqual(['a/1', 'a/2', 'b/1', 'b/2']);
		expect(expandBraces('x{2..0}')).toEqual(['x2', 'x1', 'x0']);
		expect(expandBraces('x{y}')).toEqual(['x{y}']);
		expect(() => expandBraces('{0..9999999}')).toThrow(/million/);
	});

	it('mean files, folders, ranges and several of them', async () => {
		const [a, b] = [fresh(), fresh()];
		await writeShards(a, numbered(6), { shardSize: 2 });
		await writeShards(b, numbered(1));
		const names = (paths: string | string[]) => shardFiles(paths).map((file) => file.slice(root.length));
		expect(names(a)).toHaveLength(3);
		expect(names(`${a}/{00001..00009}.tar`)).toEqual(
			shardFiles(a)
				.slice(1)
				.map((file) => file.slice(root.length)),
		);
		expect(names([b, join(a, '00002.tar')])).toHaveLength(2);
		expect(names(`${a}::${b}`)).toHaveLength(4);
		for (const wrong of [join(root, 'nowhere'), `${a}/{7..9}.tar`, 'https://example.org/0.tar', 'pipe:cat x'])
			expect(() => shardFiles(wrong)).toThrow(expect.objectContaining({ code: 'E_CORPUS' }));
		const empty = fresh();
		mkdirSync(empty);
		expect(() => shardFiles(empty)).toThrow(/expected shards/);
		expect(() => shardFiles([])).toThrow(/at least one/);
	});
});

describe('reading', () => {
	it('groups members by name up to the first dot, and prefers jpg, png, jpeg, webp', async () => {
		const path = `${fresh()}.tar`;
		await writeTar(path, [
			['__meta__', 'note'],
			['a/1.webp', 'W'],
			['a/1.PNG', 'P'],
			['a/1.txt', 'one'],
			['a/1.seg.png', 'S'],
			['b/1.jpeg', 'J'],
			['b/1.txt', 'other folder'],
			['2.txt', 'no image'],
			['3.jpg', 'no text'],
			['4.jpg', 'X'],
			['4.txt', 'four'],
			['4.json', '{"n":4}'],
			['4.jpg', 'Y'],
			['4.txt', 'four again'],
		]);
		const warnings: string[] = [];
		const read = await all(path, { onWarning: (message) => warnings.push(message) });
		expect(read.map(({ key, imageType, text, image }) => [key, imageType, text, String(Buffer.from(image))])).toEqual([
			['a/1', 'png', 'one', 'P'],
			['b/1', 'jpeg', 'other folder', 'J'],
			['4', 'jpg', 'four', 'X'],
			['4', 'jpg', 'four again', 'Y'],
		]);
		expect(read[2]?.json).toEqual({ n: 4 });
		expect(warnings.map((text) => text.slice(path.length + 2))).toEqual([
			'left out 2: it has no image',
			'left out 3: it has no text',
		]);
	});

	it('shuffles by seed within a buffer, each sample once', async () => {
		const folder = fresh();
		await writeShards(folder, numbered(60), { shardSize: 10 });
		const keys = async (seed: number, buffer: number) =>
			(await all(folder, { shuffle: new Random(seed), buffer })).map(({ key }) => key);
		const plain = (await all(folder)).map(({ key }) => key);
		const one = await keys(1, 20);
		expect(one).not.toEqual(plain);
		expect([...one].sort()).toEqual(plain);
		expect(await keys(1, 20)).toEqual(one);
		expect(await keys(2, 20)).not.toEqual(one);
		// A buffer of one shuffles shards only.
		const shards = await keys(1, 1);
		expect(new Set(shards.slice(0, 10).map((key) => key.slice(0, 5))).size).toBe(1);
		// What has not come into the buffer cannot come out.
		const order = [...new Set(shards.map((key) => key.slice(0, 5)))];
		one.forEach((key, i) => {
			const position = order.indexOf(key.slice(0, 5)) * 10 + Number(key.slice(5));
			expect(position).toBeLessThan(i + 20);
		});
	});

	it('gives as many samples as asked for, whole passes one after another', async () => {
		const folder = fresh();
		await writeShards(folder, numbered(7), { shardSize: 3 });
		expect(await all(folder, { samples: 4 })).toHaveLength(4);
		expect(await all(folder, { samples: 0 })).toHaveLength(0);
		const many = (await all(folder, { samples: 16, shuffle: new Random(3) })).map(({ key }) => key);
		expect(many).toHaveLength(16);
		expect(new Set(many.slice(0, 7)).size).toBe(7);
		expect(new Set(many.slice(7, 14)).size).toBe(7);
		expect(many.slice(0, 7)).not.toEqual(many.slice(7, 14));
	});
});

describe('damage', () => {
	const damaged = async (change: (path: string) => void, shardSize = 5) => {
		const folder = fresh();
		await writeShards(folder, numbered(10), { shardSize });
		change(join(folder, '00000.tar'));
		const warnings: string[] = [];
		const read = await all(folder, { onWarning: (message) => warnings.push(message) });
		const strict = all(folder);
		return { folder, read, warnings, strict };
	};
	const later = ['000010000', '000010001', '000010002', '000010003', '000010004'];

	it.each([1, 300, 511, 512, 700, 3000, 5000])(
		'a shard cut %i bytes into it ends there, and the next is read',
		async (length) => {
			const { read, warnings, strict } = await damaged((path) => truncateSync(path, length));
			await expect(strict).rejects.toMatchObject({ code: 'E_CORPUS', message: expect.stringMatching(/00000\.tar/) });
			expect(warnings).toHaveLength(1);
			expect(read.map(({ key }) => key).slice(-5)).toEqual(later);
			expect(read.length).toBeLessThan(10);
		},
	);

	it('an empty file, noise and an overwritten header are told', async () => {
		const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + 13) & 255));
		const changes: ((path: string) => void)[] = [
			(path) => truncateSync(path, 0),
			(path) => writeFileSync(path, noise),
			(path) => {
				const bytes = readFileSync(path);
				noise.copy(bytes, 512 * 6, 0, 512);
				writeFileSync(path, bytes);
			},
		];
		for (const change of changes) {
			const { read, warnings, strict } = await damaged(change);
			await expect(strict).rejects.toMatchObject({ code: 'E_CORPUS' });
			expect(warnings.length).toBeGreaterThan(0);
			expect(read.map(({ key }) => key).slice(-5)).toEqual(later);
		}
	});

	it('cut anywhere it never hangs and never invents a sample', async () => {
		const folder = fresh();
		await writeShards(folder, numbered(3));
		const path = join(folder, '00000.tar');
		const whole = readFileSync(path);
		const good = new Map((await all(folder)).map((sample) => [sample.key, sample]));
		for (let length = 0; length < whole.length; length += 173) {
			writeFileSync(path, whole.subarray(0, length));
			// Nothing whole in it is an error of its own.
			const read = await all(folder, { onWarning: () => {} }).catch((error: { code: string }) => {
				expect(error.code).toBe('E_CORPUS');
				return [];
			});
			for (const sample of read) {
				expect(sample.text).toBe(good.get(sample.key)?.text);
				expect(Buffer.from(sample.image).equals(Buffer.from(good.get(sample.key)?.image as Uint8Array))).toBe(true);
			}
		}
	});

	it('texts that are no UTF-8 and broken JSON cost only their sample', async () => {
		const path = `${fresh()}.tar`;
		await writeTar(path, [
			['1.jpg', 'X'],
			['1.txt', new Uint8Array([0xff, 0xfe, 0x80])],
			['2.jpg', 'X'],
			['2.txt', 'two'],
			['2.json', '{"a":'],
			['3.jpg', ''],
			['3.txt', 'empty image'],
			['4.jpg', 'X'],
			['4.txt', 'four'],
			['4.json', '[1]'],
			['5.jpg', 'X'],
			['5.txt', 'five'],
		]);
		const warnings: string[] = [];
		const read = await all(path, { onWarning: (message) => warnings.push(message) });
		expect(read.map(({ text }) => text)).toEqual(['five']);
		expect(warnings).toHaveLength(4);
		await expect(all(path)).rejects.toMatchObject({ code: 'E_CORPUS', message: expect.stringMatching(/left out 1/) });
	});

	it('a header that claims gigabytes is refused before they are read', async () => {
		const path = `${fresh()}.tar`;
		await writeTar(path, [['1.jpg', 'X']]);
		const bytes = readFileSync(path);
		bytes.write('77777777777\0', 124, 'latin1');
		// The checksum counts its own field as blanks.
		bytes.fill(32, 148, 156);
		const sum = bytes.subarray(0, 512).reduce((a, b) => a + b, 0);
		bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
		writeFileSync(path, bytes);
		await expect(all(path)).rejects.toMatchObject({ code: 'E_CORPUS', message: expect.stringMatching(/too many/) });
	});

	it('shards without any sample are an error', async () => {
		const path = `${fresh()}.tar`;
		await writeTar(path, [['1.txt', 'only text']]);
		await expect(all(path, { onWarning: () => {} })).rejects.toMatchObject({ code: 'E_CORPUS' });
	});
});
