/** @file Recipes in every format: they come back, replace each other, leave pixels and strangers' data alone. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { embedRecipe, extractRecipe, pictureKind, pictureTexts } from '../../../src/recipe/carry/index.js';
import { pngChunk, pngTexts } from '../../../src/recipe/carry/png.js';
import { withWebpMetadata } from '../../../src/recipe/carry/webp.js';
import { boxesOf, carried, samples, stopped, svg } from './samples.js';

const pixels = (bytes: Buffer) => sharp(bytes, { animated: true }).raw().toBuffer();
const all = await samples();

describe.each(all)('%s', (_, kind, bytes) => {
	it('carries a recipe, and its pixels stay', async () => {
		expect(pictureKind(bytes)).toBe(kind);
		expect(extractRecipe(bytes)).toBeUndefined();
		const embedded = embedRecipe(bytes, kind, carried);
		expect(extractRecipe(embedded)).toEqual(carried);
		if (kind !== 'mp4') expect((await pixels(embedded)).equals(await pixels(bytes))).toBe(true);
	});

	it('replaces what it carried', () => {
		const twice = embedRecipe(embedRecipe(bytes, kind, stopped), kind, carried);
		expect(twice.equals(embedRecipe(bytes, kind, carried))).toBe(true);
	});

	it('is given its input untouched', () => {
		const copy = Buffer.from(bytes);
		embedRecipe(bytes, kind, carried);
		expect(copy.equals(bytes)).toBe(true);
	});

	it.skipIf(kind === 'svg')('is refused when it is cut off', () => {
		const embedded = embedRecipe(bytes, kind, carried);
		for (const length of [13, bytes.length >> 1, embedded.length - 1])
			expect(() => extractRecipe(embedded.subarray(0, length)), `${length}`).toThrow(
				expect.objectContaining({ code: 'E_IMAGE' }),
			);
	});
});

describe('PNG', () => {
	const png = all[0]![2];
	/** Chunks of a PNG up to its end, as types. */
	const types = (bytes: Buffer) => {
		const found: string[] = [];
		for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at))
			found.push(bytes.toString('latin1', at + 4, at + 8));
		return found;
	};
	const inserted = (type: string, ...chunks: Buffer[]) => {
		const at = png.indexOf(type) - 4;
		return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)]);
	};

	it("has the key of ours as iTXt, A1111's as tEXt where Latin-1 can say it, before the pixels and behind other texts", () => {
		const excalidraw = pngChunk('tEXt', Buffer.from('application/vnd.excalidraw+json\0{}', 'latin1'));
		const latin = { ...carried, recipe: { ...carried.recipe, prompts: [{ text: 'été', weight: 1 }] } };
		const embedded = embedRecipe(inserted('IDAT', excalidraw), 'png', latin);
		const kinds = types(embedded);
		expect(kinds.slice(kinds.indexOf('tEXt'))).toEqual(['tEXt', 'tEXt', 'iTXt', 'IDAT', 'IEND']);
		expect([...pngTexts(embedded).keys()]).toEqual(['application/vnd.excalidraw+json', 'parameters', 'atelier']);
		expect(pngTexts(embedded).get('parameters')).toMatch(
			/^été\nNegative prompt: blue\nSteps: 20, Seed: 7, Size: 224x224, Model hash: abababab/,
		);

		const other = types(embedRecipe(png, 'png', carried));
		expect(other.filter((t) => t.endsWith('Xt'))).toEqual(['iTXt', 'iTXt']);
	});

	it('keeps chunks and bytes behind the end that it does not know', () => {
		const strange = Buffer.concat([inserted('IEND', pngChunk('prVt', Buffer.from('x'))), Buffer.from('trailing')]);
		const embedded = embedRecipe(strange, 'png', carried);
		expect(types(embedded.subarray(0, -8))).toContain('prVt');
		expect(embedded.subarray(-8).toString()).toBe('trailing');
	});

	it('is read by other readers', async () => {
		const { comments } = await sharp(embedRecipe(png, 'png', carried)).metadata();
		expect(comments?.map((c) => c.keyword)).toEqual(['parameters', 'atelier']);
		expect(JSON.parse(comments![1]!.text)).toEqual(carried);
	});

	it('refuses a text whose checksum is wrong', () => {
		const embedded = embedRecipe(png, 'png', carried);
		embedded[embedded.indexOf('"format"') + 2]! ^= 1;
		expect(() => extractRecipe(embedded)).toThrow('checksum');
	});
});

describe('SVG', () => {
	const text = (source: string) => embedRecipe(Buffer.from(source), 'svg', carried).toString();

	it('is called by the words that it ended with', () => {
		const edit = { at: 3, do: 'words' as const, prompts: [{ text: 'a boat', weight: 1 }], negative: [] };
		const steered = { ...carried, recipe: { ...carried.recipe, edits: [edit] } };
		expect(embedRecipe(Buffer.from(svg), 'svg', steered).toString()).toMatch(
			/<title>a boat<.title>\n<desc>(?!.*avoiding)/,
		);
	});

	it('has the prompts as title, and a description, for those who cannot see it', () => {
		const embedded = text(svg);
		expect(embedded).toContain('<title>a red heart — 心</title>\n<desc>Drawn by atelier ');
		expect(embedded).toContain(
			'avoiding blue; seed 7, 20 steps.</desc>\n<metadata><atelier:recipe xmlns:atelier="urn:atelier:">{',
		);
		// Nothing else has changed.
		expect(embedded.replace(/\n<title>a red[\s\S]*?<\/metadata>/, '')).toBe(svg);
	});

	it("keeps somebody else's title and metadata", () => {
		const other =
			'<svg viewBox="0 0 1 1"><title>mine</title><metadata><rdf:RDF/></metadata><g><desc>x</desc></g></svg>';
		const embedded = text(other);
		expect(embedded).toContain('<title>mine</title><metadata><rdf:RDF/></metadata>');
		expect(embedded.match(/<title>/g)).toHaveLength(1);
		expect(extractRecipe(Buffer.from(embedded))).toEqual(carried);
		expect(text(embedded)).toContain('<metadata><rdf:RDF/></metadata>');
	});

	it('may be empty, may have a document type and a prefix', () => {
		for (const source of [
			'<svg xmlns="http://www.w3.org/2000/svg"/>',
			'<!DOCTYPE svg PUBLIC "a" "b" [ <!ENTITY c "d>e"> ]>\n<svg><![CDATA[ <metadata> ]]></svg>',
			'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g></s:g></s:svg>',
		])
			expect(extractRecipe(Buffer.from(text(source))), source).toEqual(carried);
	});

	it('is still read when a program has written it anew: another prefix, entities, CDATA', () => {
		const json = JSON.stringify(carried);
		const quoted = json.replace(/"/g, '&quot;').replace('—', '&#x2014;').replace('心', '&#24515;');
		for (const element of [`<ns0:recipe>${quoted}</ns0:recipe>`, `<a:recipe id="1"><![CDATA[${json}]]></a:recipe>`])
			expect(
				extractRecipe(Buffer.from(`<svg xmlns:ns0="urn:atelier:"><metadata id="m">${element}</metadata></svg>`)),
			).toEqual(carried);
	});

	it('says what XML can say of any prompt, and gives back all of it', async () => {
		const prompts = [{ text: 'a <b> & "c" \\]\\]> \u0000\u001b\ufffe\ud800 </svg>', weight: 1 }];
		const odd = { ...carried, recipe: { ...carried.recipe, prompts } };
		const embedded = embedRecipe(Buffer.from(svg), 'svg', odd);
		expect(extractRecipe(embedded)?.recipe.prompts).toEqual(prompts);
		// librsvg reads it, so it is XML.
		expect((await sharp(embedded).metadata()).width).toBe(9);
	});
});

describe('GIF', () => {
	it('keeps other comments, and becomes a GIF of 1989 by having one', () => {
		const gif = Buffer.from(all[3]![2]);
		gif.write('87a', 3, 'latin1');
		const trailer = gif.length - 1;
		const comment = Buffer.from('\x21\xfe\x05hello\0', 'latin1');
		const commented = Buffer.concat([gif.subarray(0, trailer), comment, gif.subarray(trailer)]);
		const embedded = embedRecipe(commented, 'gif', carried);
		expect(embedded.toString('latin1', 0, 6)).toBe('GIF89a');
		expect(pictureTexts(embedded).others.get('parameters')).toBe('hello');
		expect(extractRecipe(embedded)).toEqual(carried);
	});
});

describe('WebP', () => {
	const [, , webp] = all[6]!;

	it("has A1111's text as user comment", async () => {
		const embedded = embedRecipe(webp, 'webp', carried);
		expect(pictureTexts(embedded).others.get('parameters')).toMatch(/^a red heart — 心\nNegative prompt: blue\n/);
		const { exif, xmp } = await sharp(embedded).metadata();
		expect(exif?.includes('UNICODE\0')).toBe(true);
		expect(xmp?.toString()).toContain('<rdf:li xml:lang="x-default">a red heart — 心</rdf:li>');
	});

	it("keeps a camera's EXIF and somebody's XMP", async () => {
		const xmp =
			'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="d" dc:creator="me"/></rdf:RDF></x:xmpmeta>';
		const photo = await sharp(webp)
			.withExif({ IFD0: { Make: 'Camera' } })
			.webp({ lossless: true })
			.toBuffer();
		const twice = [stopped, carried].reduce<Buffer>(
			(bytes, c) => embedRecipe(bytes, 'webp', c),
			withWebpMetadata(photo, { 'XMP ': Buffer.from(xmp) }),
		);
		expect(extractRecipe(twice)).toEqual(carried);
		const metadata = await sharp(twice).metadata();
		expect(metadata.exif?.equals((await sharp(photo).metadata()).exif!)).toBe(true);
		expect(metadata.xmp?.toString()).toContain('dc:creator="me"');
		expect(metadata.xmp?.toString().match(/atelier:recipe /g)).toHaveLength(1);
	});
});

describe('MP4', () => {
	it('goes on at the end, where no offset changes', () => {
		const mp4 = all.at(-1)![2];
		const embedded = embedRecipe(mp4, 'mp4', carried);
		expect(embedded.subarray(0, mp4.length).equals(mp4)).toBe(true);
		expect(embedded.toString('latin1', mp4.length + 4, mp4.length + 8)).toBe('uuid');
	});

	it('says the size of a last box that had none, and reads boxes of 64 bits', () => {
		const head = boxesOf(['ftyp', 'isom\0\0\0\0']);
		const wide = Buffer.concat([Buffer.from('\0\0\0\x01free\0\0\0\0\0\0\0\x12xx', 'latin1')]);
		const open = Buffer.from('\0\0\0\0mdatpixels', 'latin1');
		const embedded = embedRecipe(Buffer.concat([head, wide, open]), 'mp4', carried);
		expect(extractRecipe(embedded)).toEqual(carried);
		expect(embedded.readUInt32BE(head.length + wide.length)).toBe(open.length);
	});
});

describe('pictureKind', () => {
	it('goes by the bytes', async () => {
		expect(pictureKind(Buffer.from('{"version":1}'))).toBeUndefined();
		expect(pictureKind(Buffer.from(''))).toBeUndefined();
		expect(pictureKind(Buffer.from('<html><svg></svg></html>'))).toBeUndefined();
		expect(pictureKind(await sharp(all[0]![2]).jpeg().toBuffer())).toBe('jpeg');
		expect(pictureKind(await sharp(all[0]![2]).avif().toBuffer())).toBeUndefined();
	});

	it('must be the one that is asked for', () => {
		expect(() => embedRecipe(all[0]![2], 'webp', carried)).toThrow('expected the bytes of a webp, got png');
		expect(() => extractRecipe(Buffer.from('hello'))).toThrow(expect.objectContaining({ code: 'E_IMAGE' }));
	});
});
