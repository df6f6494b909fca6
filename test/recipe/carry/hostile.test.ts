/** @file Ten thousand damaged and malicious files: each is read, or refused with an AtelierError; none crashes, hangs, fills the memory or leaves a trace. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AtelierError } from '../../../src/errors.js';
import { RunFolder } from '../../../src/export/run-folder.js';
import { Random } from '../../../src/random.js';
import { buildExif } from '../../../src/recipe/carry/exif.js';
import {
	type Carried,
	embedRecipe,
	extractRecipe,
	pictureKind,
	pictureTexts,
	readForeign,
	readLink,
	writeLink,
} from '../../../src/recipe/carry/index.js';
import { pngChunk, withPngTexts } from '../../../src/recipe/carry/png.js';
import type { Recipe } from '../../../src/recipe/schema.js';
import { carried, samples } from './samples.js';

let root: string;
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), 'atelier-hostile-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Run; only an AtelierError may come out. */
function refusedOrRead<T>(act: () => T): T | undefined {
	try {
		return act();
	} catch (error) {
		if (error instanceof AtelierError) return undefined;
		throw error;
	}
}

/** Everything that reads a picture. */
function tryPicture(bytes: Buffer): Carried | undefined {
	refusedOrRead(() => readForeign(pictureTexts(bytes).others));
	return refusedOrRead(() => extractRecipe(bytes));
}

/** And what writes one: what comes out carries the new recipe, where somebody else's damaged text is not in the way. */
function tryEmbedding(bytes: Buffer): void {
	const kind = pictureKind(bytes);
	if (kind === undefined || kind === 'jpeg') return;
	const embedded = refusedOrRead(() => embedRecipe(bytes, kind, carried));
	const back = embedded && refusedOrRead(() => extractRecipe(embedded));
	if (back) expect(back).toEqual(carried);
}

/** Numbers that lengths and offsets do not expect. */
const lengths = [0, 1, 7, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];
/** Texts that JSON and XML do not expect. */
const texts = [
	'{"__proto__":{"steps":1}}',
	'"constructor":{"prototype":1},',
	'['.repeat(500),
	'{"a":'.repeat(300),
	'</metadata>',
	'<!--',
	'\0',
	'"',
	'\\',
	'1e999',
	'&#x110000;',
];

/** One to three of: flipped bits, a cut, an odd length, a slice doubled or lost, an odd text. */
function mutated(bytes: Buffer, random: Random): Buffer {
	let out = Buffer.from(bytes);
	for (let n = 1 + random.int(3); n > 0; n--) {
		const at = random.int(Math.max(1, out.length));
		switch (random.int(6)) {
			case 0:
				for (let i = 1 + random.int(8); i > 0 && out.length > 0; i--)
					out[random.int(out.length)]! ^= 1 << random.int(8);
				break;
			case 1:
				out = out.subarray(0, at);
				break;
			case 2:
				if (at + 4 > out.length) break;
				if (random.int(2)) out.writeUInt32BE(lengths[random.int(lengths.length)]!, at);
				else out.writeUInt32LE(lengths[random.int(lengths.length)]!, at);
				break;
			case 3:
				out = Buffer.concat([out.subarray(0, at), out.subarray(random.int(out.length + 1))]);
				break;
			case 4:
				out = Buffer.concat([out.subarray(0, at), out.subarray(at, at + random.int(64)), out.subarray(at)]);
				break;
			default:
				out = Buffer.concat([out.subarray(0, at), Buffer.from(texts[random.int(texts.length)]!), out.subarray(at)]);
		}
	}
	return out;
}

const graph = JSON.stringify({
	1: {
		class_type: 'KSampler',
		inputs: { seed: 1, steps: 2, positive: ['2', 0], negative: ['2', 0], latent_image: ['3', 0] },
	},
	2: { class_type: 'CLIPTextEncode', inputs: { text: 'a [b:c:0.5] (d:1.2)' } },
	3: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512 } },
});
const infotext = 'a AND b :0.5\nNegative prompt: c\nSteps: 1, Seed: 2, Size: 16x16, Quoted: "x, y"';

/** Whole files to damage: ours in every format, and those of others. */
async function seeds(): Promise<Buffer[]> {
	const all = await samples();
	const png = all[0]![2];
	const others = (entries: [string, string][]) => withPngTexts(png, new Map(entries), new Set());
	const jpeg = await sharp(png).jpeg().toBuffer();
	const exif = Buffer.concat([Buffer.from('Exif\0\0'), buildExif('x', infotext)]);
	const app1 = Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255]);
	return [
		...all.map(([, kind, bytes]) => embedRecipe(bytes, kind, carried)),
		others([['parameters', infotext]]),
		others([['prompt', graph]]),
		others([['invokeai_metadata', JSON.stringify({ positive_prompt: 'a', seed: 1 })]]),
		others([
			['fooocus_scheme', 'fooocus'],
			['parameters', JSON.stringify({ prompt: 'a', resolution: '(1, 2)' })],
		]),
		others([
			['Software', 'pixray (x)'],
			['pixray_prompts', 'a:1:2|b'],
			['pixray_size', '[1, 2]'],
		]),
		Buffer.concat([jpeg.subarray(0, 2), app1, exif, jpeg.subarray(2)]),
	];
}

describe('10,000 mutated files', () => {
	/** A mutated recipe may be a valid one; its run folder stays where it belongs. */
	const draw = (recipe: Recipe) => refusedOrRead(() => RunFolder.create(recipe, join(root, 'outputs')));
	const random = new Random(1);

	it('pictures: 6,000', async () => {
		const files = await seeds();
		let read = 0;
		for (let i = 0; i < 6000; i++) {
			const file = mutated(files[i % files.length]!, random);
			const found = tryPicture(file);
			if (random.int(4) === 0) tryEmbedding(file);
			if (found && ++read % 40 === 0) draw(found.recipe);
		}
		// Not all damage is noticed: formats have room for it.
		expect(read).toBeGreaterThan(100);
	});

	it('what pictures carry, in files that are otherwise whole: 2,000', async () => {
		const [, , png] = (await samples())[0]!;
		const json = Buffer.from(JSON.stringify(carried));
		for (let i = 0; i < 2000; i++) {
			const [key, whole] = [
				['atelier', json],
				['parameters', Buffer.from(infotext)],
				['prompt', Buffer.from(graph)],
			][i % 3] as [string, Buffer];
			const text = Buffer.concat([Buffer.from(`${key}\0\x01\0\0\0`), deflateSync(mutated(whole, random))]);
			const at = png.indexOf('IDAT') - 4;
			const found = tryPicture(Buffer.concat([png.subarray(0, at), pngChunk('iTXt', text), png.subarray(at)]));
			if (found && i % 10 === 0) draw(found.recipe);
		}
	});

	it('links: 2,000', () => {
		const link = writeLink(carried);
		const json = Buffer.from(JSON.stringify(carried));
		for (let i = 0; i < 2000; i++) {
			const text =
				i % 2 === 0
					? `#r=${deflateRawSync(mutated(json, random)).toString('base64url')}`
					: `#r=${mutated(Buffer.from(link.slice(3), 'base64url'), random).toString('base64url')}`;
			const found = refusedOrRead(() => readLink(text));
			if (found && i % 40 === 0) draw(found.recipe);
		}
	});

	it('have left nothing but run folders, and no key in Object.prototype', () => {
		expect(readdirSync(root)).toEqual(['outputs']);
		expect(Object.keys(Object.prototype)).toEqual([]);
		expect(({} as { steps?: unknown }).steps).toBeUndefined();
	});
});

describe('large files made to keep a reader busy', () => {
	const many = 200_000;
	const inSvg = (text: string) => Buffer.from(`<svg xmlns:a="urn:atelier:">${text}`);
	const gif = Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1');
	const inPng = async (key: string, text: string) =>
		withPngTexts((await samples())[0]![2], new Map([[key, text]]), new Set());

	it.each([
		['open tags', inSvg('<g>'.repeat(many))],
		['closed tags', inSvg(`${'<g/>'.repeat(many)}</svg>`)],
		['metadata', inSvg(`${'<metadata><recipe></metadata>'.repeat(many / 10)}</svg>`)],
		['quotes', inSvg(`<g ${'"'.repeat(many)}`)],
		['comments', inSvg('<!-- -->'.repeat(many))],
		['openings of comments', inSvg('<!--'.repeat(many))],
		['document types', inSvg('<!x['.repeat(many / 10))],
		['entities', inSvg(`<metadata><a:recipe>${'&#x'.repeat(many)}</a:recipe></metadata></svg>`)],
		['sub-blocks', Buffer.concat([gif, Buffer.from('\x21\xfe'), Buffer.alloc(many, '\x01x'), Buffer.from('\0\x3b')])],
		[
			'MP4 boxes',
			Buffer.concat([Buffer.from('\0\0\0\x0cftypisom', 'latin1'), Buffer.alloc(8 * many, '\0\0\0\x08free')]),
		],
	])('%s', (_, bytes) => {
		tryPicture(bytes);
		tryEmbedding(bytes);
	});

	it.each([
		['pairs', 'parameters', 'aa: 1,'.repeat(many)],
		['colons', 'parameters', ':'.repeat(many)],
		['quotes', 'parameters', 'aa:"'.repeat(many)],
		['long keys', 'parameters', `${'a'.repeat(many)}\nSteps: 1, Seed: 1, Size: 1x1`],
		['digits', 'parameters', `a :${'1'.repeat(many)}x\nSteps: 1, Seed: 1, Size: 1x1`],
		['spaces', 'parameters', `${'a :'.repeat(100)}${' '.repeat(many)}x\nSteps: 1, Seed: 1, Size: 1x1`],
		['composed prompts', 'parameters', `${'a AND '.repeat(many / 10)}\nSteps: 1, Seed: 1, Size: 1x1`],
		['brackets', 'parameters', `${'('.repeat(many)}\nSteps: 1, Seed: 1, Size: 1x1`],
		['nesting', 'prompt', '{"a":'.repeat(many)],
		[
			'nodes',
			'prompt',
			`{${Array.from({ length: many / 10 }, (_, i) => `"${i}":{"class_type":"K","inputs":{"positive":["${i + 1}",0],"latent_image":["${i + 1}",0]}}`).join(',')}}`,
		],
	])('%s in a text', async (_, key, text) => {
		tryPicture(await inPng(key, text));
	});

	it('bombs are refused before they unpack', async () => {
		const [, , png] = (await samples())[0]!;
		const at = png.indexOf('IDAT') - 4;
		const zeros = deflateSync(Buffer.alloc(1 << 26));
		for (const chunk of [
			pngChunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), zeros])),
			pngChunk('iTXt', Buffer.concat([Buffer.from('a\0\x01\0\0\0'), zeros])),
		])
			expect(() => pictureTexts(Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)]))).toThrow(
				expect.objectContaining({ code: 'E_IMAGE', message: expect.stringContaining('cannot be read') }),
			);
		// Many small ones are as bad.
		const small = pngChunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(1 << 22))]));
		expect(() => pictureTexts(Buffer.concat([png.subarray(0, at), ...Array(4).fill(small), png.subarray(at)]))).toThrow(
			/more than \d+ characters of text/,
		);
	});

	it('more text than any picture has is refused before it is read', async () => {
		const wordy = { ...carried, engine: 'x'.repeat(9 << 20) };
		// Large drawings are large SVGs.
		for (const [name, kind, bytes] of await samples())
			if (kind !== 'svg')
				expect(() => pictureTexts(embedRecipe(bytes, kind, wordy)), name).toThrow(
					expect.objectContaining({ code: 'E_IMAGE', message: expect.stringMatching(/of text/) }),
				);
	});
});
