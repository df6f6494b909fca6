/** @file Share links: short, whole, and refused when they are not. */

import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { carry, isLink, readLink, writeLink } from '../../../src/recipe/carry/index.js';
import { parseRecipe } from '../../../src/recipe/schema.js';
import { withoutDefaults } from '../../../src/recipe/without-defaults.js';
import { carried, stopped } from './samples.js';

const linkOf = (json: string) => `#r=${deflateRawSync(json).toString('base64url')}`;

describe('writeLink', () => {
	it('gives back the recipe and where it was stopped; hashes by their beginning', () => {
		const read = readLink(writeLink(stopped, 'https://example.org/studio/'));
		expect(read.recipe).toEqual(stopped.recipe);
		expect(read).toMatchObject({ stopped_at: 12, engine: 'reference', picture_sha256: 'ef'.repeat(8) });
		expect(stopped.recipe_hash?.startsWith(read.recipe_hash!)).toBe(true);
	});

	it('is short: what a recipe has by default is left out, but for the version', () => {
		const plain = parseRecipe({ prompts: [{ text: 'a cat' }], strokes: { paths: 9 } });
		expect(withoutDefaults(plain)).toEqual({ version: 5, prompts: [{ text: 'a cat' }], strokes: { paths: 9 } });
		expect(writeLink({ recipe: plain }).length).toBeLessThan(200);
	});

	it('has no path of this machine', () => {
		const recipe = parseRecipe({
			images: [{ path: '/home/me/secret/photo.jpg', sha256: 'a'.repeat(64) }],
			encoder: { name: 'C:\\Users\\me\\models\\mine', hash: 'b'.repeat(64) },
		});
		const { recipe: read } = readLink(writeLink({ recipe }));
		expect(read.images[0]).toMatchObject({ path: 'photo.jpg', sha256: 'a'.repeat(64) });
		expect(read.encoder).toMatchObject({ name: 'mine', hash: 'b'.repeat(64) });
		const nameOf = (name: string) =>
			readLink(writeLink({ recipe: { ...recipe, encoder: { ...recipe.encoder, name } } })).recipe.encoder.name;
		// What can be fetched keeps its name, unless a folder here has it too.
		for (const name of ['openai/clip-vit-base-patch32', 'ViT-B-32', 'me/my-clip@v2', 'M-CLIP/x+openai/y'])
			expect(nameOf(name)).toBe(name);
		expect(nameOf('test/recipe')).toBe('recipe');
		expect(nameOf('/models/m-clip+/models/clip')).toBe('m-clip+clip');
		const inside = JSON.stringify(carry(recipe, { step: 1, scores: [], picture: 'c'.repeat(64) }));
		expect(inside).not.toMatch(/home|Users|secret/);
	});

	it('refuses what does not fit', () => {
		const long = parseRecipe({
			prompts: Array.from({ length: 32 }, (_, i) => ({
				text: String.fromCharCode(
					...Array.from({ length: 1000 }, (_, j) => 0x4e00 + ((i * 7919 + j * j * 31) % 20000)),
				),
			})),
		});
		expect(() => writeLink({ recipe: long })).toThrow(/expected a recipe that fits into a link/);
	});
});

describe('readLink', () => {
	it.each(['#r=', '#r=AAAA', '#r=!', 'https://x.org/#r', 'hello', linkOf('null'), linkOf('{'), linkOf('{"format":1}')])(
		'refuses %j',
		(link) => {
			expect(() => readLink(link)).toThrow(expect.objectContaining({ code: 'E_RECIPE' }));
		},
	);

	it('refuses one that is cut off anywhere, or of a later format', () => {
		const link = writeLink(carried);
		for (let length = 0; length < link.length; length++)
			expect(() => readLink(link.slice(0, length)), `${length}`).toThrow(expect.objectContaining({ code: 'E_RECIPE' }));
		expect(() => readLink(linkOf('{"format":2}'))).toThrow('update atelier');
	});

	it('refuses bombs before they unpack', () => {
		const bomb = linkOf(`{"format":1,"x":"${'0'.repeat(20_000_000)}"}`);
		expect(bomb.length).toBeLessThan(1 << 16);
		expect(() => readLink(bomb)).toThrow(/expected a link of at most \d+ bytes unpacked/);
	});

	it('refuses keys that are no data', () => {
		for (const recipe of [
			'{"__proto__":{"steps":1},"prompts":[{"text":"a"}]}',
			'{"constructor":1,"prompts":[{"text":"a"}]}',
			'{"prompts":[{"text":"a","__proto__":{}}]}',
			`{"prompts":${'['.repeat(200)}${']'.repeat(200)}}`,
		])
			expect(() => readLink(linkOf(`{"format":1,"recipe":${recipe}}`)), recipe).toThrow(
				expect.objectContaining({ code: 'E_RECIPE' }),
			);
		expect(Object.hasOwn(Object.prototype, 'steps')).toBe(false);
	});

	it('opens nothing but what lies beside', () => {
		const { recipe } = readLink(
			linkOf(
				'{"format":1,"recipe":{"images":[{"path":"../../etc/passwd"}],"encoder":{"name":"\\\\\\\\host\\\\share"}}}',
			),
		);
		expect([recipe.images[0]!.path, recipe.encoder.name]).toEqual(['passwd', 'share']);
	});
});

describe('isLink', () => {
	it.each(['#r=x', ' #r=x', 'https://a.b/c?d#r=x', 'http://localhost:3000/#r=x'])('%j is one', (text) => {
		expect(isLink(text)).toBe(true);
	});
	it.each(['', 'r=x', 'file#r=x', 'https://a.b/c', 'https://a.b/#q#r=x'])('%j is none', (text) => {
		expect(isLink(text)).toBe(false);
	});
});
